// F2. What can be said of a layer beside its channels: the named options, and the numbers of an extent.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include "tenon/shape.hpp"

namespace tenon {

/// One number for every spatial axis, or one for each: `5`, `extent{1, 7}`. In elements.
struct extents {
  int count = 0;                         ///< how many numbers; 0: not given
  index values[2 * max_spatial_rank]{};  ///< the numbers
  static_assert(2 * max_spatial_rank >= max_rank);

  static constexpr int capacity = 2 * max_spatial_rank;  ///< numbers that fit

  /// Not given.
  constexpr extents() = default;
  /// Numbers beyond the last place are counted but not kept; inference refuses them, with a sentence.
  constexpr extents(std::integral auto first, std::integral auto... rest) : count(1 + sizeof...(rest)) {
    const index all[] = {static_cast<index>(first), static_cast<index>(rest)...};
    for (int i = 0; i < count && i < capacity; ++i) values[i] = all[i];
  }

  /// The count of what is not an extent: an option in its place, as in conv<16, stride{2}>. Inference refuses
  /// it.
  static constexpr int misplaced = -1;
  /// Is there a number?
  constexpr bool given() const { return count > 0; }
  /// The number of a spatial axis, 0 first; one alone is that of all.
  constexpr index at(int axis) const { return count == 1 ? values[0] : values[axis]; }

  /// The same numbers.
  friend constexpr bool operator==(const extents&, const extents&) = default;
};

/// Stands for a number that is missing; inference refuses it.
inline constexpr index missing_number = INT64_MIN;
/// Stands for something else in the place of a number; inference refuses it.
inline constexpr index misplaced_number = INT64_MIN + 1;

/// Padding by name, or given in numbers.
enum class padding_mode : unsigned char { given, valid, same, same_lower, same_torch, full, causal };

/// As the user writes it.
constexpr std::string_view spelling(padding_mode mode) {
  constexpr std::string_view names[] = {"padding",    "valid", "same",  "same_lower",
                                        "same_torch", "full",  "causal"};
  return names[static_cast<int>(mode)];
}

/// What lies beyond the edge of a feature map.
enum class edge : unsigned char {
  zeros,      // 0 0 | a b c d | 0 0, or another constant
  cyclic,     // c d | a b c d | a b
  reflect,    // c b | a b c d | c b
  replicate,  // a a | a b c d | d d
};
/// As the user writes it.
constexpr std::string_view spelling(edge e) {
  constexpr std::string_view names[] = {"zeros", "cyclic", "reflect", "replicate"};
  return names[static_cast<int>(e)];
}

/// How an upsampled element is made of those around it.
enum class interpolation : unsigned char { nearest, linear };
/// As the user writes it.
constexpr std::string_view spelling(interpolation i) {
  return i == interpolation::linear ? "bilinear" : "nearest";
}

/// How a convolution is computed: as the library sees fit, or as the user says.
enum class method : unsigned char {
  automatic,
  direct,           // one multiplication for each tap, as in the formula
  winograd_rows,    // two output rows at a time: 3 rows of taps and more, 2-D
  winograd_rows_4,  // four output rows at a time
  winograd_2x1,     // tiles of 2 output rows and one column: as winograd_rows, but weights pass by once
  winograd_4x1,     // of 4 output rows (2 if there are more than 3 taps a step of stride) and one column
  winograd_4x2,     // of 4 output rows (as winograd_4x1) and 2 columns: 14 columns are 7 tiles of 2
  winograd_2,       // tiles of 2 outputs along each axis that has 3 taps or more
  winograd_4,       // tiles of 4 outputs along each axis that has 3 taps (with stride 2: up to 6), else of 2
  winograd_plain,   // as winograd_4 for 3x3 taps, but weights are transformed as they are used: for few tiles
  strassen,         // 1x1: 7 products of halves of the channels and of pairs of pixels instead of 8
  strassen_twice,   // 1x1: the same for each of the products, 49 of quarters instead of 64
};
/// As the user writes it.
constexpr std::string_view spelling(method m) {
  constexpr std::string_view names[] = {"automatic",    "direct",         "winograd_rows", "winograd_rows_4",
                                        "winograd_2x1", "winograd_4x1",   "winograd_4x2",  "winograd_2",
                                        "winograd_4",   "winograd_plain", "strassen",      "strassen_twice"};
  return names[static_cast<int>(m)];
}

namespace layers {

// The options of a layer, each with its name: conv<64, 3, stride{2}, padding{1}, groups{4}>.

/// The extent of a kernel that is not square: conv<16, extent{1, 7}>.
using extent = extents;
/// Step of the window, in elements of the input. Default 1; for pools the window's extent, as in PyTorch.
struct stride : extents {
  using extents::extents;  ///< one number, or one for each axis
};
/// Distance of neighbouring taps, in elements of the input; 1 = dense.
struct dilation : extents {
  using extents::extents;  ///< one number, or one for each axis
};
/// Elements added around the feature map: padding{p} on every side, padding{h, w} per axis, or per side
/// padding{top, left, bottom, right} in the order of ONNX: all beginnings, then all ends.
struct padding : extents {
  padding_mode mode = padding_mode::given;  ///< its name
  using extents::extents;                   ///< in numbers
  /// By name.
  constexpr explicit padding(padding_mode by_name) : mode(by_name) {}
};
/// No padding.
inline constexpr padding valid{padding_mode::valid};
/// As much padding as gives ceil(in / stride) outputs; an odd element goes to the end (ONNX SAME_UPPER).
inline constexpr padding same{padding_mode::same};
/// As `same`, but an odd element goes to the beginning (ONNX SAME_LOWER).
inline constexpr padding same_lower{padding_mode::same_lower};
/// As `same`, but as PyTorch's padding="same": the same total for a stride of 1, which it needs; an odd
/// element goes to the end.
inline constexpr padding same_torch{padding_mode::same_torch};
/// Every position at which kernel and feature map overlap: dilated kernel extent - 1 on every side.
inline constexpr padding full{padding_mode::full};
/// Dilated kernel extent - 1 in front and nothing behind: an output sees no input after it (1-D).
inline constexpr padding causal{padding_mode::causal};

/// Added to the output's extent on its far side, to choose among the inputs of a strided convolution that
/// have the same output: conv_transpose<8, 3, stride{2}, padding{1}, output_padding{1}>.
struct output_padding : extents {
  using extents::extents;  ///< one number, or one for each axis
};
/// Input and output channels are split into this many groups; group g of the output sees group g of the
/// input.
struct groups {
  index count;  ///< how many
};
/// One axis of a feature map, counted without the batch: 0 is the channels. Negative ones count from the end.
struct axis {
  int number;  ///< its number
};

/// A number of a layer's formula; float in the network.
struct number {
  float value;  ///< the number
  /// From a number of any type.
  template <class T>
  requires std::is_arithmetic_v<T>
  constexpr number(T v) : value(static_cast<float>(v)) {}
};
/// Added to the variance under the square root of a normalisation.
struct epsilon : number {
  using number::number;  ///< from a number of any type
};
/// Slope of leaky_relu below zero.
struct slope : number {
  using number::number;  ///< from a number of any type
};
/// The parameters that ONNX calls so: of elu, celu, hard_sigmoid, local_response_norm.
struct alpha : number {
  using number::number;  ///< from a number of any type
};
struct beta : number {
  using number::number;  ///< from a number of any type
};
/// The constant added inside local_response_norm, as PyTorch and ONNX have it under `k` and `bias`.
struct bias : number {
  using number::number;  ///< from a number of any type
};
/// What pad puts beyond the edge instead of zeros.
struct fill : number {
  using number::number;  ///< from a number of any type
};

/// Options without a number.
enum class flag : unsigned char {
  depthwise,
  no_bias,
  ceil_mode,
  exclude_padding,
  flipped,
  untied_bias,
  no_affine,
  align_corners,
  per_position,
};
/// One group per input channel.
inline constexpr flag depthwise = flag::depthwise;
/// The layer adds no bias.
inline constexpr flag no_bias = flag::no_bias;
/// Round a pool's output extent up instead of down.
inline constexpr flag ceil_mode = flag::ceil_mode;
/// Divide an average by the elements under the window that are not padding (ONNX count_include_pad = 0).
/// Default is PyTorch's: the padding counts.
inline constexpr flag exclude_padding = flag::exclude_padding;
/// The convolution sum of the textbook: the kernel is read backwards along each spatial axis.
inline constexpr flag flipped = flag::flipped;
/// One bias for each output position instead of one for each channel.
inline constexpr flag untied_bias = flag::untied_bias;
/// A normalisation without weight and bias.
inline constexpr flag no_affine = flag::no_affine;
/// The corner elements of input and output coincide (PyTorch align_corners = True). Default: the corners of
/// their pixels do (half_pixel).
inline constexpr flag align_corners = flag::align_corners;
/// Normalise over the channels of each position, as ConvNeXt does.
inline constexpr flag per_position = flag::per_position;

/// What lies beyond the edge: padding is made of it. Default zeros.
/// @{
inline constexpr edge zeros = edge::zeros;
inline constexpr edge cyclic = edge::cyclic;
inline constexpr edge reflect = edge::reflect;
inline constexpr edge replicate = edge::replicate;
/// @}

/// How to compute a convolution, where the library's own choice is not wanted: conv<64, 3,
/// algorithm<method::direct>>.
template <method How>
inline constexpr method algorithm = How;

/// The nearest element.
inline constexpr interpolation nearest = interpolation::nearest;
/// Linear along each axis: bilinear in 2-D.
inline constexpr interpolation bilinear = interpolation::linear;

}  // namespace layers

/// The kinds of option, for telling which one a layer does not take.
enum class option : unsigned char {
  none,
  stride,
  dilation,
  padding,
  output_padding,
  groups,
  axis,
  epsilon,
  slope,
  alpha,
  beta,
  bias,
  fill,
  depthwise,
  no_bias,
  ceil_mode,
  exclude_padding,
  flipped,
  untied_bias,
  no_affine,
  align_corners,
  per_position,
  edge,
  interpolation,
  algorithm,
  unnamed
};
/// As the user writes it.
constexpr std::string_view spelling(option o) {
  constexpr std::string_view names[] = {"",
                                        "stride",
                                        "dilation",
                                        "padding",
                                        "output_padding",
                                        "groups",
                                        "axis",
                                        "epsilon",
                                        "slope",
                                        "alpha",
                                        "beta",
                                        "bias",
                                        "fill",
                                        "depthwise",
                                        "no_bias",
                                        "ceil_mode",
                                        "exclude_padding",
                                        "flipped",
                                        "untied_bias",
                                        "no_affine",
                                        "align_corners",
                                        "per_position",
                                        "edge",
                                        "interpolation",
                                        "algorithm",
                                        ""};
  return names[static_cast<int>(o)];
}

}  // namespace tenon
