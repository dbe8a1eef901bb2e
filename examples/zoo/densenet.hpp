// DenseNet-121. Huang, Liu, van der Maaten, Weinberger: Densely connected convolutional networks (2016).
// Tensor names and counts: torchvision.models.densenet121.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::densenet {

using namespace tenon::layers;
using tenon::index;

// clang-format off
/// 32 new channels beside those that are there, from all of them: 1x1 to 128 channels, then 3x3.
inline constexpr auto layer = concat(
    identity,
    name<"norm1">(batch_norm) | relu | name<"conv1">(conv<128, 1, no_bias>)
  | name<"norm2">(batch_norm) | relu | name<"conv2">(conv<32, 3, padding{1}, no_bias>));

/// denselayer1, denselayer2, ...
template <index Count>
inline constexpr auto dense = repeat<Count, "denselayer", 1>(layer);

/// Half the extent, and C channels: half of those that are there.
template <index C>
inline constexpr auto transition =
    name<"norm">(batch_norm) | relu | name<"conv">(conv<C, 1, no_bias>) | avg_pool<2>;

struct DenseNet121 : tenon::model<
    input<3, 224, 224>
      | name<"features">(
            name<"conv0">(conv<64, 7, stride{2}, padding{3}, no_bias>) | name<"norm0">(batch_norm) | relu
          | max_pool<3, stride{2}, padding{1}>
          | name<"denseblock1">(dense<6>)  | name<"transition1">(transition<128>)
          | name<"denseblock2">(dense<12>) | name<"transition2">(transition<256>)
          | name<"denseblock3">(dense<24>) | name<"transition3">(transition<512>)
          | name<"denseblock4">(dense<16>) | name<"norm5">(batch_norm))
      | relu | global_avg_pool | flatten
      | name<"classifier">(linear<1000>)> {};
// clang-format on

static_assert(DenseNet121::output_shape == tenon::shape{1000});
static_assert(DenseNet121::parameter_count == 7'978'856);
static_assert(DenseNet121::mac_count == 2'834'161'664);

}  // namespace zoo::densenet
