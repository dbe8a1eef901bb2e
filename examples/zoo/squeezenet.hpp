// SqueezeNet 1.1. Iandola et al.: SqueezeNet: AlexNet-level accuracy with 50x fewer parameters (2016).
// Tensor names and counts: torchvision.models.squeezenet1_1.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::squeezenet {

using namespace tenon::layers;
using tenon::index;

// clang-format off
/// Few channels by 1x1, then twice `Expand` channels: by 1x1 and by 3x3, side by side.
template <index Squeeze, index Expand>
inline constexpr auto fire = block(
    name<"squeeze">(conv<Squeeze, 1>) | relu
  | concat(name<"expand1x1">(conv<Expand, 1>)             | relu,
           name<"expand3x3">(conv<Expand, 3, padding{1}>) | relu));

inline constexpr auto pool = max_pool<3, stride{2}, ceil_mode>;

struct SqueezeNet11 : tenon::model<
    input<3, 224, 224>
      | name<"features">(
            conv<64, 3, stride{2}> | relu | pool
          | fire<16, 64>  | fire<16, 64>  | pool
          | fire<32, 128> | fire<32, 128> | pool
          | fire<48, 192> | fire<48, 192>
          | fire<64, 256> | fire<64, 256>)
      | name<"classifier">(dropout | conv<1000, 1> | relu | global_avg_pool)
      | flatten> {};
// clang-format on

static_assert(SqueezeNet11::output_shape == tenon::shape{1000});
static_assert(SqueezeNet11::parameter_count == 1'235'496);
static_assert(SqueezeNet11::mac_count == 349'151'936);

}  // namespace zoo::squeezenet
