// MobileNet v2. Sandler et al.: MobileNetV2: inverted residuals and linear bottlenecks (2018).
// Tensor names and counts: torchvision.models.mobilenet_v2.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::mobilenet_v2 {

using namespace tenon::layers;
using tenon::index;

// clang-format off
template <index C, index Kernel, auto... Options>
inline constexpr auto unit = block(conv<C, Kernel, Options..., no_bias> | batch_norm | relu6);

/// From In to Out channels, both few; between them a 3x3 on each of six times as many. No relu at the end.
template <index In, index Out, index Stride = 1>
inline constexpr auto inverted = name<"conv">(
    unit<6 * In, 1>
  | unit<6 * In, 3, stride{Stride}, padding{1}, depthwise>
  | conv<Out, 1, no_bias> | batch_norm);

/// Count of them; all but the first are residual blocks.
template <index In, index Out, index Count, index Stride>
inline constexpr auto stage = block(inverted<In, Out, Stride>)
                            | repeat<Count - 1>(identity + inverted<Out, Out>);

struct MobileNetV2 : tenon::model<
    input<3, 224, 224>
      | name<"features">(
            unit<32, 3, stride{2}, padding{1}>
          | block(name<"conv">(unit<32, 3, padding{1}, depthwise> | conv<16, 1, no_bias> | batch_norm))
          | stage<16, 24, 2, 2>
          | stage<24, 32, 3, 2>
          | stage<32, 64, 4, 2>
          | stage<64, 96, 3, 1>
          | stage<96, 160, 3, 2>
          | block(inverted<160, 320>)
          | unit<1280, 1>)
      | global_avg_pool | flatten
      | name<"classifier">(dropout | linear<1000>)> {};
// clang-format on

static_assert(MobileNetV2::output_shape == tenon::shape{1000});
static_assert(MobileNetV2::parameter_count == 3'504'872);
static_assert(MobileNetV2::mac_count == 300'774'272);

}  // namespace zoo::mobilenet_v2
