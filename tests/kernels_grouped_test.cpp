// Grouped and depthwise convolutions at the edges of vectors and tiles, against the reference.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

template <tenon::index IC, tenon::index OC, tenon::index G>
using grouped = net<input<IC, 5, 6> | conv<OC, 3, groups{G}, padding{1}>>;
template <tenon::index C, auto... Options>
using per_channel = net<input<C, 6, 7> | conv<C, 3, depthwise, Options...>>;

/// Rows of several tiles and a rest, for filters whose windows overlap or do not.
template <tenon::index K, tenon::index S>
using wide = net<input<35, 8, 61> | conv<35, K, depthwise, stride{S}, padding{K / 2}>>;

}  // namespace

// clang-format off
#define TENON_MODEL                                                                                                   \
  grouped<4, 6, 2>, grouped<6, 9, 3>, grouped<2, 34, 2>, grouped<34, 4, 2>, grouped<5, 10, 5>, grouped<3, 51, 3>,      \
  per_channel<3>, per_channel<4>, per_channel<5>, per_channel<8>, per_channel<15>, per_channel<16>, per_channel<17>,   \
  per_channel<33>, per_channel<70>, per_channel<9, stride{2}, padding{1}>, per_channel<17, dilation{2}, same>,         \
  per_channel<6, padding{2, 0, 0, 1}, stride{1, 2}>, per_channel<3, no_bias>,                                          \
  net<input<18, 4, 35> | conv<18, 3, depthwise>>, net<input<8, 1, 1> | conv<8, 3, padding{1}, depthwise>>,             \
  net<input<4, 5, 6> | conv<8, 3, depthwise>>, net<input<4, 6, 13> | conv<8, 1, groups{4}> | conv<8, 1, groups{2}>>,    \
  wide<3, 2>, wide<5, 1>, wide<5, 2>, wide<4, 2>, wide<2, 3>, wide<7, 1>, wide<7, 2>, wide<5, 4>,                      \
  net<input<19, 7, 30> | conv<19, 5, depthwise, dilation{1, 2}, padding{2, 4}>>,                                       \
  net<input<19, 7, 30> | conv<19, 3, depthwise, dilation{1, 2}, stride{1, 2}, padding{1, 2}>>,                         \
  net<input<35, 8, 26> | conv<35, 3, depthwise, padding{1}> | relu | max_pool<2>>,                                     \
  net<input<128, 5, 9> | conv<128, 1> | conv<128, 3, depthwise, padding{1}>>
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("grouped convolutions agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
