// Inception v1, GoogLeNet. Szegedy et al.: Going deeper with convolutions (2014), without the two classifiers
// that help training. Tensor names and counts: torchvision.models.googlenet, which has batch norms instead of
// the paper's local response norms, and 3x3 instead of 5x5 filters in the third branch.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::googlenet {

using namespace tenon::layers;
using tenon::index;

// clang-format off
template <index C, index Kernel, auto... Options>
inline constexpr auto unit =
    name<"conv">(conv<C, Kernel, Options..., no_bias>) | name<"bn">(batch_norm_with<epsilon{0.001}>) | relu;

/// Four branches side by side: 1x1; 3x3 behind a 1x1 that saves channels, twice; a pool and a 1x1.
template <index C1, index Reduce2, index C2, index Reduce3, index C3, index C4>
inline constexpr auto inception = concat(
    name<"branch1">(unit<C1, 1>),
    name<"branch2">(block(unit<Reduce2, 1>) | block(unit<C2, 3, padding{1}>)),
    name<"branch3">(block(unit<Reduce3, 1>) | block(unit<C3, 3, padding{1}>)),
    name<"branch4">(max_pool<3, stride{1}, padding{1}, ceil_mode> | block(unit<C4, 1>)));

inline constexpr auto pool = max_pool<3, stride{2}, ceil_mode>;

struct GoogLeNet : tenon::model<
    input<3, 224, 224>
      | name<"conv1">(unit<64, 7, stride{2}, padding{3}>) | pool
      | name<"conv2">(unit<64, 1>)
      | name<"conv3">(unit<192, 3, padding{1}>) | pool
      | name<"inception3a">(inception<64, 96, 128, 16, 32, 32>)
      | name<"inception3b">(inception<128, 128, 192, 32, 96, 64>) | pool
      | name<"inception4a">(inception<192, 96, 208, 16, 48, 64>)
      | name<"inception4b">(inception<160, 112, 224, 24, 64, 64>)
      | name<"inception4c">(inception<128, 128, 256, 24, 64, 64>)
      | name<"inception4d">(inception<112, 144, 288, 32, 64, 64>)
      | name<"inception4e">(inception<256, 160, 320, 32, 128, 128>) | max_pool<2, ceil_mode>
      | name<"inception5a">(inception<256, 160, 320, 32, 128, 128>)
      | name<"inception5b">(inception<384, 192, 384, 48, 128, 128>)
      | global_avg_pool | flatten | dropout
      | name<"fc">(linear<1000>)> {};
// clang-format on

static_assert(GoogLeNet::output_shape == tenon::shape{1000});
static_assert(GoogLeNet::parameter_count == 6'624'904);
static_assert(GoogLeNet::mac_count == 1'498'376'192);

}  // namespace zoo::googlenet
