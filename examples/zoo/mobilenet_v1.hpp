// MobileNet v1. Howard et al.: MobileNets: efficient convolutional neural networks for mobile vision
// applications (2017): 4.2 million parameters, 569 million multiply-adds.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::mobilenet_v1 {

using namespace tenon::layers;
using tenon::index;

// clang-format off
/// 3x3 on each of In channels alone, then 1x1 across them.
template <index In, index Out, index Stride = 1>
inline constexpr auto separable = block(
    conv<In, 3, stride{Stride}, padding{1}, depthwise, no_bias> | batch_norm | relu
  | conv<Out, 1, no_bias>                                       | batch_norm | relu);

struct MobileNetV1 : tenon::model<
    input<3, 224, 224>
      | name<"features">(
            block(conv<32, 3, stride{2}, padding{1}, no_bias> | batch_norm | relu)
          | separable<32, 64>
          | separable<64, 128, 2>
          | separable<128, 128>
          | separable<128, 256, 2>
          | separable<256, 256>
          | separable<256, 512, 2>
          | separable<512, 512> | separable<512, 512> | separable<512, 512>
          | separable<512, 512> | separable<512, 512>
          | separable<512, 1024, 2>
          | separable<1024, 1024>)
      | global_avg_pool | flatten
      | name<"classifier">(linear<1000>)> {};
// clang-format on

static_assert(MobileNetV1::output_shape == tenon::shape{1000});
static_assert(MobileNetV1::parameter_count == 4'231'976);
static_assert(MobileNetV1::mac_count == 568'740'352);

}  // namespace zoo::mobilenet_v1
