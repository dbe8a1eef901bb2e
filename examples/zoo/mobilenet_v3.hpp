// MobileNet v3-small. Howard et al.: Searching for MobileNetV3 (2019).
// Tensor names and counts: torchvision.models.mobilenet_v3_small.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::mobilenet_v3 {

using namespace tenon::layers;
using tenon::index;

// clang-format off
inline constexpr auto norm = batch_norm_with<epsilon{0.001}>;

template <index C, auto Activation, index Kernel = 1, auto... Options>
inline constexpr auto unit =
    block(conv<C, Kernel, padding{Kernel / 2}, Options..., no_bias> | norm | Activation);
template <index C>
inline constexpr auto project = block(conv<C, 1, no_bias> | norm);

/// Each channel times a number from 0 to 1 that all channels decide about, through a quarter as many (rounded
/// to a multiple of 8).
template <index C>
inline constexpr auto squeeze_excite = block(
    identity * (global_avg_pool | name<"fc1">(conv<(C / 4 + 4) / 8 * 8, 1>) | relu
                                | name<"fc2">(conv<C, 1>) | hard_sigmoid));

/// Inverted residuals: Expanded channels between few, with squeeze and excitation or without.
template <index Expanded, index Kernel, index Out, index Stride = 1>
inline constexpr auto plain = name<"block">(
    unit<Expanded, relu>
  | unit<Expanded, relu, Kernel, stride{Stride}, depthwise>
  | project<Out>);
template <index Expanded, index Kernel, index Out, index Stride = 1>
inline constexpr auto excited = name<"block">(
    unit<Expanded, hard_swish>
  | unit<Expanded, hard_swish, Kernel, stride{Stride}, depthwise>
  | squeeze_excite<Expanded>
  | project<Out>);

struct MobileNetV3Small : tenon::model<
    input<3, 224, 224>
      | name<"features">(
            unit<16, hard_swish, 3, stride{2}>
          | block(name<"block">(unit<16, relu, 3, stride{2}, depthwise> | squeeze_excite<16> | project<16>))
          | block(plain<72, 3, 24, 2>)
          | block(identity + plain<88, 3, 24>)
          | block(excited<96, 5, 40, 2>)
          | repeat<2>(identity + excited<240, 5, 40>)
          | block(excited<120, 5, 48>)
          | block(identity + excited<144, 5, 48>)
          | block(excited<288, 5, 96, 2>)
          | repeat<2>(identity + excited<576, 5, 96>)
          | unit<576, hard_swish>)
      | global_avg_pool | flatten
      | name<"classifier">(linear<1024> | hard_swish | dropout | linear<1000>)> {};
// clang-format on

static_assert(MobileNetV3Small::output_shape == tenon::shape{1000});
static_assert(MobileNetV3Small::parameter_count == 2'542'856);
static_assert(MobileNetV3Small::mac_count == 56'510'400);

}  // namespace zoo::mobilenet_v3
