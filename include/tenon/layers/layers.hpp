// F2. The layers: empty types that say WHAT. Nothing here knows how a layer is computed.
#pragma once

#include <initializer_list>
#include <limits>

#include "tenon/layers/attributes.hpp"

namespace tenon {

/// relu(), which is written relu.
struct called_layer;

/// What an expression of the language derives from.
struct expression {
  /// A layer that is called: an error with a sentence.
  template <class... Ts>
  requires(!std::is_same_v<symbol, std::remove_cvref_t<Ts>> && ...) constexpr called_layer operator()(
      Ts&&...) const;
};
struct called_layer : expression {};
template <class... Ts>
requires(!std::is_same_v<symbol, std::remove_cvref_t<Ts>> &&
         ...) constexpr called_layer expression::operator()(Ts&&...) const {
  return {};
}

/// A type of the language: a layer, or layers joined by the operators.
template <class E>
concept Expression = std::is_base_of_v<expression, E>;

/// A single layer; `attr` is all that its template arguments say.
template <class L>
concept Layer = Expression<L> && requires {
  L::attr;
};

namespace detail {

constexpr attributes valued(op kind, float alpha, float beta) {
  attributes a(kind);
  a.alpha = alpha, a.beta = beta;
  return a;
}
/// The numbers that a layer has if nothing is said.
constexpr attributes valued_by_default(op kind) {
  switch (kind) {
    case op::leaky_relu:
      return valued(kind, 0.01f, 0);
    case op::elu:
    case op::celu:
      return valued(kind, 1, 0);
    case op::hard_sigmoid:
      return valued(kind, 1.0f / 6, 0.5f);
    case op::local_response_norm:
      return valued(kind, 1e-4f, 0.75f);
    default:
      return attributes(kind);
  }
}
constexpr attributes with_norm(attributes a, int p) {
  return a.norm = p == std::numeric_limits<int>::max() ? 0 : p > 0 ? p : p - 1, a;
}
constexpr attributes counted(op kind, index number) {
  attributes a = valued_by_default(kind);
  if (kind == op::global_lp_pool) return with_norm(a, static_cast<int>(number));
  a.groups = number;
  return a;
}
constexpr attributes with_formula(const formula& f) {
  attributes a(op::user);
  a.user = f;
  return a;
}
constexpr attributes with_axes(op kind, std::initializer_list<int> axes) {
  attributes a(kind);
  for (int axis : axes)
    if (a.axes.count++ < extents::capacity) a.axes.values[a.axes.count - 1] = axis;
  return a;
}
constexpr attributes range(index begin, index end) {
  attributes a(op::slice);
  a.begin = begin, a.end = end;
  return a;
}
constexpr attributes part_of(index part, index parts) {
  attributes a(op::slice);
  a.splits = true, a.part = part, a.parts = parts;
  return a;
}
/// A shape of more extents than there may be, or none, is counted but not kept; inference refuses it.
constexpr attributes shaped(op kind, std::initializer_list<index> extents) {
  attributes a(kind);
  for (index extent : extents)
    if (a.channels++ < max_rank) a.input.extents[a.input.rank++] = extent;
  return a;
}
/// A slice's step, if it is the first of what follows; then options.
constexpr attributes with_step(attributes a, std::integral auto step, auto... options) {
  a.step = step;
  return with_options(a, options...);
}
constexpr attributes with_step(attributes a, auto... options) { return with_options(a, options...); }

/// A layer that is fully said by its kind.
template <op Kind>
struct plain_layer : expression {
  static constexpr attributes attr = valued_by_default(Kind);

  using expression::operator();
  /// In a function of activation<f>: the layer's name hides the function of the same name.
  constexpr symbol operator()(const symbol& x) const requires(Kind == op::sigmoid) { return sigmoid(x); }
};

}  // namespace detail

namespace layers {

/// A layer said by its kind, output channels, a kernel or window, and options.
template <op Kind, index Channels, extents Kernel, auto... Options>
struct window_layer : expression {
  /// What it says.
  static constexpr attributes attr = detail::with_options(attributes(Kind, Channels, Kernel), Options...);
};

/// A layer said by its kind and options.
template <op Kind, auto... Options>
struct optioned_layer : expression {
  /// What it says.
  static constexpr attributes attr = detail::with_options(detail::valued_by_default(Kind), Options...);
};

/// A layer said by its kind, one number, and options.
template <op Kind, index Number, auto... Options>
struct counted_layer : expression {
  /// What it says.
  static constexpr attributes attr = detail::with_options(detail::counted(Kind, Number), Options...);
};

/// A layer said by its kind and some axes.
template <op Kind, int... Axes>
struct axes_layer : expression {
  /// What it says.
  static constexpr attributes attr = detail::with_axes(Kind, {Axes...});
};

/// An activation with two numbers.
template <op Kind, number Alpha, number Beta = number(0)>
struct valued_layer : expression {
  /// What it says.
  static constexpr attributes attr = detail::valued(Kind, Alpha.value, Beta.value);
};

/// An activation of the user's own.
template <formula F>
struct formula_layer : expression {
  /// What it says.
  static constexpr attributes attr = detail::with_formula(F);
};

/// A layer said by its kind and a shape.
template <op Kind, index... Extents>
struct shape_layer : expression {
  /// What it says.
  static constexpr attributes attr = detail::shaped(Kind, {Extents...});
};

/// A slice said by its range, its step and options.
template <index Begin, index End, auto... StepAndOptions>
struct slice_layer : expression {
  /// What it says.
  static constexpr attributes attr = detail::with_step(detail::range(Begin, End), StepAndOptions...);
};

/// A slice that is one of equal parts.
template <index Part, index Parts, auto... Options>
struct split_layer : expression {
  /// What it says.
  static constexpr attributes attr = detail::with_options(detail::part_of(Part, Parts), Options...);
};

/// A pool said by its norm, its window and options.
template <int P, extents Window, auto... Options>
struct lp_pool_layer : expression {
  /// What it says.
  static constexpr attributes attr =
      detail::with_options(detail::with_norm(attributes(op::lp_pool, 0, Window), P), Options...);
};

/// The input of a network: input<C, H, W>, input<C, L>, input<C, D, H, W> or input<features>, without the
/// batch axis. A network with several inputs names them: name<"left">(input<1, 28, 28>).
template <auto... Extents>
inline constexpr shape_layer<op::input, detail::number_of(Extents)...> input{};

// ---- convolution: the rank is that of the input; x is IC x [[ID x] IH x] IW ----

/// Cross-correlation with OC filters, as `conv` is in all of deep learning:
///   y[oc][o] = bias[oc] + sum over ic, k of w[oc][ic][k] * x[ic][o * stride - pad_lo + k * dilation]
/// x beyond its edges is 0, or what cyclic, reflect or replicate say; w is OC x IC/G x KH x KW. Options:
/// stride, dilation, padding (or valid, same, same_lower, same_torch, full, causal), groups, depthwise,
/// no_bias, zeros | cyclic | reflect | replicate, flipped (w is read backwards: the convolution sum of the
/// textbook), untied_bias (bias is OC x OH x OW),
/// algorithm<method::...> (how to compute it). Parameters: `weight`, `bias`. A depthwise conv may have
/// several output channels for each input channel. Source: ONNX operator Conv; torch.nn.Conv2d, padding_mode.
template <auto OC = missing_number, auto Kernel = extents{}, auto... Options>
inline constexpr window_layer<op::conv, detail::number_of(OC), detail::kernel_of(Kernel), Options...> conv{};

/// The transpose of the linear map that `conv` with the same options is; what a conv gathers, it scatters:
///   y[oc][o] = bias[oc] + sum over ic, k with i * stride - pad_lo + k * dilation = o of w[ic][oc][k] *
///   x[ic][i]
/// w is IC x OC/G x KH x KW. Options: stride, dilation, padding (per side, or by name: `same` gives
/// in * stride outputs), output_padding, groups, no_bias. Source: ONNX operator ConvTranspose;
/// torch.nn.ConvTranspose2d.
template <auto OC = missing_number, auto Kernel = extents{}, auto... Options>
inline constexpr window_layer<op::conv_transpose, detail::number_of(OC), detail::kernel_of(Kernel),
                              Options...>
    conv_transpose{};

/// As conv without shared weights: every output position has filters and biases of its own.
///   y[oc][o] = bias[oc][o] + sum over ic, k of w[oc][o][ic][k] * x[ic][o * stride - pad_lo + k * dilation]
/// w is OC x OH x OW x IC x KH x KW, bias OC x OH x OW. Options: stride, dilation, padding, no_bias, and the
/// edges of conv. Source: Le Cun, Generalization and network design strategies (1989); Keras
/// LocallyConnected2D.
template <auto OC = missing_number, auto Kernel = extents{}, auto... Options>
inline constexpr window_layer<op::local, detail::number_of(OC), detail::kernel_of(Kernel), Options...>
    local{};

/// y = W x + b, W of OUT x IN. Takes a vector: put `flatten` (or a global pool and flatten) before it.
/// Option: no_bias. Parameters: `weight`, `bias`. Source: torch.nn.Linear; ONNX operator Gemm, transB = 1.
template <auto Features = missing_number, auto... Options>
inline constexpr window_layer<op::linear, detail::number_of(Features), extents{}, Options...> linear{};

// ---- pools: options stride (default: the window's extent), padding, dilation, ceil_mode ----

/// Largest element under each window; padding is never the largest. Source: torch.nn.MaxPool2d; ONNX operator
/// MaxPool.
template <auto Window = extents{}, auto... Options>
inline constexpr window_layer<op::max_pool, 0, detail::kernel_of(Window), Options...> max_pool{};

/// Mean of the elements under each window; padding counts as zeros unless `exclude_padding`. In ceil mode the
/// part of a window beyond the padded input never counts. Source: torch.nn.AvgPool2d; ONNX operator
/// AveragePool.
template <auto Window = extents{}, auto... Options>
inline constexpr window_layer<op::avg_pool, 0, detail::kernel_of(Window), Options...> avg_pool{};

/// For lp_pool: the largest magnitude.
inline constexpr int infinity = std::numeric_limits<int>::max();

/// L_P norm of the elements under each window: (sum of |x|^P)^(1/P), P = 1, 2 or 3; lp_pool<infinity, W> is
/// the largest |x|. Source: ONNX operator LpPool. (torch.nn.LPPool2d takes x^P without the magnitude.)
template <int P, auto Window = extents{}, auto... Options>
inline constexpr lp_pool_layer<P, detail::kernel_of(Window), Options...> lp_pool{};
/// lp_pool of norm 1.
template <auto Window = extents{}, auto... Options>
inline constexpr lp_pool_layer<1, detail::kernel_of(Window), Options...> l1_pool{};
/// lp_pool of norm 2.
template <auto Window = extents{}, auto... Options>
inline constexpr lp_pool_layer<2, detail::kernel_of(Window), Options...> l2_pool{};
/// lp_pool of the largest magnitude.
template <auto Window = extents{}, auto... Options>
inline constexpr lp_pool_layer<infinity, detail::kernel_of(Window), Options...> linf_pool{};

/// Largest element of each channel: C x H x W -> C x 1 x 1. Source: ONNX operator GlobalMaxPool.
inline constexpr detail::plain_layer<op::global_max_pool> global_max_pool{};
/// Mean of each channel: C x H x W -> C x 1 x 1. Source: ONNX operator GlobalAveragePool.
inline constexpr detail::plain_layer<op::global_avg_pool> global_avg_pool{};
/// L_P norm of each channel: C x H x W -> C x 1 x 1; P as of lp_pool. Source: ONNX operator GlobalLpPool.
template <int P>
inline constexpr counted_layer<op::global_lp_pool, P> global_lp_pool{};

/// Mean over windows that cut each axis into the given number of pieces: output o of O sees the inputs from
/// floor(o * I / O) to ceil((o + 1) * I / O) - 1. adaptive_avg_pool<7>, adaptive_avg_pool<extent{5, 7}>.
/// Source: torch.nn.AdaptiveAvgPool2d.
template <auto Outputs = extents{}>
inline constexpr window_layer<op::adaptive_avg_pool, 0, detail::kernel_of(Outputs)> adaptive_avg_pool{};

// ---- normalisation; the plain name has PyTorch's defaults, ..._with<...> takes options ----

/// Per channel (x - running_mean) / sqrt(running_var + epsilon) * weight + bias, as at inference; epsilon
/// 1e-5. Parameters: `weight`, `bias`, and the buffers `running_mean`, `running_var`. Source:
/// torch.nn.BatchNorm2d; ONNX operator BatchNormalization.
inline constexpr detail::plain_layer<op::batch_norm> batch_norm{};
/// The same with another epsilon: batch_norm_with<epsilon{1e-3}>.
template <auto... Options>
inline constexpr optioned_layer<op::batch_norm, Options...> batch_norm_with{};

/// Per channel (x - mean) / sqrt(var + epsilon) * weight + bias, mean and (biased) variance over the
/// positions of the channel. Options: epsilon, no_affine. Parameters: `weight` and `bias`, C each. Source:
/// ONNX operator InstanceNormalization; torch.nn.InstanceNorm2d(affine = True).
inline constexpr detail::plain_layer<op::instance_norm> instance_norm{};
/// instance_norm with options.
template <auto... Options>
inline constexpr optioned_layer<op::instance_norm, Options...> instance_norm_with{};

/// The same with mean and variance over the whole feature map, or from axis{a} to the last for each element
/// of the axes before; weight and bias have the shape of those axes. per_position: over the channels of each
/// position, weight and bias C each, as ConvNeXt has it. Source: torch.nn.LayerNorm; ONNX operator
/// LayerNormalization.
inline constexpr detail::plain_layer<op::layer_norm> layer_norm{};
/// layer_norm with options.
template <auto... Options>
inline constexpr optioned_layer<op::layer_norm, Options...> layer_norm_with{};

/// The same with mean and variance over each of Groups equal parts of the channels; weight and bias C each.
/// Source: torch.nn.GroupNorm.
template <auto Groups = missing_number, auto... Options>
inline constexpr counted_layer<op::group_norm, detail::number_of(Groups), Options...> group_norm{};

/// x[c] / (bias + alpha / Channels * sum of x[j]^2 over the Channels channels around c)^beta, from
/// c - floor((Channels - 1) / 2) to c + ceil((Channels - 1) / 2); alpha 1e-4, beta 0.75, bias 1. Source: ONNX
/// operator LRN; torch.nn.LocalResponseNorm.
template <auto Channels = missing_number, auto... Options>
inline constexpr counted_layer<op::local_response_norm, detail::number_of(Channels), Options...>
    local_response_norm{};

// ---- element by element, with parameters ----

/// x * weight[c]. Parameter: `weight`, C.
inline constexpr detail::plain_layer<op::scale> scale{};
/// x + bias[c]. Parameter: `bias`, C.
inline constexpr detail::plain_layer<op::shift> shift{};
/// x where x >= 0, else weight[c] * x. Parameter: `weight`, C. Source: torch.nn.PReLU(num_parameters = C);
/// ONNX operator PRelu.
inline constexpr detail::plain_layer<op::prelu> prelu{};

// ---- activations. Source: torch.nn and the ONNX operator of the same name, unless said. ----

/// max(x, 0)
inline constexpr detail::plain_layer<op::relu> relu{};
/// min(max(x, 0), 6)
inline constexpr detail::plain_layer<op::relu6> relu6{};
/// x where x >= 0, else slope * x: leaky_relu<slope{0.1}>, or leaky_relu<> with PyTorch's slope of 0.01.
template <auto... Options>
inline constexpr optioned_layer<op::leaky_relu, Options...> leaky_relu{};
/// 1 / (1 + exp(-x))
inline constexpr detail::plain_layer<op::sigmoid> sigmoid{};
/// x * min(max(x + 3, 0), 6) / 6. Source: torch.nn.Hardswish; ONNX operator HardSwish.
inline constexpr detail::plain_layer<op::hard_swish> hard_swish{};
/// x where x > 0, else alpha * (exp(x) - 1); alpha 1, or elu_with<alpha{a}>.
inline constexpr detail::plain_layer<op::elu> elu{};
/// elu with another alpha.
template <auto... Options>
inline constexpr optioned_layer<op::elu, Options...> elu_with{};
/// 1.0507009873554805 * (x where x > 0, else 1.6732632423543772 * (exp(x) - 1))
inline constexpr detail::plain_layer<op::selu> selu{};
/// max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0); alpha 1, or celu_with<alpha{a}>.
inline constexpr detail::plain_layer<op::celu> celu{};
/// celu with another alpha.
template <auto... Options>
inline constexpr optioned_layer<op::celu, Options...> celu_with{};
/// x * (1 + erf(x / sqrt 2)) / 2
inline constexpr detail::plain_layer<op::gelu> gelu{};
/// x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2. Source: torch.nn.GELU(approximate = "tanh").
inline constexpr detail::plain_layer<op::gelu_tanh> gelu_tanh{};
/// x / (1 + exp(-x)), also called swish
inline constexpr detail::plain_layer<op::silu> silu{};
/// x * tanh(log(1 + exp(x)))
inline constexpr detail::plain_layer<op::mish> mish{};
/// min(max(alpha * x + beta, 0), 1); alpha 1/6 and beta 1/2 as in PyTorch, or
/// hard_sigmoid_with<alpha{0.2}, beta{0.5}>, ONNX's defaults.
inline constexpr detail::plain_layer<op::hard_sigmoid> hard_sigmoid{};
/// hard_sigmoid with another alpha and beta.
template <auto... Options>
inline constexpr optioned_layer<op::hard_sigmoid, Options...> hard_sigmoid_with{};
/// log(1 + exp(x))
inline constexpr detail::plain_layer<op::softplus> softplus{};
/// x / (1 + |x|)
inline constexpr detail::plain_layer<op::softsign> softsign{};
/// x where x > threshold, else 0: thresholded_relu<1.0>
template <number Threshold>
inline constexpr valued_layer<op::thresholded_relu, Threshold> thresholded_relu{};
/// min(max(x, Least), Most): clip<-1.0, 1.0>
template <number Least, number Most>
inline constexpr valued_layer<op::clip, Least, Most> clip{};
/// x * Factor
template <number Factor>
inline constexpr valued_layer<op::multiply_by, Factor> multiply_by{};
/// x + Term
template <number Term>
inline constexpr valued_layer<op::add_constant, Term> add_constant{};
/// f(x), where f is a function object of your own, called while compiling with a tenon::symbol for x:
///   inline constexpr auto square_of_relu = [](auto x) { return max(x, 0) * max(x, 0); };
///   input<8> | activation<square_of_relu>
/// It may use + - * /, numbers (taken as float), abs, max, min, exp, log, sqrt, tanh, sigmoid, erf, and
/// where(x < a, b, c), which is b or c; the functions without std::. Up to 32 operations and operands. Fused
/// as the built-in ones are.
template <auto F>
inline constexpr formula_layer<formula_of(F)> activation{};

// ---- along an axis ----

/// exp(x[c] - m) / sum over c of exp(x[c] - m), m the largest x[c], over the channels at each position; or
/// over axis a: softmax_with<axis{a}>. Source: torch.nn.Softmax(dim = 1 + a); ONNX operator Softmax from
/// opset 13 on.
inline constexpr detail::plain_layer<op::softmax> softmax{};
/// softmax over another axis.
template <auto... Options>
inline constexpr optioned_layer<op::softmax, Options...> softmax_with{};
/// x[c] - m - log(sum over c of exp(x[c] - m)). Source: torch.nn.LogSoftmax; ONNX operator LogSoftmax.
inline constexpr detail::plain_layer<op::log_softmax> log_softmax{};
/// log_softmax over another axis.
template <auto... Options>
inline constexpr optioned_layer<op::log_softmax, Options...> log_softmax_with{};

// ---- what moves elements. Elements are in natural order: the last axis fastest. ----

/// C x H x W -> vector of C * H * W. Source: ONNX operator Flatten, axis = 1.
inline constexpr detail::plain_layer<op::flatten> flatten{};

/// The same elements in another shape; one extent may be -1 and follows from the others: reshape<-1, 4, 4>.
/// Source: ONNX operator Reshape (without the batch axis).
template <auto... Extents>
inline constexpr shape_layer<op::reshape, detail::number_of(Extents)...> reshape{};

/// Every axis of extent 1 repeated to the given extent; the others must be equal to it. Source: ONNX operator
/// Expand; torch.expand.
template <auto... Extents>
inline constexpr shape_layer<op::expand, detail::number_of(Extents)...> expand{};

/// y[i0][i1]... = x[j0][j1]..., j[Axes[a]] = i[a]: permute<1, 2, 0> turns C x H x W into H x W x C. Source:
/// ONNX operator Transpose, torch.permute (axes counted without the batch).
template <int... Axes>
inline constexpr axes_layer<op::permute, Axes...> permute{};

/// Without axes of extent 1: all of them, or those named: squeeze<>, squeeze<1, 2>. Source: torch.squeeze;
/// ONNX operator Squeeze.
template <int... Axes>
inline constexpr axes_layer<op::squeeze, Axes...> squeeze{};

/// Elements Begin, Begin + Step, ... before End of the channels, or of axis{a}: slice<0, 8>,
/// slice<-4, 1000000, 1, axis{2}>. Negative ones count from the end; what is beyond the end is the end.
/// Source: ONNX operator Slice.
template <index Begin, index End, auto... StepAndOptions>
inline constexpr slice_layer<Begin, End, StepAndOptions...> slice{};
/// Part number Part of Parts equal parts of the channels, or of axis{a}: split<0, 2> and split<1, 2> are the
/// halves. Source: torch.chunk; ONNX operator Split.
template <index Part, index Parts, auto... Options>
inline constexpr split_layer<Part, Parts, Options...> split{};

/// Elements around the feature map, given as for conv: pad<padding{1}>, pad<padding{1, 2, 0, 0}, reflect>,
/// pad<padding{1}, fill{3.5}>. Source: ONNX operator Pad; torch.nn.ReflectionPad2d and its like.
template <auto... Options>
inline constexpr optioned_layer<op::pad, Options...> pad{};
/// Without as many elements on each side, given as for padding: crop<1>, crop<extent{top, left, bottom,
/// right}>.
template <auto Sides = extents{}>
inline constexpr window_layer<op::crop, 0, detail::kernel_of(Sides)> crop{};

/// Every spatial extent times a scale: upsample<2>, upsample<extent{1, 2}>; each element is the nearest one
/// of the input (index floor(o / scale)). upsample<2, bilinear>: linear between neighbours, at
/// (o + 0.5) / scale - 0.5, or with align_corners at o * (I - 1) / (O - 1). Source: torch.nn.Upsample; ONNX
/// operator Resize, modes asymmetric + floor, half_pixel and align_corners.
template <auto Scale = extents{}, auto... Options>
inline constexpr window_layer<op::upsample, 0, detail::kernel_of(Scale), Options...> upsample{};

/// C r^2 x H x W -> C x H r x W r: y[c][h r + i][w r + j] = x[c r^2 + i r + j][h][w]. Source:
/// torch.nn.PixelShuffle; ONNX operator DepthToSpace, mode = CRD.
template <auto Factor = missing_number>
inline constexpr counted_layer<op::pixel_shuffle, detail::number_of(Factor)> pixel_shuffle{};
/// Its inverse. Source: torch.nn.PixelUnshuffle.
template <auto Factor = missing_number>
inline constexpr counted_layer<op::pixel_unshuffle, detail::number_of(Factor)> pixel_unshuffle{};
/// Channels as Groups x C/Groups, transposed: y[i * Groups + g] = x[g * C / Groups + i]. Source:
/// torch.nn.ChannelShuffle; Zhang et al., ShuffleNet (2017).
template <auto Groups = missing_number>
inline constexpr counted_layer<op::channel_shuffle, detail::number_of(Groups)> channel_shuffle{};

// ---- what does nothing ----

/// Does nothing: dropout acts in training only. Here so that layers are numbered as in the training script.
inline constexpr detail::plain_layer<op::dropout> dropout{};
/// The input itself: (identity + block) | relu is a residual block.
inline constexpr detail::plain_layer<op::identity> identity{};

// ---- functions of the C library's names ----

/// Layers with the names of C's functions: written `tanh` like the others, but an overload of a function and
/// not a variable, so that they live beside the C library's under `using namespace tenon::layers`.
template <op Kind>
struct overload {};
using tanh_layer = detail::plain_layer<op::tanh>;  ///< what tanh is in a network
using exp_layer = detail::plain_layer<op::exp>;    ///< what exp is
using log_layer = detail::plain_layer<op::log>;    ///< what log is
/// Hyperbolic tangent
tanh_layer tanh(overload<op::tanh>);
/// e^x
exp_layer exp(overload<op::exp>);
/// Natural logarithm
log_layer log(overload<op::log>);

}  // namespace layers
}  // namespace tenon
