// Convolutions in Winograd tiles, against the reference.
#include "catch.hpp"
#include "twin.hpp"

#include <tenon/geometry/winograd.hpp>

namespace {

using namespace tenon::layers;
using tenon::index;
using twin::net;

template <index C, auto Kernel, auto... Options>
inline constexpr auto by_2 = conv<C, Kernel, algorithm<tenon::method::winograd_2>, Options...>;
template <index C, auto Kernel, auto... Options>
inline constexpr auto by_4 = conv<C, Kernel, algorithm<tenon::method::winograd_4>, Options...>;

template <index C, auto Kernel, auto... Options>
inline constexpr auto by_4x2 = conv<C, Kernel, algorithm<tenon::method::winograd_4x2>, Options...>;
template <index C, auto Kernel, auto... Options>
inline constexpr auto column_of_2 = conv<C, Kernel, algorithm<tenon::method::winograd_2x1>, Options...>;
template <index C, auto Kernel, auto... Options>
inline constexpr auto column_of_4 = conv<C, Kernel, algorithm<tenon::method::winograd_4x1>, Options...>;

/// Channels around the lengths of vectors.
template <index IC, index OC>
using channels = net<input<IC, 6, 9> | by_4<OC, 3, padding{1}>>;
/// Rows and columns of whole tiles, and with every rest.
template <index H, index W>
using rests = net<input<3, H, W> | by_4<5, 3, padding{1}> | by_2<4, 3>>;
/// Tiles of one column.
template <index H, index W, index OC>
using columns = net<input<5, H, W> | column_of_2<OC, 3, padding{1}> | relu | column_of_4<OC, 3, padding{1}>>;
template <auto Pool>
using pooled = net<input<5, 9, 8> | by_4<10, 3, padding{1}, no_bias> | batch_norm | relu | Pool>;
using pooled_column =
    net<input<5, 9, 8> | column_of_4<10, 3, padding{1}, no_bias> | batch_norm | relu | max_pool<2>>;
template <index C, auto Convolution>
using residual = net<input<C, 7, 8> | (identity + (Convolution | relu | Convolution | batch_norm)) | relu>;
/// With a stride: the tiles of its phases.
template <index H, index W, auto Stride>
using strided =
    net<input<3, H, W> | conv<7, 1> | by_2<5, 3, Stride, padding{1}> | by_4<4, 3, Stride, padding{1}>>;
/// Columns so far apart that only whole tiles fit.
template <index L, index D>
using dilated = net<input<3, L> | by_4<6, 3, dilation{D}, padding{D}>>;

constexpr int tiled_steps(tenon::plan_view plan) {
  int steps = 0;
  for (const tenon::step& s : plan.steps) steps += s.how == tenon::algorithm::winograd_tiles;
  return steps;
}
/// Maps of more tiles than are transformed at once, and of so many channels that all of a point are
/// multiplied before the next point.
constexpr auto in_blocks = tenon::winograd_tiles_plan_of(
    net<input<100, 22, 23> | by_4<9, 3, padding{1}>>::network.nodes[1], 100, 4, 4, {9, 22, 23});
static_assert(in_blocks.turns > 1 && !in_blocks.by_points);
static_assert(
    tenon::winograd_tiles_plan_of(net<input<340, 24, 20> | by_4<18, 3, padding{1}>>::network.nodes[1], 340, 4,
                                  4, {18, 24, 20})
        .by_points);
/// Weights that fill the cache are read once if that leaves room enough for all tiles.
template <index Channels, index Extent>
constexpr index turns_of =
    tenon::winograd_tiles_plan_of(
        net<input<Channels, Extent, Extent> | by_2<Channels, 3, padding{1}>>::network.nodes[1], Channels, 2,
        2, {Channels, Extent, Extent})
        .turns;
static_assert(turns_of<256, 14> == 1 && turns_of<256, 20> > 1 && turns_of<64, 32> > 1);

/// A column of taps is computed in tiles of one column where its weights come from far off. (Of 3x3 taps
/// those are transformed while they are multiplied.)
template <index Channels, index Extent, auto Kernel>
constexpr bool in_columns = [] {
  using chosen = net<input<Channels, Extent, Extent> | conv<Channels, Kernel, same, no_bias>>;
  for (const tenon::step& s : view_of(chosen::schedule).steps)
    if (s.one_column()) return true;
  return false;
}();
static_assert(in_columns<512, 7, extent{3, 1}> && !in_columns<64, 56, extent{3, 1}>);
static_assert(!in_columns<256, 14, 3> && !in_columns<64, 56, 3>);

/// 14 rows are 3.5 tiles of 4, and 14 columns 7 of 2.
constexpr bool by_4x2_at_14 = [] {
  using chosen = net<input<256, 14, 14> | conv<256, 3, padding{1}, no_bias>>;
  for (const tenon::step& s : view_of(chosen::schedule).steps)
    if (s.outputs == 4 && s.columns == 2) return true;
  return false;
}();
static_assert(by_4x2_at_14);

/// Each of the networks has such a convolution.
template <class... Ms>
constexpr bool all_tiled = ((tiled_steps(view_of(Ms::schedule)) > 0) && ...);

}  // namespace

// clang-format off
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define TENON_MODEL                                                                                            \
  channels<1, 3>, channels<7, 9>, channels<8, 16>, channels<16, 17>, channels<17, 33>, channels<6, 70>,         \
  channels<33, 15>, rests<6, 6>, rests<7, 9>, rests<8, 10>, rests<9, 7>, rests<3, 12>, rests<11, 3>,            \
  net<input<4, 9, 40> | by_2<16, 3, padding{1}>>, net<input<4, 11, 13> | by_4<24, 5, padding{3, 0, 1, 4}>>,     \
  net<input<3, 30, 31> | by_4<9, 3, same>>, net<input<2, 8, 8> | by_2<7, 5, full> | tanh>,                      \
  net<input<3, 9, 10> | by_4<9, extent{3, 1}, padding{1, 0}>>,                                                 \
  net<input<3, 9, 10> | by_4<9, extent{1, 3}> | by_2<8, extent{1, 5}, padding{0, 2}>>,                          \
  net<input<3, 9, 10> | by_4<9, extent{5, 3}, padding{2}> | by_4<5, 3, flipped>>,                               \
  net<input<4, 16, 24> | by_4<5, 3, dilation{2, 3}, padding{2, 3}>>,                                           \
  BOTH(pooled<max_pool<2>>), BOTH(pooled<avg_pool<2>>), BOTH(pooled<max_pool<extent{1, 4}>>),                   \
  BOTH(pooled<avg_pool<extent{2, 1}>>), BOTH(pooled<max_pool<3>>),                                                                        \
  BOTH(residual<8, by_4<8, 3, padding{1}>>), BOTH(residual<9, by_2<9, 3, padding{1}>>),                         \
  BOTH(residual<18, by_4<18, 5, padding{2}>>),                                                                 \
  net<input<3, 37> | by_4<6, 3, padding{1}> | by_2<5, 5, causal>>, dilated<32, 1>, dilated<32, 2>,              \
  dilated<32, 8>, dilated<48, 3>, net<input<3, 24> | (identity + by_4<3, 3, dilation{3}, padding{3}>) | relu>,  \
  net<input<100, 22, 23> | by_4<9, 3, padding{1}>>, net<input<340, 24, 20> | by_4<18, 3, padding{1}>>,\
  net<input<150, 32, 30> | by_4<5, 3, padding{1}>>,          \
  net<input<3, 5, 6, 7> | by_4<5, 3, padding{1}>>, net<input<2, 4, 8, 9> | by_2<9, 3> | relu>,                  \
  net<input<2, 4, 8, 9> | by_4<9, extent{2, 3, 1}, padding{1, 0, 0}> | sigmoid>,                                        \
  net<input<5, 1, 1> | by_4<9, 3, padding{1}>>, net<input<17, 1, 2> | by_4<3, 5, padding{2}>>,                  \
  net<input<5, 7, 6> | concat(by_4<9, 3, padding{1}> | tag<"a">, by_2<7, 3, padding{1}>)                        \
      | concat(identity, from<"a"> | by_4<4, 5, padding{4}> | by_2<4, 5>) | by_4<6, 3>>,                        \
  net<input<3, 2, 6, 7> | by_4<9, extent{1, 3, 3}, padding{1}> | by_4<4, extent{3, 3, 5}, padding{0, 1, 2}>>,   \
  strided<16, 17, stride{2}>, strided<25, 30, stride{2}>, net<input<3, 9, 12> | by_2<7, 3, stride{1, 2}> | by_2<5, 3, stride{2, 1}>>,\
  net<input<5, 38, 43> | by_4<9, extent{5, 1}, stride{2, 1}> | relu | by_2<17, extent{1, 5}, stride{1, 2}>      \
      | by_4<9, extent{1, 7}, stride{1, 2}, padding{0, 3}> | by_2<6, extent{4, 1}> | by_4<5, extent{1, 4}>>,     \
  net<input<3, 9, 14> | by_4<9, extent{1, 3}, stride{3, 2}> | by_2<8, extent{3, 1}, stride{2, 3}>>,              \
  net<input<3, 37> | by_4<6, 3, stride{2}> | by_2<5, 3, stride{2}, causal>>,                                     \
  net<input<2, 4, 11, 12> | by_4<9, 3, stride{1, 2, 2}, padding{1}>>,                                            \
  BOTH(net<input<5, 18, 16> | by_2<10, 3, stride{2}, padding{1}> | relu | max_pool<2>>),                         \
  net<input<40, 34, 35> | by_2<33, 3, stride{2}, padding{1}>>,                                                   \
  net<input<3, 6, 12> | by_4<9, extent{1, 3}, dilation{3, 3}, padding{0, 3}>>,                                 \
  net<input<3, 9, 10> | by_4<9, 3, padding{1}, cyclic> | by_4<5, 3, padding{1}, reflect>>,                     \
  columns<7, 7, 48>, columns<8, 5, 17>, columns<1, 6, 9>, columns<6, 1, 33>, columns<30, 26, 5>,               \
  net<input<512, 7, 7> | column_of_2<80, 3, padding{1}> | relu>,                                               \
  net<input<3, 9, 12> | column_of_2<9, 3> | column_of_4<7, extent{3, 5}, padding{1, 2}, no_bias>>,             \
  net<input<3, 9, 12> | column_of_2<9, extent{3, 1}> | column_of_4<7, extent{5, 4}, padding{3, 0, 1, 4}>>,     \
  net<input<3, 17, 12> | column_of_2<9, 3, stride{2, 1}, padding{1}> | column_of_4<7, extent{4, 3}, stride{2, 1}>>,\
  net<input<3, 9, 10> | column_of_4<9, 3, padding{1}, cyclic> | column_of_2<5, 3, padding{1}, reflect>>,       \
  net<input<5, 14, 14> | by_4x2<17, 3, padding{1}> | relu | by_4x2<48, 3>>, net<input<3, 7, 9> | by_4x2<9, 5, padding{2}>>, \
  net<input<3, 9, 12> | by_4x2<9, extent{3, 1}> | by_4x2<7, extent{3, 5}, padding{1, 2}> | by_4x2<5, extent{5, 3}>>, \
  net<input<3, 17, 18> | by_4x2<9, 3, stride{2}, padding{1}>>, net<input<2, 4, 8, 9> | by_4x2<9, 3> | relu>, \
  net<input<3, 16, 12> | by_4x2<9, 3, dilation{2, 3}, padding{2, 3}>>, net<input<150, 15, 14> | by_4x2<70, 3, padding{1}>>, \
  BOTH(net<input<5, 9, 8> | by_4x2<10, 3, padding{1}, no_bias> | batch_norm | relu | max_pool<2>>), \
  BOTH(residual<18, by_4x2<18, 3, padding{1}>>), \
  BOTH(pooled_column), BOTH(residual<9, column_of_2<9, 3, padding{1}>>),                                       \
  BOTH(residual<18, column_of_4<18, 5, padding{2}>>)
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("convolutions in Winograd tiles agree with the reference on every target", "[kernels]") {
  STATIC_REQUIRE(all_tiled<TENON_MODEL>);
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}

/// The first convolution in tiles of M.
template <class M>
void check_turns() {
  const auto view = view_of(tenon::kept_plan<M::schedule>);
  const auto* what = &view.steps[0];
  while (what != &view.steps.back() && !is_winograd_tiled(what->how)) ++what;
  REQUIRE(is_winograd_tiled(what->how));
  const tenon::step_view s{M::network.view(), view, *what};
  const tenon::winograd_tiles_plan planned = tenon::winograd_tiles_plan_of(s);
  for (const tenon::simd isa : {tenon::simd{16, 32}, {8, 16}, {4, 16}, {4, 32}}) {
    const tenon::winograd_tiles_layer l = tenon::winograd_tiles_of(s, isa).layer;
    INFO(l.tiles() << " tiles, " << l.block << " at a time, room for " << planned.room);
    CHECK(l.block <= planned.room);
    CHECK(tenon::pieces(l.tiles(), l.block) == planned.turns);
    CHECK((planned.turns == 1 || l.block % l.multiply.tile_columns == 0));
  }
}

TEST_CASE("tiles are computed in as many turns as planned, of whole micro-kernels", "[kernels]") {
  check_turns<net<input<64, 56, 56> | by_4<64, 3, padding{1}>>>();
  check_turns<net<input<128, 28, 28> | by_4<128, 3, padding{1}>>>();
  check_turns<net<input<256, 14, 14> | by_4<256, 3, padding{1}>>>();
  check_turns<net<input<256, 14, 14> | by_2<256, 3, padding{1}>>>();
  check_turns<net<input<64, 56, 56> | by_2<96, 3, padding{1}>>>();
  check_turns<net<input<512, 28, 28> | by_4<512, 3, padding{1}>>>();
  check_turns<net<input<100, 22, 23> | by_4<9, 3, padding{1}>>>();
  using tenon::method;
  check_turns<net<input<340, 24, 20> | conv<18, 3, padding{1}, algorithm<method::winograd_plain>>>>();
  check_turns<net<input<4608, 8, 12> | conv<64, 3, padding{1}, algorithm<method::winograd_plain>>>>();
}
