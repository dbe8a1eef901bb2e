// ShuffleNet v2 x1.0. Ma, Zhang, Zheng, Sun: ShuffleNet V2: practical guidelines for efficient CNN
// architecture design (2018). Tensor names and counts: torchvision.models.shufflenet_v2_x1_0.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::shufflenet_v2 {

using namespace tenon::layers;
using tenon::index;

// clang-format off
/// C channels by 1x1, 3x3 on each of them alone, and 1x1 again.
template <index C, index Stride>
inline constexpr auto branch =
    conv<C, 1, no_bias> | batch_norm | relu
  | conv<C, 3, stride{Stride}, padding{1}, depthwise, no_bias> | batch_norm
  | conv<C, 1, no_bias> | batch_norm | relu;

/// Halves the extent. The other branch begins with a 3x3 on each of the In channels.
template <index In, index C>
inline constexpr auto down =
    concat(name<"branch1">(conv<In, 3, stride{2}, padding{1}, depthwise, no_bias> | batch_norm
                         | conv<C, 1, no_bias> | batch_norm | relu),
           name<"branch2">(branch<C, 2>))
  | channel_shuffle<2>;

/// One half of the channels stays as it is; shuffled, both halves meet in the next unit.
template <index C>
inline constexpr auto keep =
    concat(split<0, 2>,
           split<1, 2> | name<"branch2">(branch<C, 1>))
  | channel_shuffle<2>;

template <index In, index C, index Count>
inline constexpr auto stage = block(down<In, C>) | repeat<Count - 1>(keep<C>);

struct ShuffleNetV2 : tenon::model<
    input<3, 224, 224>
      | name<"conv1">(conv<24, 3, stride{2}, padding{1}, no_bias> | batch_norm | relu)
      | max_pool<3, stride{2}, padding{1}>
      | name<"stage2">(stage<24, 58, 4>)
      | name<"stage3">(stage<116, 116, 8>)
      | name<"stage4">(stage<232, 232, 4>)
      | name<"conv5">(conv<1024, 1, no_bias> | batch_norm | relu)
      | global_avg_pool | flatten
      | name<"fc">(linear<1000>)> {};
// clang-format on

static_assert(ShuffleNetV2::output_shape == tenon::shape{1000});
static_assert(ShuffleNetV2::parameter_count == 2'278'604);
static_assert(ShuffleNetV2::mac_count == 144'907'992);

}  // namespace zoo::shufflenet_v2
