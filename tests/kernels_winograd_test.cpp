// Convolutions whose rows are computed two or four at a time from transformed rows, against the reference.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

/// A convolution by pairs of rows, and by four rows.
template <tenon::index C, auto Kernel, auto... Options>
inline constexpr auto by_rows = conv<C, Kernel, algorithm<tenon::method::winograd_rows>, Options...>;
template <tenon::index C, auto Kernel, auto... Options>
inline constexpr auto by_4_rows = conv<C, Kernel, algorithm<tenon::method::winograd_rows_4>, Options...>;

/// Channels around the lengths of vectors, on the network's own input, where channels lie apart.
template <tenon::index IC, tenon::index OC>
using channels = net<input<IC, 6, 9> | by_rows<OC, 3, padding{1}>>;
/// Filters of K rows with stride S: one to four rows in the last tile of four.
template <tenon::index H, tenon::index K, tenon::index S>
using strided = net<input<3, H, 13> | by_rows<9, K, stride{S}, padding{K / 2}, no_bias> | batch_norm>;
template <tenon::index H, tenon::index K, tenon::index S>
using strided_4 = net<input<3, H, 13> | by_4_rows<9, K, stride{S}, padding{K / 2}> | relu>;
/// Even and odd numbers of rows: the last one of an odd number has no partner.
template <tenon::index H, tenon::index K>
using rows = net<input<6, H, 11> | by_rows<9, K, padding{K / 2}>>;
/// After another convolution channels lie together, and there is a halo.
template <auto Convolution>
using inside = net<input<3, 9, 10> | conv<12, 2> | Convolution | conv<2, 1>>;
template <auto Pool, tenon::index K = 3>
using pooled = net<input<5, 9, 8> | by_rows<10, K, padding{K / 2}, no_bias> | batch_norm | relu | Pool>;
template <tenon::index C, tenon::index K>
using residual =
    net<input<C, 7, 8> |
        (identity + (by_rows<C, K, padding{K / 2}> | relu | by_rows<C, K, padding{K / 2}> | batch_norm)) |
        relu>;

constexpr int winograd_steps(tenon::plan_view plan) {
  int steps = 0;
  for (const tenon::step& s : plan.steps) steps += s.how == tenon::algorithm::winograd_rows;
  return steps;
}
/// How many of the networks have such a convolution.
template <class... Ms>
constexpr int with_winograd = ((winograd_steps(view_of(Ms::schedule)) > 0) + ...);

}  // namespace

// clang-format off
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define TENON_MODEL                                                                                                   \
  channels<5, 8>, channels<7, 9>, channels<8, 16>, channels<16, 17>, channels<17, 33>, channels<6, 70>,                \
  rows<8, 3>, rows<12, 5>, rows<13, 5>, rows<2, 3>, rows<20, 3>,                                                       \
  net<input<4, 9, 40> | by_rows<16, 3>>, net<input<4, 11, 37> | by_rows<24, 5>>,                                             \
  inside<by_rows<17, 3, padding{1}>>, inside<by_rows<8, 5, padding{3, 0, 1, 4}>>, inside<by_rows<9, extent{3, 1}, padding{1, 0}>>, \
  inside<by_rows<9, extent{3, 7}, full>>, inside<by_rows<16, 3> | sigmoid>,                                                  \
  inside<by_rows<9, 3, padding{1}> + by_rows<9, 5, padding{2}>>,                                                             \
  BOTH(pooled<max_pool<2>>), BOTH(pooled<avg_pool<2>, 5>), BOTH(pooled<max_pool<extent{1, 2}>>),                       \
  BOTH(pooled<avg_pool<extent{2, 1}>>), BOTH(pooled<max_pool<3>>),                                                     \
  strided<9, 3, 2>, strided<12, 5, 2>, strided<15, 7, 2>, strided<13, 4, 3>, strided<21, 11, 4>, strided<9, 4, 1>,     \
  strided_4<9, 3, 2>, strided_4<12, 5, 2>, strided_4<17, 7, 2>, strided_4<21, 7, 2>, strided_4<13, 4, 3>,               \
  strided_4<31, 11, 4>, strided_4<2, 3, 2>, strided_4<8, 3, 1>, strided_4<9, 3, 1>, strided_4<10, 3, 1>,                \
  strided_4<11, 4, 1>, net<input<3, 20, 37> | by_4_rows<70, 7, stride{2}, padding{3}> | relu>, net<input<3, 40, 22> | by_4_rows<40, 7, stride{2}, padding{3}> | relu | max_pool<3, stride{2}>>, \
  inside<by_4_rows<17, 3, stride{2, 1}, padding{1}>>, inside<by_4_rows<9, extent{3, 1}, stride{2, 3}>>,                \
  BOTH(pooled<max_pool<extent{4, 2}>>), BOTH(net<input<5, 21, 8> | by_4_rows<9, 5, stride{2}> | avg_pool<2>>),         \
  net<input<8, 7, 8> | (identity + by_4_rows<8, 3, padding{1}>) | relu>,                                               \
  BOTH(residual<8, 3>), BOTH(residual<9, 5>), BOTH(residual<18, 3>)
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("convolutions by two or four rows agree with the reference on every target", "[kernels]") {
  CHECK(with_winograd<TENON_MODEL> > 40);
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
