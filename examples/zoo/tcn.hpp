// A temporal convolutional network. Bai, Kolter, Koltun: An empirical evaluation of generic convolutional and
// recurrent networks for sequence modeling (2018), with batch norms. It filters one signal: an output sees
// 2,045 samples, its own and those before it. Counts: computed.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::tcn {

using namespace tenon::layers;
using tenon::index;

// clang-format off
template <index Dilation>
inline constexpr auto residual = block((identity + (
    name<"conv1">(conv<32, 3, dilation{Dilation}, causal, no_bias>) | name<"bn1">(batch_norm) | relu
  | name<"conv2">(conv<32, 3, dilation{Dilation}, causal, no_bias>) | name<"bn2">(batch_norm))) | relu);

template <index... Dilations>
inline constexpr auto residuals = name<"blocks">((residual<Dilations> | ...));

struct TCN : tenon::model<
    input<1, 4096>
      | name<"first">(conv<32, 1>)
      | residuals<1, 2, 4, 8, 16, 32, 64, 128, 256>
      | name<"last">(conv<1, 1>)> {};
// clang-format on

static_assert(TCN::output_shape == tenon::shape{1, 4096});
static_assert(TCN::receptive_field == extent{2045});
static_assert(TCN::parameter_count == 56'545);
static_assert(TCN::mac_count == 226'754'560);

}  // namespace zoo::tcn
