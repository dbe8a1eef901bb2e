// EfficientNet-B0. Tan, Le: EfficientNet: rethinking model scaling for convolutional neural networks (2019).
// Tensor names and counts: torchvision.models.efficientnet_b0.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::efficientnet {

using namespace tenon::layers;
using tenon::index;

// clang-format off
template <index C, index Kernel, auto... Options>
inline constexpr auto unit =
    block(conv<C, Kernel, padding{Kernel / 2}, Options..., no_bias> | batch_norm | silu);
template <index C>
inline constexpr auto project = block(conv<C, 1, no_bias> | batch_norm);

/// Each of C channels times a number from 0 to 1 that all of them decide about, through Few channels.
template <index C, index Few>
inline constexpr auto squeeze_excite = block(
    identity * (global_avg_pool | name<"fc1">(conv<Few, 1>) | silu | name<"fc2">(conv<C, 1>) | sigmoid));

/// From In to Out channels; between them a filter on each of six times as many.
template <index In, index Out, index Kernel, index Stride = 1>
inline constexpr auto inverted = name<"block">(
    unit<6 * In, 1>
  | unit<6 * In, Kernel, stride{Stride}, depthwise>
  | squeeze_excite<6 * In, In / 4>
  | project<Out>);

/// Count of them; all but the first are residual blocks.
template <index In, index Out, index Count, index Kernel, index Stride>
inline constexpr auto stage = block(block(inverted<In, Out, Kernel, Stride>)
                                  | repeat<Count - 1>(identity + inverted<Out, Out, Kernel>));

struct EfficientNetB0 : tenon::model<
    input<3, 224, 224>
      | name<"features">(
            unit<32, 3, stride{2}>
          | block(block(name<"block">(unit<32, 3, depthwise> | squeeze_excite<32, 8> | project<16>)))
          | stage<16, 24, 2, 3, 2>
          | stage<24, 40, 2, 5, 2>
          | stage<40, 80, 3, 3, 2>
          | stage<80, 112, 3, 5, 1>
          | stage<112, 192, 4, 5, 2>
          | block(block(inverted<192, 320, 3>))
          | unit<1280, 1>)
      | global_avg_pool | flatten
      | name<"classifier">(dropout | linear<1000>)> {};
// clang-format on

static_assert(EfficientNetB0::output_shape == tenon::shape{1000});
static_assert(EfficientNetB0::parameter_count == 5'288'548);
static_assert(EfficientNetB0::mac_count == 385'814'752);

}  // namespace zoo::efficientnet
