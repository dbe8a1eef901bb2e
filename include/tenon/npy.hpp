// F1. Arrays in NumPy's .npy files: inputs and outputs of networks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tenon/shape.hpp"
#include "tenon/weight_file.hpp"

namespace tenon {

/// A dense array, its last axis fastest.
struct npy_array {
  std::vector<std::int64_t> shape;  ///< in elements, outermost axis first, {} = a scalar
  std::vector<float> values;        ///< all elements
};

/// The array of a .npy file (versions 1 to 3 of the format, little-endian): float32 as it is, float16 widened
/// without rounding, float64 rounded to the nearest float, beyond the largest to infinity. An array in
/// Fortran's order is put into C's. Allocates its values, once the file has proved to hold as many. Throws
/// file_error, which names the file, what was expected and what was found. Source: numpy.lib.format.
npy_array read_npy(const std::string& path);

/// The same from the bytes of a file in memory; `source` names it in messages.
npy_array read_npy(std::span<const std::byte> file, std::string_view source);

/// The values of an array that must have this shape, else it throws file_error; one more axis in front of it
/// may count inputs that lie one behind the other.
std::vector<float> read_npy(const std::string& path, const shape& expected);

/// Writes an array as float32 in C's order. Throws file_error if it cannot, and std::invalid_argument if
/// `values` has not as many elements as `shape`, or an extent is negative.
void write_npy(const std::string& path, std::span<const float> values, std::span<const std::int64_t> shape);
/// The same of a feature map, whose extents are the shape.
void write_npy(const std::string& path, std::span<const float> values, const shape& extents);

}  // namespace tenon
