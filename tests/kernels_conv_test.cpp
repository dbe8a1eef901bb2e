// Direct and pointwise convolutions at the edges of vectors and tiles, against the reference.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using tenon::extents;
using twin::net;

/// Output channels around the lengths of vectors. Maps of less than 12 columns: vectors lie along channels.
template <tenon::index OC>
using out_channels = net<input<3, 5, 7> | conv<OC, 3, padding{1}>>;
template <tenon::index IC>
using in_channels = net<input<IC, 6, 8> | conv<9, 3>>;
template <tenon::index IC, tenon::index OC>
using pointwise = net<input<IC, 5, 7> | conv<OC, 1>>;
template <tenon::index KH, tenon::index KW>
using kernel = net<input<2, 9, 11> | conv<10, extent{KH, KW}>>;

/// 17 channels: a whole vector and one more, on every target.
template <auto... Options>
using option = net<input<2, 11, 10> | conv<17, 3, Options...>>;
template <extents Kernel, auto... Options>
using edge = net<input<3, 6, 9> | conv<5, Kernel, Options...>>;

/// Rows that are cut into several tiles, the last one smaller.
template <tenon::index OC>
using wide = net<input<3, 6, 39> | conv<OC, 3>>;

/// Layouts that neighbours leave behind: after the first layer channels lie together, with a halo.
template <tenon::index A, tenon::index B>
using pair = net<input<2, 7, 6> | conv<A, 3> | conv<B, 3, padding{2, 0, 1, 3}>>;

}  // namespace

// clang-format off
#define TENON_MODEL                                                                                                   \
  out_channels<1>, out_channels<2>, out_channels<3>, out_channels<5>, out_channels<6>, out_channels<7>,                \
  out_channels<8>, out_channels<9>, out_channels<15>, out_channels<16>, out_channels<17>, out_channels<31>,            \
  out_channels<33>, out_channels<67>,                                                                                  \
  in_channels<1>, in_channels<2>, in_channels<3>, in_channels<5>, in_channels<16>, in_channels<17>,                    \
  pointwise<1, 1>, pointwise<5, 3>, pointwise<16, 8>, pointwise<17, 16>, pointwise<3, 33>, pointwise<2, 70>,           \
  kernel<1, 1>, kernel<2, 2>, kernel<3, 3>, kernel<5, 5>, kernel<1, 7>, kernel<3, 1>, kernel<9, 11>,                   \
  option<stride{2}>, option<stride{1, 2}>, option<stride{3, 1}>, option<dilation{2}>, option<dilation{1, 3}>,          \
  option<stride{2}, dilation{2}, padding{2}>, option<padding{0, 1, 2, 3}>, option<padding{3, 0, 0, 1}, stride{2}>,     \
  option<full>, option<no_bias>, option<stride{5}>, option<stride{20}>,                                                \
  edge<2, same>, edge<2, same_lower>, edge<4, same, stride{2}>, edge<extent{1, 7}, full>, edge<extent{3, 1}, same>,    \
  edge<1, stride{2}>, edge<1, padding{1}>, edge<extent{6, 9}>, edge<5, same, dilation{2}>,                             \
  wide<9>, wide<16>, wide<40>,                                                                                         \
  net<input<9, 1, 1> | conv<3, 3, padding{1}>>, net<input<2, 1, 1> | conv<3, 13, full>>,                               \
  net<input<1, 1, 1> | conv<1, 1>>,                                                                                    \
  pair<1, 1>, pair<1, 5>, pair<9, 1>, pair<3, 17>, pair<17, 16>
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("convolutions agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
