// ResNet-8 as trained on Fashion-MNIST: three residual blocks of 16, 32 and 64 channels.
#pragma once

#include <tenon/tenon.hpp>

using namespace tenon::layers;

// region: blocks
/// Two 3x3 convolutions with batch norms; the first one may change channels and extent.
template <tenon::index Channels, tenon::index Stride>
inline constexpr auto two_convolutions =
    name<"conv1">(conv<Channels, 3, stride{Stride}, padding{1}, no_bias>) | name<"bn1">(batch_norm) | relu
    | name<"conv2">(conv<Channels, 3, padding{1}, no_bias>) | name<"bn2">(batch_norm);

/// A residual block that keeps the shape.
template <tenon::index Channels>
inline constexpr auto residual = block((identity + two_convolutions<Channels, 1>) | relu);

/// A residual block that halves the extent; a 1x1 convolution takes the shortcut along.
template <tenon::index Channels>
inline constexpr auto halving_residual = block(
    (name<"shortcut">(conv<Channels, 1, stride{2}, no_bias> | batch_norm) + two_convolutions<Channels, 2>) |
    relu);
// endregion

// clang-format off
struct ResNet8 : tenon::model<
    input<1, 28, 28>
      | conv<16, 3, padding{1}, no_bias> | batch_norm | relu
      | residual<16>
      | halving_residual<32>
      | halving_residual<64>
      | global_avg_pool | flatten
      | linear<10>> {};
// clang-format on

static_assert(ResNet8::output_shape == tenon::shape{10});
