// WaveNet. Van den Oord et al.: WaveNet: a generative model for raw audio (2016). From the 256 levels of each
// sample the scores of the next one's; 20 layers with the channels of NVIDIA's nv-wavenet (64 residual, 256
// skip). Counts: computed.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::wavenet {

using namespace tenon::layers;
using tenon::index;

// clang-format off
/// One filter says what, the other one how much.
template <index Dilation>
inline constexpr auto gated = (name<"filter">(conv<64, 2, dilation{Dilation}, causal>) | tanh)
                            * (name<"gate">(conv<64, 2, dilation{Dilation}, causal>)   | sigmoid);

inline constexpr auto skip = name<"skip">(conv<256, 1>);
/// What a layer adds to the sum of those before it.
inline constexpr auto skips = from<"skips"> + skip;

/// To the sum of skips, and as a residual to the next layer.
template <index Dilation, auto Skips = skips>
inline constexpr auto layer = block(
    tag<"x"> | gated<Dilation> | tag<"z">
  | Skips    | tag<"skips">
  | (from<"x"> + (from<"z"> | name<"residual">(conv<64, 1>))));

template <index... Dilations>
inline constexpr auto layers = (layer<Dilations> | ...);

struct WaveNet : tenon::model<
    input<256, 2048>
      | name<"entry">(conv<64, 2, causal>)
      | name<"layers">(
            layer<1, skip>
          | layers<2, 4, 8, 16, 32, 64, 128, 256, 512>
          | layers<1, 2, 4, 8, 16, 32, 64, 128, 256>
          | block(gated<512> | skips))
      | relu | name<"out">(conv<256, 1>)
      | relu | name<"scores">(conv<256, 1>)> {};
// clang-format on

static_assert(WaveNet::output_shape == tenon::shape{256, 2048});
static_assert(WaveNet::receptive_field == extent{2048});
static_assert(WaveNet::parameter_count == 906'496);
static_assert(WaveNet::mac_count == 1'837'105'152);

}  // namespace zoo::wavenet
