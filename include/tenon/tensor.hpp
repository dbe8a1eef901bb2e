// F1. A feature map as a value: what goes into a network and what comes out of it.
#pragma once

#include <cstddef>
#include <span>

#include "tenon/shape.hpp"

namespace tenon {

/// Elements of one feature map in the order of PyTorch and ONNX (channels, rows, columns; columns fastest).
template <shape Shape>
struct tensor {
  static constexpr shape extents = Shape;                                        ///< its shape
  static constexpr std::size_t count = static_cast<std::size_t>(Shape.count());  ///< its elements

  alignas(64) float elements[count];  ///< the last axis fastest

  /// As of std::array. An index is not checked.
  /// @{
  constexpr float& operator[](std::size_t i) { return elements[i]; }
  constexpr const float& operator[](std::size_t i) const { return elements[i]; }
  constexpr float* data() { return elements; }
  constexpr const float* data() const { return elements; }
  static constexpr std::size_t size() { return count; }
  constexpr float* begin() { return elements; }
  constexpr float* end() { return elements + count; }
  constexpr const float* begin() const { return elements; }
  constexpr const float* end() const { return elements + count; }
  /// @}

  /// What an executable reads and writes.
  /// @{
  constexpr operator std::span<float, count>() { return std::span<float, count>(elements); }
  constexpr operator std::span<const float, count>() const { return std::span<const float, count>(elements); }
  /// @}

  /// Element by element; a NaN equals nothing.
  friend constexpr bool operator==(const tensor&, const tensor&) = default;
};

}  // namespace tenon
