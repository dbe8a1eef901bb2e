// F2. The layers: empty types that say WHAT. Nothing here knows how a layer is computed.
#pragma once

#include "tenon/layers/attributes.hpp"

namespace tenon {

/// What an expression of the language derives from.
struct expression {};

/// A type of the language: a layer, or layers joined by the operators.
template <class E>
concept Expression = std::is_base_of_v<expression, E>;

/// A single layer; `attr` is all that its template arguments say.
template <class L>
concept Layer = Expression<L> && requires {
  L::attr;
};

namespace detail {

/// A layer that is fully said by its kind.
template <op Kind>
struct plain_layer : expression {
  static constexpr attributes attr{Kind};
};

}  // namespace detail

namespace layers {

template <index... Extents>
struct input_layer : expression {
  static constexpr attributes attr{op::input, 0, {}, shape(Extents...)};
};

template <index Channels, extents Kernel, auto... Options>
struct conv_layer : expression {
  static constexpr attributes attr = detail::with_options(attributes(op::conv, Channels, Kernel), Options...);
};

template <index Features, auto... Options>
struct linear_layer : expression {
  static constexpr attributes attr = detail::with_options(attributes(op::linear, Features), Options...);
};

template <op Kind, extents Window, auto... Options>
struct pool_layer : expression {
  static constexpr attributes attr = detail::with_options(attributes(Kind, 0, Window), Options...);
};

template <op Kind, auto... Options>
struct optioned_layer : expression {
  static constexpr attributes attr = detail::with_options(attributes(Kind), Options...);
};

/// The input of a network: input<C, H, W>, or input<features>. Without the batch axis.
template <index... Extents>
requires(sizeof...(Extents) >= 1 &&
         sizeof...(Extents) <= 1 + max_spatial_rank) inline constexpr input_layer<Extents...> input{};

/// Cross-correlation with OC filters, as `conv` is in all of deep learning:
///   y[oc][o] = bias[oc] + sum over ic, k of w[oc][ic][k] * x[ic][o * stride - pad_lo + k * dilation]
/// x is IC x IH x IW and 0 beyond its edges; w is OC x IC/G x KH x KW. Options: stride, dilation, padding
/// (or valid, same, same_lower, full), groups, depthwise, no_bias. Parameters: `weight`, `bias`.
/// Source: ONNX operator Conv; torch.nn.Conv2d.
template <index OC, auto Kernel = extents{}, auto... Options>
inline constexpr conv_layer<OC, detail::kernel_of(Kernel), Options...> conv{};

/// y = W x + b, W of OUT x IN. Takes a vector: put `flatten` (or a global pool and flatten) before it.
/// Option: no_bias. Parameters: `weight`, `bias`. Source: torch.nn.Linear; ONNX operator Gemm, transB = 1.
template <index Features, auto... Options>
inline constexpr linear_layer<Features, Options...> linear{};

/// Largest element under each window; padding is never the largest. Options: stride (default: the window's
/// extent), padding, ceil_mode. Source: torch.nn.MaxPool2d; ONNX operator MaxPool.
template <auto Window = extents{}, auto... Options>
inline constexpr pool_layer<op::max_pool, detail::kernel_of(Window), Options...> max_pool{};

/// Mean of the elements under each window; padding counts as zeros unless `exclude_padding`. In ceil mode the
/// part of a window beyond the padded input never counts. Options: stride (default: the window's extent),
/// padding, ceil_mode, exclude_padding. Source: torch.nn.AvgPool2d; ONNX operator AveragePool.
template <auto Window = extents{}, auto... Options>
inline constexpr pool_layer<op::avg_pool, detail::kernel_of(Window), Options...> avg_pool{};

/// Mean of each channel: C x H x W -> C x 1 x 1. Source: ONNX operator GlobalAveragePool.
inline constexpr detail::plain_layer<op::global_avg_pool> global_avg_pool{};

/// Per channel (x - running_mean) / sqrt(running_var + epsilon) * weight + bias, as at inference; epsilon
/// 1e-5. Parameters: `weight`, `bias`, and the buffers `running_mean`, `running_var`. Source:
/// torch.nn.BatchNorm2d; ONNX operator BatchNormalization.
inline constexpr detail::plain_layer<op::batch_norm> batch_norm{};
/// The same with another epsilon: batch_norm_with<epsilon{1e-3}>.
template <auto... Options>
inline constexpr optioned_layer<op::batch_norm, Options...> batch_norm_with{};

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
/// exp(x[c] - m) / sum over c of exp(x[c] - m), m the largest x[c], over the channels at each position.
/// Source: torch.nn.Softmax(dim = 1); ONNX operator Softmax, axis = 1.
inline constexpr detail::plain_layer<op::softmax> softmax{};
/// C x H x W -> vector of C * H * W, the last axis fastest. Source: ONNX operator Flatten, axis = 1.
inline constexpr detail::plain_layer<op::flatten> flatten{};
/// Does nothing: dropout acts in training only. Here so that layers are numbered as in the training script.
inline constexpr detail::plain_layer<op::dropout> dropout{};
/// The input itself: (identity + block) | relu is a residual block.
inline constexpr detail::plain_layer<op::identity> identity{};

using tanh_layer = detail::plain_layer<op::tanh>;
struct tanh_overload {};
/// Hyperbolic tangent, written `tanh` like the other activations. It is an overload of a function and not a
/// variable, so that it lives beside the C library's ::tanh under `using namespace tenon::layers`.
tanh_layer tanh(tanh_overload);

}  // namespace layers
}  // namespace tenon
