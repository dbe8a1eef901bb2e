// F1. Shapes of feature maps, and every output-extent formula once, with its source.
#pragma once

#include <concepts>
#include <cstdint>

namespace tenon {

/// Extents, counts and offsets, in elements unless a comment names another unit.
using index = std::int64_t;

/// Largest extent or element count of one feature map or tensor. A network beyond it does not compile
/// (diagnostic `extent_overflow`), so no product of extents below can overflow `index`.
inline constexpr index max_elements = 2'147'483'647;

/// Spatial axes that a window can have.
inline constexpr int max_spatial_rank = 3;
/// Axes of a feature map, channels among them. Where there are more than windows have, elements can be moved
/// and worked on one by one.
inline constexpr int max_rank = 6;
inline constexpr int max_axes = max_rank - 1;  ///< without the channels

/// Shape of a feature map without its batch axis: {features}, {C, L}, {C, H, W} or {C, D, H, W}.
/// The first extent counts channels, the others are spatial, as in PyTorch and ONNX (NCHW without the N).
struct shape {
  int rank = 0;               ///< axes, the channels among them
  index extents[max_rank]{};  ///< in elements; 0 beyond the rank

  constexpr shape() = default;
  /// {channels, spatial extents ...}
  constexpr shape(std::integral auto first, std::integral auto... rest)
      : rank(1 + sizeof...(rest)), extents{static_cast<index>(first), static_cast<index>(rest)...} {
    static_assert(sizeof...(rest) < max_rank, "tenon: a shape has at most six extents");
  }

  /// The first extent.
  constexpr index channels() const { return extents[0]; }
  /// Axes beside the channels.
  constexpr int spatial_rank() const { return rank - 1; }
  /// Extent of spatial axis `axis`, 0 first; 1 on axes the shape does not have.
  constexpr index spatial(int axis) const { return axis < spatial_rank() ? extents[1 + axis] : 1; }
  /// Positions of one channel: the product of the spatial extents.
  constexpr index positions() const {
    index n = 1;
    for (int axis = 0; axis < spatial_rank(); ++axis) n *= extents[1 + axis];
    return n;
  }
  /// Elements of the feature map.
  constexpr index count() const { return channels() * positions(); }
  /// True when every extent is at least 1 and `count()` is at most `max_elements`.
  constexpr bool fits() const {
    index n = 1;
    for (int i = 0; i < rank; ++i) {
      if (extents[i] < 1 || extents[i] > max_elements) return false;
      n *= extents[i];
      if (n > max_elements) return false;
    }
    return true;
  }

  /// The same rank and extents.
  friend constexpr bool operator==(const shape&, const shape&) = default;
};

/// Elements that a window of `kernel` taps spans when neighbouring taps are `dilation` apart (1 = dense).
constexpr index dilated_extent(index kernel, index dilation) { return dilation * (kernel - 1) + 1; }

/// Output extent of a sliding window along one axis, in elements:
///   floor((in + pad_lo + pad_hi - dilation * (kernel - 1) - 1) / stride) + 1
/// dilation 1 = dense (ONNX and PyTorch; oneDNN writes 0). Source: ONNX operator Conv, floor rounding.
/// Requires the dilated kernel to fit the padded input: a network that breaks this does not compile
/// (diagnostic `kernel_larger_than_input`).
constexpr index out_extent(index in, index kernel, index stride, index pad_lo, index pad_hi, index dilation) {
  return (in + pad_lo + pad_hi - dilated_extent(kernel, dilation)) / stride + 1;
}

/// Output extent of a pool in ceil mode: the division is rounded up, so the last window may hang over the
/// end of the padded input; a window that would start in the padding at the end is dropped.
/// Source: ONNX operator MaxPool, ceil_mode = 1; PyTorch `pooling_output_shape`.
constexpr index out_extent_ceil(index in, index kernel, index stride, index pad_lo, index pad_hi,
                                index dilation) {
  const index out = (in + pad_lo + pad_hi - dilated_extent(kernel, dilation) + stride - 1) / stride + 1;
  return (out - 1) * stride >= in + pad_lo ? out - 1 : out;
}

/// Output extent of a transposed convolution along one axis, in elements: the input that a convolution of
/// this window maps to `in` outputs, the largest one less (stride - 1) of them:
///   stride * (in - 1) + dilation * (kernel - 1) + 1 + output_padding - pad_lo - pad_hi
/// Source: ONNX operator ConvTranspose; torch.nn.ConvTranspose2d.
constexpr index out_extent_transposed(index in, index kernel, index stride, index pad_lo, index pad_hi,
                                      index dilation, index output_padding) {
  return stride * (in - 1) + dilated_extent(kernel, dilation) + output_padding - pad_lo - pad_hi;
}

/// Padding in all along one axis that gives ceil(in / stride) outputs.
/// Source: ONNX operator Conv, auto_pad = SAME_UPPER and SAME_LOWER.
constexpr index same_padding(index in, index kernel, index stride, index dilation) {
  const index out = (in + stride - 1) / stride;
  const index total = (out - 1) * stride + dilated_extent(kernel, dilation) - in;
  return total > 0 ? total : 0;
}

}  // namespace tenon
