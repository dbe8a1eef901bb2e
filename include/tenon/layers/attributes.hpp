// F2. What a layer says of itself, as plain data: the one form in which all later passes read it.
#pragma once

#include "tenon/shape.hpp"
#include "tenon/text.hpp"

namespace tenon {

enum class op : unsigned char {
  input,
  conv,
  linear,
  max_pool,
  avg_pool,
  global_avg_pool,
  batch_norm,
  relu,
  relu6,
  leaky_relu,
  sigmoid,
  tanh,
  hard_swish,
  softmax,
  flatten,
  dropout,
  identity,
  add,
};

/// The name of a layer as the user writes it.
constexpr std::string_view spelling(op kind) {
  constexpr std::string_view names[] = {
      "input",      "conv",    "linear",  "max_pool",   "avg_pool", "global_avg_pool",
      "batch_norm", "relu",    "relu6",   "leaky_relu", "sigmoid",  "tanh",
      "hard_swish", "softmax", "flatten", "dropout",    "identity", "+"};
  return names[static_cast<int>(kind)];
}

constexpr bool is_activation(op kind) { return kind >= op::relu && kind <= op::hard_swish; }

/// One number for every spatial axis, or one for each: `5`, `extent{1, 7}`. In elements.
struct extents {
  int count = 0;
  index values[2 * max_spatial_rank]{};

  constexpr extents() = default;
  constexpr extents(std::integral auto first, std::integral auto... rest)
      : count(1 + sizeof...(rest)), values{static_cast<index>(first), static_cast<index>(rest)...} {}

  /// The count of what is not an extent: an option in its place, as in conv<16, stride{2}>. Inference refuses
  /// it.
  static constexpr int misplaced = -1;
  constexpr bool given() const { return count > 0; }
  constexpr index at(int axis) const { return count == 1 ? values[0] : values[axis]; }

  friend constexpr bool operator==(const extents&, const extents&) = default;
};

enum class padding_mode : unsigned char { given, valid, same, same_lower, full };

namespace layers {

// The options of a layer, each with its name: conv<64, 3, stride{2}, padding{1}, groups{4}>.

/// The extent of a kernel that is not square: conv<16, extent{1, 7}>.
using extent = extents;
/// Step of the window, in elements of the input. Default 1; for pools the window's extent, as in PyTorch.
struct stride : extents {
  using extents::extents;
};
/// Distance of neighbouring taps, in elements of the input; 1 = dense.
struct dilation : extents {
  using extents::extents;
};
/// Elements added around the feature map: padding{p} on every side, padding{h, w} per axis, or per side
/// padding{top, left, bottom, right} in the order of ONNX: all beginnings, then all ends.
struct padding : extents {
  padding_mode mode = padding_mode::given;
  using extents::extents;
  constexpr explicit padding(padding_mode by_name) : mode(by_name) {}
};
/// No padding.
inline constexpr padding valid{padding_mode::valid};
/// As much padding as gives ceil(in / stride) outputs; an odd element goes to the end (ONNX SAME_UPPER).
inline constexpr padding same{padding_mode::same};
/// As `same`, but an odd element goes to the beginning (ONNX SAME_LOWER).
inline constexpr padding same_lower{padding_mode::same_lower};
/// Every position at which kernel and feature map overlap: dilated kernel extent - 1 on every side.
inline constexpr padding full{padding_mode::full};

/// Input and output channels are split into this many groups; group g of the output sees group g of the
/// input.
struct groups {
  index count;
};
/// Added to the variance under the square root of a batch norm.
struct epsilon {
  float value;
  constexpr explicit epsilon(double v) : value(static_cast<float>(v)) {}
};
/// Slope of leaky_relu below zero.
struct slope {
  float value;
  constexpr explicit slope(double v) : value(static_cast<float>(v)) {}
};
enum class flag : unsigned char { depthwise, no_bias, ceil_mode, exclude_padding };
/// One group per input channel.
inline constexpr flag depthwise = flag::depthwise;
/// The layer adds no bias.
inline constexpr flag no_bias = flag::no_bias;
/// Round a pool's output extent up instead of down.
inline constexpr flag ceil_mode = flag::ceil_mode;
/// Divide an average by the elements under the window that are not padding (ONNX count_include_pad = 0).
/// Default is PyTorch's: the padding counts.
inline constexpr flag exclude_padding = flag::exclude_padding;

}  // namespace layers

/// The kinds of option, for telling which one a layer does not take.
enum class option : unsigned char {
  none,
  stride,
  dilation,
  padding,
  groups,
  depthwise,
  no_bias,
  ceil_mode,
  exclude_padding,
  epsilon,
  slope,
  unnamed
};
constexpr std::string_view spelling(option o) {
  constexpr std::string_view names[] = {"",          "stride",  "dilation",  "padding",         "groups",
                                        "depthwise", "no_bias", "ceil_mode", "exclude_padding", "epsilon",
                                        "slope",     ""};
  return names[static_cast<int>(o)];
}

/// All that a layer's template arguments say. Fields that do not concern the kind keep their defaults.
struct attributes {
  op kind = op::identity;
  index channels = 0;  // conv: output channels; linear: output features
  extents kernel;
  shape input;  // input: its shape
  extents stride, dilation;
  layers::padding padding{padding_mode::valid};
  index groups = 1;
  bool depthwise = false;
  bool bias = true;
  bool ceil_mode = false;
  bool exclude_padding = false;
  float epsilon = 1e-5f;
  float slope = 0.01f;
  unsigned seen = 0;                // bit set of the options given
  option not_taken = option::none;  // the first option this kind of layer does not take
  option given_twice = option::none;

  constexpr attributes() = default;
  constexpr explicit attributes(op kind_, index channels_ = 0, extents kernel_ = {}, shape input_ = {})
      : kind(kind_), channels(channels_), kernel(kernel_), input(input_) {}
};

namespace detail {

constexpr unsigned bit(option o) { return 1u << static_cast<int>(o); }

constexpr unsigned options_of(op kind) {
  switch (kind) {
    case op::conv:
      return bit(option::stride) | bit(option::dilation) | bit(option::padding) | bit(option::groups) |
             bit(option::depthwise) | bit(option::no_bias);
    case op::max_pool:
      return bit(option::stride) | bit(option::padding) | bit(option::ceil_mode);
    case op::avg_pool:
      return bit(option::stride) | bit(option::padding) | bit(option::ceil_mode) |
             bit(option::exclude_padding);
    case op::linear:
      return bit(option::no_bias);
    case op::batch_norm:
      return bit(option::epsilon);
    case op::leaky_relu:
      return bit(option::slope);
    default:
      return 0;
  }
}

constexpr option set(attributes& a, layers::stride s) { return a.stride = s, option::stride; }
constexpr option set(attributes& a, layers::dilation d) { return a.dilation = d, option::dilation; }
constexpr option set(attributes& a, layers::padding p) { return a.padding = p, option::padding; }
constexpr option set(attributes& a, layers::groups g) { return a.groups = g.count, option::groups; }
constexpr option set(attributes& a, layers::epsilon e) { return a.epsilon = e.value, option::epsilon; }
constexpr option set(attributes& a, layers::slope s) { return a.slope = s.value, option::slope; }
constexpr option set(attributes& a, layers::flag f) {
  switch (f) {
    case layers::flag::depthwise:
      return a.depthwise = true, option::depthwise;
    case layers::flag::no_bias:
      return a.bias = false, option::no_bias;
    case layers::flag::ceil_mode:
      return a.ceil_mode = true, option::ceil_mode;
    case layers::flag::exclude_padding:
      return a.exclude_padding = true, option::exclude_padding;
  }
  return option::unnamed;
}
template <class Unknown>
constexpr option set(attributes&, Unknown) {
  return option::unnamed;
}

constexpr attributes with_options(attributes a, auto... options) {
  [[maybe_unused]] const auto apply = [&a](auto o) {
    const option kind = set(a, o);
    if (!(options_of(a.kind) & bit(kind)) && a.not_taken == option::none) a.not_taken = kind;
    if ((a.seen & bit(kind)) && a.given_twice == option::none) a.given_twice = kind;
    a.seen |= bit(kind);
  };
  (apply(options), ...);
  return a;
}

/// A kernel as it stands in a template argument: 5, extent{1, 7}, or something else by mistake.
constexpr extents kernel_of(std::integral auto e) { return e; }
constexpr extents kernel_of(extents e) { return e; }
template <class Other>
constexpr extents kernel_of(Other) {
  extents e;
  e.count = extents::misplaced;
  return e;
}

constexpr phrase spell(const extents& e) {
  phrase out;
  for (int i = 0; i < e.count; ++i) {
    if (i > 0) out << ", ";
    out << e.values[i];
  }
  return out;
}

}  // namespace detail

/// The layer as the user wrote it: "conv<64, 3, stride{2}, padding{1}>". Options are in a fixed order.
constexpr phrase spell(const attributes& a) {
  using detail::bit, detail::spell;
  phrase out;
  out << spelling(a.kind);
  if (a.kind == op::input) {
    out << '<';
    for (int i = 0; i < a.input.rank; ++i) {
      if (i > 0) out << ", ";
      out << a.input.extents[i];
    }
    return out << '>';
  }
  bool open = false;
  const auto next = [&]() -> phrase& { return out << (open ? ", " : (open = true, "<")); };
  if (a.kind == op::conv || a.kind == op::linear) next() << a.channels;
  if (a.kernel.count == 1) next() << a.kernel.values[0];
  if (a.kernel.count > 1) next() << "extent{" << spell(a.kernel) << '}';
  if (a.seen & bit(option::stride)) next() << "stride{" << spell(a.stride) << '}';
  if (a.seen & bit(option::dilation)) next() << "dilation{" << spell(a.dilation) << '}';
  if (a.seen & bit(option::padding)) {
    switch (a.padding.mode) {
      case padding_mode::given:
        next() << "padding{" << spell(a.padding) << '}';
        break;
      case padding_mode::valid:
        next() << "valid";
        break;
      case padding_mode::same:
        next() << "same";
        break;
      case padding_mode::same_lower:
        next() << "same_lower";
        break;
      case padding_mode::full:
        next() << "full";
        break;
    }
  }
  if (a.seen & bit(option::groups)) next() << "groups{" << a.groups << '}';
  if (a.depthwise) next() << "depthwise";
  if (!a.bias) next() << "no_bias";
  if (a.ceil_mode) next() << "ceil_mode";
  if (a.exclude_padding) next() << "exclude_padding";
  if (a.seen & bit(option::epsilon)) next() << "epsilon{" << decimal(a.epsilon) << '}';
  if (a.seen & bit(option::slope)) next() << "slope{" << decimal(a.slope) << '}';
  if (open) out << '>';
  return out;
}

}  // namespace tenon
