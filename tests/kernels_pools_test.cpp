// Pools of every norm, dilated, of whole channels and adaptive; windows of maxima that run along a row.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

// clang-format off
template <auto... Layers> using map = net<(input<3, 9, 20> | ... | Layers)>;
template <auto... Layers> using after = net<((input<3, 9, 11> | conv<18, 3, padding{1}>) | ... | Layers)>;
template <int Channels, auto Layer>
using wide = net<input<3, 9, 11> | conv<Channels, 3, padding{1}> | Layer>;
template <auto... Layers> using line = net<(input<6, 19> | ... | Layers)>;
/// Global pools of so large a map take each row first.
template <auto... Layers> using large = net<((input<3, 20, 12> | conv<75, 1>) | ... | Layers)>;
template <auto... Layers> using box = net<(input<4, 3, 4, 5> | ... | Layers)>;
// clang-format on

}  // namespace

// clang-format off
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define TENON_MODEL \
  map<l1_pool<2>>, after<l1_pool<3, stride{2}, padding{1}>>, map<l2_pool<2, stride{1}>>, \
  after<l2_pool<3, padding{1}>>, map<linf_pool<2>>, after<linf_pool<2, ceil_mode>>, map<lp_pool<3, 2>>, \
  after<lp_pool<3, 3, stride{2}>>, line<lp_pool<3, 3>>, box<l2_pool<2>>, line<lp_pool<infinity, 3, padding{1}>>, \
  map<max_pool<3, stride{1}, dilation{2}, padding{2}>>, after<max_pool<2, dilation{3}>>, \
  after<avg_pool<3, dilation{2}, padding{2}, exclude_padding>>, \
  map<avg_pool<2, dilation{2}, ceil_mode, stride{2}>>, after<max_pool<3, stride{2}, ceil_mode>>, \
  after<avg_pool<3, stride{2}, ceil_mode>>, map<global_max_pool>, after<global_max_pool>, map<global_lp_pool<2>>, \
  after<global_lp_pool<1>>, after<global_lp_pool<3>>, after<global_lp_pool<infinity>>, line<global_lp_pool<2>>, \
  box<global_avg_pool>, map<adaptive_avg_pool<4>>, after<adaptive_avg_pool<extent{3, 7}>>, \
  after<adaptive_avg_pool<1>>, after<adaptive_avg_pool<12>>, line<adaptive_avg_pool<5>>, \
  box<adaptive_avg_pool<2>>, \
  large<global_avg_pool>, large<global_max_pool>, large<global_lp_pool<1>>, large<global_lp_pool<2>>, \
  large<global_lp_pool<3>>, large<global_lp_pool<infinity>>, \
  large<outputs(global_avg_pool, conv<5, 3, padding{1}>)>, \
  wide<86, max_pool<3, padding{1}>>, wide<86, max_pool<3, stride{2}, padding{1}>>, tenon::unfused<wide<70, max_pool<2>>>, \
  wide<64, linf_pool<3, stride{1}, padding{1}>>, wide<33, max_pool<5, stride{1}, padding{2}>>, \
  wide<20, max_pool<6, stride{1}, padding{3}>>, wide<16, max_pool<1, stride{2}>>, wide<35, max_pool<2, stride{3}>>, \
  wide<17, max_pool<3, stride{2}, ceil_mode>>, wide<32, max_pool<extent{7, 2}, stride{3, 1}, padding{2, 1}>>
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("pools agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
