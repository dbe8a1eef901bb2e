// ESRGAN. Wang et al.: Enhanced super-resolution generative adversarial networks (2018). Each pixel becomes
// 4x4. Tensor names: basicsr's RRDBNet. Published weights: 23 blocks with 16,697,987 parameters (ESRGAN), and
// the 6 blocks declared here (Real-ESRGAN's x4plus_anime_6B).
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::esrgan {

using namespace tenon::layers;
using tenon::index;

// clang-format off
template <index C> inline constexpr auto conv3 = conv<C, 3, padding{1}>;
inline constexpr auto leaky = leaky_relu<slope{0.2}>;

/// Four times 32 new channels beside those that are there; then 64 from all of them, as a residual.
inline constexpr auto dense =
    identity + (concat(identity, name<"conv1">(conv3<32>) | leaky)
              | concat(identity, name<"conv2">(conv3<32>) | leaky)
              | concat(identity, name<"conv3">(conv3<32>) | leaky)
              | concat(identity, name<"conv4">(conv3<32>) | leaky)
              | name<"conv5">(conv3<64>) | multiply_by<0.2>);

/// Residuals in a residual.
inline constexpr auto rrdb =
    identity + (name<"rdb1">(dense) | name<"rdb2">(dense) | name<"rdb3">(dense) | multiply_by<0.2>);

template <index Blocks>
struct RRDBNet : tenon::model<
    input<3, 32, 32>
      | name<"conv_first">(conv3<64>)
      | (identity + (name<"body">(repeat<Blocks>(rrdb)) | name<"conv_body">(conv3<64>)))
      | upsample<2> | name<"conv_up1">(conv3<64>) | leaky
      | upsample<2> | name<"conv_up2">(conv3<64>) | leaky
      | name<"conv_hr">(conv3<64>) | leaky
      | name<"conv_last">(conv3<3>)> {};
// clang-format on

using ESRGAN = RRDBNet<6>;
static_assert(ESRGAN::output_shape == tenon::shape{3, 128, 128});
static_assert(ESRGAN::parameter_count == 4'467'779);
static_assert(ESRGAN::mac_count == 5'843'386'368);

}  // namespace zoo::esrgan
