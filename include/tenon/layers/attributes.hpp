// F2. What a layer says of itself, as plain data: the one form in which all later passes read it.
#pragma once

#include "tenon/activation.hpp"
#include "tenon/layers/options.hpp"
#include "tenon/text.hpp"

namespace tenon {

/// The kinds of layer, and of what joins feature maps.
enum class op : unsigned char {
  input,
  // with a window
  conv,
  conv_transpose,
  local,
  max_pool,
  avg_pool,
  lp_pool,
  // of all elements, or all positions
  linear,
  global_max_pool,
  global_avg_pool,
  global_lp_pool,
  adaptive_avg_pool,
  // normalisation
  batch_norm,
  instance_norm,
  layer_norm,
  group_norm,
  local_response_norm,
  // with parameters, element by element
  scale,
  shift,
  prelu,
  // activations, in the order of `activation`
  relu,
  relu6,
  leaky_relu,
  sigmoid,
  tanh,
  hard_swish,
  elu,
  selu,
  celu,
  gelu,
  gelu_tanh,
  silu,
  mish,
  hard_sigmoid,
  softplus,
  softsign,
  thresholded_relu,
  clip,
  exp,
  log,
  multiply_by,
  add_constant,
  user,
  // along an axis
  softmax,
  log_softmax,
  // what moves elements
  flatten,
  reshape,
  expand,
  permute,
  squeeze,
  slice,
  pad,
  crop,
  upsample,
  pixel_shuffle,
  pixel_unshuffle,
  channel_shuffle,
  // what does nothing
  dropout,
  identity,
  // of several feature maps
  add,
  subtract,
  multiply,
  maximum,
  concat,
};

/// The name of a layer as the user writes it; of what an operator joins, the operator.
constexpr std::string_view spelling(op kind) {
  constexpr std::string_view names[] = {"input",
                                        "conv",
                                        "conv_transpose",
                                        "local",
                                        "max_pool",
                                        "avg_pool",
                                        "lp_pool",
                                        "linear",
                                        "global_max_pool",
                                        "global_avg_pool",
                                        "global_lp_pool",
                                        "adaptive_avg_pool",
                                        "batch_norm",
                                        "instance_norm",
                                        "layer_norm",
                                        "group_norm",
                                        "local_response_norm",
                                        "scale",
                                        "shift",
                                        "prelu",
                                        "relu",
                                        "relu6",
                                        "leaky_relu",
                                        "sigmoid",
                                        "tanh",
                                        "hard_swish",
                                        "elu",
                                        "selu",
                                        "celu",
                                        "gelu",
                                        "gelu_tanh",
                                        "silu",
                                        "mish",
                                        "hard_sigmoid",
                                        "softplus",
                                        "softsign",
                                        "thresholded_relu",
                                        "clip",
                                        "exp",
                                        "log",
                                        "multiply_by",
                                        "add_constant",
                                        "activation",
                                        "softmax",
                                        "log_softmax",
                                        "flatten",
                                        "reshape",
                                        "expand",
                                        "permute",
                                        "squeeze",
                                        "slice",
                                        "pad",
                                        "crop",
                                        "upsample",
                                        "pixel_shuffle",
                                        "pixel_unshuffle",
                                        "channel_shuffle",
                                        "dropout",
                                        "identity",
                                        "+",
                                        "-",
                                        "*",
                                        "maximum",
                                        "concat"};
  return names[static_cast<int>(kind)];
}

/// The activations of `op` and of `activation` are numbered alike.
static_assert(static_cast<int>(op::user) - static_cast<int>(op::relu) ==
              static_cast<int>(activation::user) - static_cast<int>(activation::relu));
constexpr bool is_activation(op kind) { return kind >= op::relu && kind <= op::user; }
/// What joins several feature maps: a node without a number.
constexpr bool is_join(op kind) { return kind >= op::add; }
/// What has filters.
constexpr bool is_convolution(op kind) {
  return kind == op::conv || kind == op::conv_transpose || kind == op::local;
}

/// All that a layer's template arguments say. Fields that do not concern the kind keep their defaults.
struct attributes {
  op kind = op::identity;  ///< which layer
  index channels = 0;      ///< conv: output channels; linear: output features; shapes: number of extents said
  extents kernel;          ///< of a window; upsample: scale; adaptive pool: output extents
  shape input;             ///< input: its shape; reshape, expand: the new one, -1 for one extent that follows
  extents stride;          ///< of a window, as the user says it
  extents dilation;        ///< of a window, as the user says it
  extents output_padding;  ///< of conv_transpose
  layers::padding padding{padding_mode::valid};  ///< in numbers or by name
  index groups = 1;              ///< group_norm, channel_shuffle: number of groups; pixel_shuffle: factor;
                                 ///< local_response_norm: channels in a window
  extents axes;                  ///< permute: order of axes; squeeze: axes to remove, none for all
  int axis = 0;                  ///< softmax, slice, concat
  index begin = 0;               ///< slice: the first element
  index end = 0;                 ///< slice: what it ends before
  index step = 1;                ///< slice: from one element to the next
  bool splits = false;           ///< slice: the part `part` of `parts` equal ones
  index part = 0;                ///< slice: which part
  index parts = 0;               ///< slice: of how many
  int norm = 2;                  ///< lp_pool: P; 0 for the largest magnitude, P - 1 for a P that is no norm
  bool depthwise = false;        ///< the option of this name
  bool has_bias = true;          ///< no option no_bias
  bool ceil_mode = false;        ///< the option of this name
  bool exclude_padding = false;  ///< the option of this name
  bool flipped = false;          ///< the option of this name
  bool untied_bias = false;      ///< the option of this name
  bool affine = true;            ///< no option no_affine
  bool align_corners = false;    ///< the option of this name
  bool per_position = false;     ///< the option of this name
  edge beyond = edge::zeros;     ///< what lies beyond the edge
  interpolation between = interpolation::nearest;  ///< of upsample
  method how = method::automatic;                  ///< of a convolution
  float epsilon = 1e-5f;                           ///< of a normalisation
  float alpha = 0;    ///< first number of an activation or local_response_norm; pad: what it fills in
  float beta = 0;     ///< their second number
  float bias = 1;     ///< local_response_norm
  formula user;       ///< activation<f>: what f computes
  unsigned seen = 0;  ///< bit set of the options given
  option not_taken = option::none;    ///< the first option this kind of layer does not take
  option given_twice = option::none;  ///< the first option that is there twice

  constexpr attributes() = default;
  /// A layer of this kind; all else has its default.
  constexpr explicit attributes(op kind_, index channels_ = 0, extents kernel_ = {}, shape input_ = {})
      : kind(kind_), channels(channels_), kernel(kernel_), input(input_) {}
};

namespace detail {

constexpr unsigned bit(option o) { return 1u << static_cast<int>(o); }
constexpr unsigned bits(auto... options) { return (bit(options) | ...); }

constexpr unsigned options_of(op kind) {
  using enum option;
  switch (kind) {
    case op::conv:
      return bits(stride, dilation, padding, groups, depthwise, no_bias, flipped, untied_bias, edge,
                  algorithm);
    case op::conv_transpose:
      return bits(stride, dilation, padding, output_padding, groups, no_bias);
    case op::local:
      return bits(stride, dilation, padding, no_bias, edge);
    case op::max_pool:
      return bits(stride, dilation, padding, ceil_mode);
    case op::avg_pool:
      return bits(stride, dilation, padding, ceil_mode, exclude_padding);
    case op::lp_pool:
      return bits(stride, dilation, padding, ceil_mode);
    case op::linear:
      return bits(no_bias);
    case op::batch_norm:
      return bits(epsilon);
    case op::instance_norm:
    case op::group_norm:
      return bits(epsilon, no_affine);
    case op::layer_norm:
      return bits(epsilon, no_affine, axis, per_position);
    case op::local_response_norm:
      return bits(alpha, beta, bias);
    case op::leaky_relu:
      return bits(slope);
    case op::elu:
    case op::celu:
      return bits(alpha);
    case op::hard_sigmoid:
      return bits(alpha, beta);
    case op::softmax:
    case op::log_softmax:
    case op::slice:
      return bits(axis);
    case op::pad:
      return bits(padding, edge, fill);
    case op::upsample:
      return bits(interpolation, align_corners);
    default:
      return 0;
  }
}

constexpr option set(attributes& a, layers::stride s) { return a.stride = s, option::stride; }
constexpr option set(attributes& a, layers::dilation d) { return a.dilation = d, option::dilation; }
constexpr option set(attributes& a, layers::padding p) { return a.padding = p, option::padding; }
constexpr option set(attributes& a, layers::output_padding p) {
  return a.output_padding = p, option::output_padding;
}
constexpr option set(attributes& a, layers::groups g) { return a.groups = g.count, option::groups; }
constexpr option set(attributes& a, layers::axis x) { return a.axis = x.number, option::axis; }
constexpr option set(attributes& a, layers::epsilon e) { return a.epsilon = e.value, option::epsilon; }
constexpr option set(attributes& a, layers::slope s) { return a.alpha = s.value, option::slope; }
constexpr option set(attributes& a, layers::alpha x) { return a.alpha = x.value, option::alpha; }
constexpr option set(attributes& a, layers::beta x) { return a.beta = x.value, option::beta; }
constexpr option set(attributes& a, layers::bias x) { return a.bias = x.value, option::bias; }
constexpr option set(attributes& a, layers::fill x) { return a.alpha = x.value, option::fill; }
constexpr option set(attributes& a, edge e) { return a.beyond = e, option::edge; }
constexpr option set(attributes& a, interpolation i) { return a.between = i, option::interpolation; }
constexpr option set(attributes& a, method m) { return a.how = m, option::algorithm; }
constexpr option set(attributes& a, layers::flag f) {
  switch (f) {
    case layers::flag::depthwise:
      return a.depthwise = true, option::depthwise;
    case layers::flag::no_bias:
      return a.has_bias = false, option::no_bias;
    case layers::flag::ceil_mode:
      return a.ceil_mode = true, option::ceil_mode;
    case layers::flag::exclude_padding:
      return a.exclude_padding = true, option::exclude_padding;
    case layers::flag::flipped:
      return a.flipped = true, option::flipped;
    case layers::flag::untied_bias:
      return a.untied_bias = true, option::untied_bias;
    case layers::flag::no_affine:
      return a.affine = false, option::no_affine;
    case layers::flag::align_corners:
      return a.align_corners = true, option::align_corners;
    case layers::flag::per_position:
      return a.per_position = true, option::per_position;
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

/// A number as it stands in a template argument, or something else by mistake.
constexpr index number_of(std::integral auto n) { return static_cast<index>(n); }
template <class Other>
constexpr index number_of(Other) {
  return misplaced_number;
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
    if (i == extents::capacity) return out << "...";
    out << e.values[i];
  }
  return out;
}

/// What the user wrote of one option: "cyclic", "same", "stride".
constexpr std::string_view spell(const attributes& a, option o) {
  switch (o) {
    case option::edge:
      return spelling(a.beyond);
    case option::interpolation:
      return spelling(a.between);
    case option::padding:
      return spelling(a.padding.mode);
    default:
      return spelling(o);
  }
}

/// The options that a layer takes: "stride, padding, ceil_mode"; "none".
constexpr phrase options_taken(op kind) {
  phrase out;
  for (int i = 1; i < static_cast<int>(option::unnamed); ++i) {
    const option o = static_cast<option>(i);
    if (!(options_of(kind) & bit(o))) continue;
    if (out.length > 0) out << ", ";
    if (o == option::edge)
      out << "cyclic, reflect, replicate";
    else if (o == option::interpolation)
      out << "nearest, bilinear";
    else
      out << spelling(o);
  }
  return out.length == 0 ? phrase() << "none" : out;
}

/// Layers whose name alone is a value; with options it is batch_norm_with<...>.
constexpr bool has_plain_name(op kind) {
  switch (kind) {
    case op::batch_norm:
    case op::instance_norm:
    case op::layer_norm:
    case op::elu:
    case op::celu:
    case op::hard_sigmoid:
    case op::softmax:
    case op::log_softmax:
      return true;
    default:
      return false;
  }
}
/// Layers whose name is a template even if nothing is said: leaky_relu<>.
constexpr bool is_template(op kind) {
  switch (kind) {
    case op::global_max_pool:
    case op::global_avg_pool:
      return false;
    case op::group_norm:
    case op::local_response_norm:
    case op::leaky_relu:
      return true;
    default:
      return kind <= op::adaptive_avg_pool || (kind >= op::reshape && kind <= op::channel_shuffle);
  }
}

}  // namespace detail

/// The layer as the user wrote it: "conv<64, 3, stride{2}, padding{1}>". Options are in a fixed order. What a
/// convolution has anyway, and blocks give by their parameters, is not said: a stride or dilation of 1, a
/// padding of 0.
constexpr phrase spell(const attributes& a) {
  using detail::bit, detail::spell;
  phrase out;
  bool open = false;
  const auto next = [&]() -> phrase& { return out << (open ? ", " : (open = true, "<")); };
  const auto given = [&](option o) { return (a.seen & bit(o)) != 0; };
  const auto list = [&](option o, const extents& e) {
    if (given(o)) next() << spelling(o) << '{' << spell(e) << '}';
  };
  const auto value = [&](option o, float v) {
    if (given(o)) next() << spelling(o) << '{' << decimal(v) << '}';
  };
  const auto word = [&](option o) {
    if (given(o)) next() << spell(a, o);
  };
  const auto number = [&](index n) {
    if (n == misplaced_number)
      next() << '?';
    else if (n != missing_number)
      next() << n;
  };

  out << (a.splits ? std::string_view("split") : spelling(a.kind));
  if (a.seen != 0 && detail::has_plain_name(a.kind)) out << "_with";
  switch (a.kind) {  // what stands in front of the options
    case op::input:
    case op::reshape:
    case op::expand:
      for (int i = 0; i < a.input.rank; ++i) number(a.input.extents[i]);
      if (a.channels > max_rank) next() << "...";
      break;
    case op::conv:
    case op::conv_transpose:
    case op::local:
    case op::linear:
      number(a.channels);
      break;
    case op::lp_pool:
    case op::global_lp_pool:
      if (a.norm == 0)
        next() << "infinity";
      else
        next() << (a.norm > 0 ? a.norm : a.norm + 1);
      break;
    case op::group_norm:
    case op::local_response_norm:
    case op::pixel_shuffle:
    case op::pixel_unshuffle:
    case op::channel_shuffle:
      number(a.groups);
      break;
    case op::permute:
    case op::squeeze:
      if (a.axes.given()) next() << spell(a.axes);
      break;
    case op::slice:
      if (a.splits)
        next() << a.part << ", " << a.parts;
      else
        next() << a.begin << ", " << a.end << (a.step == 1 ? phrase() : phrase() << ", " << a.step);
      break;
    case op::clip:
      next() << decimal(a.alpha) << ", " << decimal(a.beta);
      break;
    case op::thresholded_relu:
    case op::multiply_by:
    case op::add_constant:
      next() << decimal(a.alpha);
      break;
    case op::concat:
      if (a.axis != 0) out << "_along", next() << a.axis;
      break;
    default:
      break;
  }
  if (a.kernel.count == extents::misplaced) next() << '?';
  if (a.kernel.count == 1) next() << a.kernel.values[0];
  if (a.kernel.count > 1) next() << "extent{" << spell(a.kernel) << '}';
  const bool is_said = !is_convolution(a.kind);
  if (is_said || a.stride != extents(1)) list(option::stride, a.stride);
  if (is_said || a.dilation != extents(1)) list(option::dilation, a.dilation);
  if (a.padding.mode == padding_mode::given && (is_said || !(a.padding == extents(0))))
    list(option::padding, a.padding);
  else if (a.padding.mode != padding_mode::given)
    word(option::padding);
  list(option::output_padding, a.output_padding);
  word(option::edge);
  if (given(option::groups)) next() << "groups{" << a.groups << '}';
  if (given(option::axis)) next() << "axis{" << a.axis << '}';
  word(option::depthwise);
  word(option::no_bias);
  word(option::ceil_mode);
  word(option::exclude_padding);
  word(option::flipped);
  word(option::untied_bias);
  if (given(option::algorithm)) next() << "algorithm<method::" << spelling(a.how) << '>';
  word(option::no_affine);
  word(option::per_position);
  word(option::interpolation);
  word(option::align_corners);
  value(option::epsilon, a.epsilon);
  value(option::slope, a.alpha);
  value(option::alpha, a.alpha);
  value(option::beta, a.beta);
  value(option::bias, a.bias);
  value(option::fill, a.alpha);
  if (a.not_taken == option::unnamed) next() << '?';
  if (open) return out << '>';
  return detail::is_template(a.kind) ? out << "<>" : out;
}

}  // namespace tenon
