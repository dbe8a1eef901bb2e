// Inception v3. Szegedy et al.: Rethinking the Inception architecture for computer vision (2015), without the
// classifier that helps training. Tensor names and counts: torchvision.models.inception_v3 (27,161,264
// parameters with that classifier).
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::inception_v3 {

using namespace tenon::layers;
using tenon::index;

// clang-format off
template <index C, auto Kernel, auto... Options>
inline constexpr auto unit =
    name<"conv">(conv<C, Kernel, Options..., no_bias>) | name<"bn">(batch_norm_with<epsilon{0.001}>) | relu;
/// Filters of one row or column.
template <index C, index K> inline constexpr auto row = unit<C, extent{1, K}, padding{0, K / 2}>;
template <index C, index K> inline constexpr auto column = unit<C, extent{K, 1}, padding{K / 2, 0}>;
template <index C> inline constexpr auto pooled =
    avg_pool<3, stride{1}, padding{1}> | name<"branch_pool">(unit<C, 1>);

/// torchvision's InceptionA to InceptionE, for maps of 35x35 (a), 17x17 (c) and 8x8 (e); b and d halve them.
template <index Pool> inline constexpr auto a = concat(
    name<"branch1x1">(unit<64, 1>),
    name<"branch5x5_1">(unit<48, 1>) | name<"branch5x5_2">(unit<64, 5, padding{2}>),
    name<"branch3x3dbl_1">(unit<64, 1>)
        | name<"branch3x3dbl_2">(unit<96, 3, padding{1}>) | name<"branch3x3dbl_3">(unit<96, 3, padding{1}>),
    pooled<Pool>);

inline constexpr auto b = concat(
    name<"branch3x3">(unit<384, 3, stride{2}>),
    name<"branch3x3dbl_1">(unit<64, 1>)
        | name<"branch3x3dbl_2">(unit<96, 3, padding{1}>) | name<"branch3x3dbl_3">(unit<96, 3, stride{2}>),
    max_pool<3, stride{2}>);

template <index C> inline constexpr auto c = concat(
    name<"branch1x1">(unit<192, 1>),
    name<"branch7x7_1">(unit<C, 1>) | name<"branch7x7_2">(row<C, 7>) | name<"branch7x7_3">(column<192, 7>),
    name<"branch7x7dbl_1">(unit<C, 1>)
        | name<"branch7x7dbl_2">(column<C, 7>) | name<"branch7x7dbl_3">(row<C, 7>)
        | name<"branch7x7dbl_4">(column<C, 7>) | name<"branch7x7dbl_5">(row<192, 7>),
    pooled<192>);

inline constexpr auto d = concat(
    name<"branch3x3_1">(unit<192, 1>) | name<"branch3x3_2">(unit<320, 3, stride{2}>),
    name<"branch7x7x3_1">(unit<192, 1>)
        | name<"branch7x7x3_2">(row<192, 7>) | name<"branch7x7x3_3">(column<192, 7>)
        | name<"branch7x7x3_4">(unit<192, 3, stride{2}>),
    max_pool<3, stride{2}>);

inline constexpr auto e = concat(
    name<"branch1x1">(unit<320, 1>),
    name<"branch3x3_1">(unit<384, 1>)
        | concat(name<"branch3x3_2a">(row<384, 3>), name<"branch3x3_2b">(column<384, 3>)),
    name<"branch3x3dbl_1">(unit<448, 1>) | name<"branch3x3dbl_2">(unit<384, 3, padding{1}>)
        | concat(name<"branch3x3dbl_3a">(row<384, 3>), name<"branch3x3dbl_3b">(column<384, 3>)),
    pooled<192>);

struct InceptionV3 : tenon::model<
    input<3, 299, 299>
      | name<"Conv2d_1a_3x3">(unit<32, 3, stride{2}>)
      | name<"Conv2d_2a_3x3">(unit<32, 3>)
      | name<"Conv2d_2b_3x3">(unit<64, 3, padding{1}>) | max_pool<3, stride{2}>
      | name<"Conv2d_3b_1x1">(unit<80, 1>)
      | name<"Conv2d_4a_3x3">(unit<192, 3>) | max_pool<3, stride{2}>
      | name<"Mixed_5b">(a<32>) | name<"Mixed_5c">(a<64>) | name<"Mixed_5d">(a<64>)
      | name<"Mixed_6a">(b)
      | name<"Mixed_6b">(c<128>) | name<"Mixed_6c">(c<160>)
      | name<"Mixed_6d">(c<160>) | name<"Mixed_6e">(c<192>)
      | name<"Mixed_7a">(d)
      | name<"Mixed_7b">(e) | name<"Mixed_7c">(e)
      | global_avg_pool | dropout | flatten
      | name<"fc">(linear<1000>)> {};
// clang-format on

static_assert(InceptionV3::output_shape == tenon::shape{1000});
static_assert(InceptionV3::parameter_count == 23'834'568);
static_assert(InceptionV3::mac_count == 5'713'216'096);

}  // namespace zoo::inception_v3
