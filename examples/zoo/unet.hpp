// U-Net. Ronneberger, Fischer, Brox: U-Net: convolutional networks for biomedical image segmentation (2015),
// with padded convolutions and batch norms, so that the output has the extent of the input. Tensor names:
// milesial's Pytorch-UNet, whose published weights have 3 channels in and 2 classes out; 31.04 million
// parameters.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::unet {

using namespace tenon::layers;
using tenon::index;

// clang-format off
template <index C>
inline constexpr auto twice = name<"double_conv">(
    conv<C, 3, padding{1}, no_bias> | batch_norm | relu
  | conv<C, 3, padding{1}, no_bias> | batch_norm | relu);

/// One step down the U: half the extent, C channels.
template <index C>
inline constexpr auto down = name<"maxpool_conv">(max_pool<2> | block(twice<C>));

/// One step up: twice the extent, and beside it what was there on the way down.
template <index C, tenon::text Skip>
inline constexpr auto up = name<"up">(conv_transpose<C, 2, stride{2}>)
                         | concat(from<Skip>, identity)
                         | name<"conv">(twice<C>);

struct UNet : tenon::model<
    input<3, 256, 256>
      | name<"inc">(twice<64>)   | tag<"x1">
      | name<"down1">(down<128>) | tag<"x2">
      | name<"down2">(down<256>) | tag<"x3">
      | name<"down3">(down<512>) | tag<"x4">
      | name<"down4">(down<1024>)
      | name<"up1">(up<512, "x4">)
      | name<"up2">(up<256, "x3">)
      | name<"up3">(up<128, "x2">)
      | name<"up4">(up<64, "x1">)
      | name<"outc">(name<"conv">(conv<2, 1>))> {};
// clang-format on

static_assert(UNet::output_shape == tenon::shape{2, 256, 256});
static_assert(UNet::parameter_count == 31'037'698);
static_assert(UNet::mac_count == 48'171'581'440);

}  // namespace zoo::unet
