// ResNet-8 as trained on Fashion-MNIST: three residual blocks of 16, 32 and 64 channels.
#pragma once

#include <tenon/tenon.hpp>

namespace resnet8 {

using namespace tenon::layers;

/// Two 3x3 convolutions with batch norms; the first one changes channels and extent.
template <tenon::index Channels, tenon::index Stride>
inline constexpr auto two_convolutions =
    name<"conv1">(conv<Channels, 3, stride{Stride}, padding{1}, no_bias>) | name<"bn1">(batch_norm) | relu
    | name<"conv2">(conv<Channels, 3, padding{1}, no_bias>) | name<"bn2">(batch_norm);

/// A residual block that keeps the shape.
template <tenon::index Channels>
inline constexpr auto keep = block((identity + two_convolutions<Channels, 1>) | relu);

/// A residual block that halves the extent; a 1x1 convolution takes the shortcut along.
template <tenon::index Channels>
inline constexpr auto halve = block((name<"shortcut">(conv<Channels, 1, stride{2}, no_bias> | batch_norm) +
                                     two_convolutions<Channels, 2>) |
                                    relu);

}  // namespace resnet8

// clang-format off
struct ResNet8 : tenon::model<
    resnet8::input<1, 28, 28>
      | resnet8::conv<16, 3, resnet8::padding{1}, resnet8::no_bias> | resnet8::batch_norm | resnet8::relu
      | resnet8::keep<16> | resnet8::halve<32> | resnet8::halve<64>
      | resnet8::global_avg_pool | resnet8::flatten | resnet8::linear<10>> {};
// clang-format on

static_assert(ResNet8::output_shape == tenon::shape{10});
