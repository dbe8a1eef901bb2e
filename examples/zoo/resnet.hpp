// ResNet-18, -34 and -50. He, Zhang, Ren, Sun: Deep residual learning for image recognition (2015). Tensor
// names and counts: torchvision.models.resnet, where the bottleneck of ResNet-50 has its stride in the 3x3
// (called v1.5).
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::resnet {

using namespace tenon::layers;
using tenon::index;

// clang-format off
/// 3x3 and 3x3.
template <index C, index Stride = 1>
inline constexpr auto basic =
    name<"conv1">(conv<C, 3, stride{Stride}, padding{1}, no_bias>) | name<"bn1">(batch_norm) | relu
  | name<"conv2">(conv<C, 3, padding{1}, no_bias>)                 | name<"bn2">(batch_norm);

/// 1x1, 3x3 and 1x1: the 3x3 has a quarter of the channels.
template <index C, index Stride = 1>
inline constexpr auto bottleneck =
    name<"conv1">(conv<C / 4, 1, no_bias>)                             | name<"bn1">(batch_norm) | relu
  | name<"conv2">(conv<C / 4, 3, stride{Stride}, padding{1}, no_bias>) | name<"bn2">(batch_norm) | relu
  | name<"conv3">(conv<C, 1, no_bias>)                                 | name<"bn3">(batch_norm);

/// The way around a block that changes channels or extent.
template <index C, index Stride>
inline constexpr auto shortcut = name<"downsample">(conv<C, 1, stride{Stride}, no_bias> | batch_norm);

/// Blocks of basic, or of bottleneck; only the first one of them may have a stride.
template <index C, index Count, index Stride = 2>
inline constexpr auto basics = block((shortcut<C, Stride> + basic<C, Stride>) | relu)
                             | repeat<Count - 1>((identity + basic<C>) | relu);
template <index C, index Count, index Stride = 2>
inline constexpr auto bottlenecks = block((shortcut<C, Stride> + bottleneck<C, Stride>) | relu)
                                  | repeat<Count - 1>((identity + bottleneck<C>) | relu);

inline constexpr auto stem =
    input<3, 224, 224>
  | name<"conv1">(conv<64, 7, stride{2}, padding{3}, no_bias>) | name<"bn1">(batch_norm) | relu
  | max_pool<3, stride{2}, padding{1}>;
inline constexpr auto head = global_avg_pool | flatten | name<"fc">(linear<1000>);

struct ResNet18 : tenon::model<
    stem
      | name<"layer1">(repeat<2>((identity + basic<64>) | relu))
      | name<"layer2">(basics<128, 2>)
      | name<"layer3">(basics<256, 2>)
      | name<"layer4">(basics<512, 2>)
      | head> {};

struct ResNet34 : tenon::model<
    stem
      | name<"layer1">(repeat<3>((identity + basic<64>) | relu))
      | name<"layer2">(basics<128, 4>)
      | name<"layer3">(basics<256, 6>)
      | name<"layer4">(basics<512, 3>)
      | head> {};

struct ResNet50 : tenon::model<
    stem
      | name<"layer1">(bottlenecks<256, 3, 1>)
      | name<"layer2">(bottlenecks<512, 4>)
      | name<"layer3">(bottlenecks<1024, 6>)
      | name<"layer4">(bottlenecks<2048, 3>)
      | head> {};
// clang-format on

static_assert(ResNet50::output_shape == tenon::shape{1000});
static_assert(ResNet18::parameter_count == 11'689'512 && ResNet18::mac_count == 1'814'073'344);
static_assert(ResNet34::parameter_count == 21'797'672 && ResNet34::mac_count == 3'663'761'408);
static_assert(ResNet50::parameter_count == 25'557'032 && ResNet50::mac_count == 4'089'184'256);

}  // namespace zoo::resnet
