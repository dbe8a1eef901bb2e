// VGG-11, -16 and -19. Simonyan, Zisserman: Very deep convolutional networks for large-scale image
// recognition (2014), configurations A, D and E. Tensor names and counts: torchvision.models.vgg.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::vgg {

using namespace tenon::layers;

/// 3x3 convolutions, one for each number of channels, and a pool.
template <tenon::index... Channels>
inline constexpr auto stage = ((conv<Channels, 3, padding{1}> | relu) | ...) | max_pool<2>;

// clang-format off
inline constexpr auto classifier = name<"classifier">(
    linear<4096> | relu | dropout
  | linear<4096> | relu | dropout
  | linear<1000>);

struct VGG11 : tenon::model<
    input<3, 224, 224>
      | name<"features">(
            stage<64>
          | stage<128>
          | stage<256, 256>
          | stage<512, 512>
          | stage<512, 512>)
      | flatten | classifier> {};

struct VGG16 : tenon::model<
    input<3, 224, 224>
      | name<"features">(
            stage<64, 64>
          | stage<128, 128>
          | stage<256, 256, 256>
          | stage<512, 512, 512>
          | stage<512, 512, 512>)
      | flatten | classifier> {};

struct VGG19 : tenon::model<
    input<3, 224, 224>
      | name<"features">(
            stage<64, 64>
          | stage<128, 128>
          | stage<256, 256, 256, 256>
          | stage<512, 512, 512, 512>
          | stage<512, 512, 512, 512>)
      | flatten | classifier> {};
// clang-format on

static_assert(VGG11::output_shape == tenon::shape{1000});
static_assert(VGG11::parameter_count == 132'863'336 && VGG11::mac_count == 7'609'090'048);
static_assert(VGG16::parameter_count == 138'357'544 && VGG16::mac_count == 15'470'264'320);
static_assert(VGG19::parameter_count == 143'667'240 && VGG19::mac_count == 19'632'062'464);

}  // namespace zoo::vgg
