// Direct and pointwise convolutions at the edges of vectors and tiles, against the reference.
#include <stdexcept>

#include "catch.hpp"
#include "twin.hpp"

#include <tenon/geometry/convolution.hpp>

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

/// More inputs than the L2 cache holds, and several blocks of channels on every target: all channels of some
/// pixels, rows or planes before the next ones.
using in_turns_of_pixels = net<input<64, 52, 53> | conv<80, 1>>;
using in_turns_of_rows = net<input<64, 53, 52> | conv<80, 1, stride{2}> | relu>;
using in_turns_of_windows = net<input<64, 54, 53> | conv<80, 1, stride{1, 2}> | relu | max_pool<2>>;
using in_turns_of_planes = net<input<64, 7, 20, 21> | conv<80, 1, stride{1, 2, 3}>>;
using in_turns_of_columns = net<input<512, 2, 200> | conv<80, 1, stride{1, 3}>>;
using in_turns_of_depthwise =
    net<input<80, 47, 48> | conv<80, 3, depthwise, padding{1}, stride{1, 2}> | relu>;
using in_turns_with_residual = net<input<80, 47, 48> | (identity + conv<80, 1>)>;
using in_turns_of_rows_with_residual =
    net<input<80, 47, 48> | (conv<80, 1, stride{2}> + max_pool<1, stride{2}>)>;
using in_turns_with_biases = net<input<64, 52, 53> | conv<80, 1, stride{2}, untied_bias>>;

/// So many weights that one row of the filter after the other is added to all sums.
inline constexpr auto directly = algorithm<tenon::method::direct>;
using by_rows = net<input<512, 5, 6> | conv<80, 3, padding{1}, directly> | relu>;
using by_rows_with_stride = net<input<512, 7, 5> | conv<48, 3, stride{2}, directly>>;
using by_two_rows = net<input<512, 4, 5> | conv<16, extent{2, 5}, directly>>;
using by_rows_with_residual =
    net<input<512, 4, 5> | (conv<32, 3, padding{1}, directly> + (conv<32, 1> | relu)) | relu>;
constexpr bool adds_by_rows(tenon::plan_view plan) {
  for (const tenon::step& s : plan.steps)
    if (s.by_rows) return true;
  return false;
}
static_assert(adds_by_rows(view_of(by_rows::schedule)) &&
              adds_by_rows(view_of(by_rows_with_stride::schedule)) &&
              adds_by_rows(view_of(by_two_rows::schedule)) &&
              adds_by_rows(view_of(by_rows_with_residual::schedule)));
static_assert(!adds_by_rows(view_of(net<input<512, 5, 6> | conv<72, 3, directly>>::schedule)));

/// How the first direct or depthwise convolution of M is computed.
template <class M>
constexpr tenon::turn turn_of(tenon::simd isa) {
  const auto view = view_of(tenon::kept_plan<M::schedule>);
  for (const tenon::step& what : view.steps) {
    const tenon::step_view s{M::network.view(), view, what};
    if (what.how == tenon::algorithm::direct || what.how == tenon::algorithm::depthwise)
      return tenon::turn_of(s, tenon::direct_of(s, isa));
  }
  throw std::logic_error("no direct convolution");
}

/// Two taps that are next to each other in every vector, where channels fill no whole ones: inputs whose
/// channels lie together.
template <tenon::index IC, tenon::index OC, auto... Options>
using by_twos = net<input<3, 5, 13> | conv<IC, 1> | conv<OC, Options..., directly>>;
using by_twos_in_3_d =
    net<input<2, 3, 4, 9> | conv<10, 1> | conv<24, extent{2, 1, 3}, padding{0, 1, 1}, directly>>;
using by_twos_with_residual =
    net<input<3, 5, 13> | conv<24, 1> | (identity + conv<24, 3, padding{1}, directly>) | relu>;
using by_twos_with_pool =
    net<input<3, 6, 14> | conv<12, 1> | conv<20, 3, padding{1}, directly> | relu | max_pool<2>>;
using by_twos_with_biases = net<input<3, 5, 13> | conv<32, 1> | conv<24, 1, untied_bias>>;
using by_twos_into_halo = net<input<3, 5, 13> | conv<16, 1> | conv<24, 1> | relu | conv<3, 3, padding{1}>>;
/// Does a step of M compute so on this instruction set?
template <class M>
constexpr bool takes_two_taps(tenon::simd isa) {
  const auto view = view_of(tenon::kept_plan<M::schedule>);
  for (const tenon::step& what : view.steps)
    if (what.how == tenon::algorithm::direct &&
        tenon::direct_of({M::network.view(), view, what}, isa).shape.lanes_per_channel == 2)
      return true;
  return false;
}
template <class... Ms>
constexpr bool all_take_two_taps = (takes_two_taps<Ms>({16, 32}) && ...);
static_assert(
    all_take_two_taps<by_twos<32, 24, 1>, by_twos<32, 16, 1>, by_twos<18, 24, 3>, by_twos_in_3_d,
                      by_twos_with_residual, by_twos_with_pool, by_twos_with_biases, by_twos_into_halo>);
static_assert(takes_two_taps<by_twos<64, 12, 1>>({8, 16}) && takes_two_taps<by_twos<64, 6, 1>>({4, 16}));
static_assert(!takes_two_taps<by_twos<17, 24, 1>>({16, 32}) && !takes_two_taps<by_twos<16, 64, 1>>({16, 32}));
static_assert(!takes_two_taps<tenon::reproducible<by_twos<32, 24, 1>>>({16, 32}));

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
  pair<1, 1>, pair<1, 5>, pair<9, 1>, pair<3, 17>, pair<17, 16>,                                                       \
  in_turns_of_pixels, in_turns_of_rows, in_turns_of_windows, in_turns_of_planes, in_turns_of_columns,                  \
  in_turns_with_residual, in_turns_of_rows_with_residual, in_turns_with_biases, in_turns_of_depthwise,         \
  by_rows, by_rows_with_stride, by_two_rows, by_rows_with_residual,                                                    \
  by_twos<32, 24, 1>, by_twos<32, 16, 1>, by_twos<18, 24, 3>, by_twos<14, 20, 1>, by_twos<120, 40, 1>, by_twos<16, 12, 1>, by_twos<16, 6, 1>, \
  by_twos<16, 8, 1>, by_twos<20, 4, 3>, by_twos<10, 3, 3>, by_twos<16, 56, 1>, by_twos<40, 33, 1>, by_twos<16, 10, 3, stride{2}>, \
  by_twos<12, 24, 3, dilation{1, 2}, padding{1, 2}>, by_twos<24, 24, 3, groups{2}>, by_twos<12, 40, extent{1, 3}, cyclic, padding{0, 1}>, \
  by_twos_in_3_d, by_twos<3, 24, extent{3, 4}>, tenon::fast<by_twos<32, 24, 1>>, by_twos_with_residual, by_twos_with_pool, by_twos_with_biases, by_twos_into_halo
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("convolutions agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}

TEST_CASE("inputs that the L2 cache does not hold are read turn by turn", "[kernels]") {
  using tenon::cut_axis;
  for (const tenon::simd isa : {tenon::simd{16, 32}, {8, 16}, {4, 16}, {4, 32}}) {
    const tenon::turn pixels = turn_of<in_turns_of_pixels>(isa), rows = turn_of<in_turns_of_rows>(isa),
                      windows = turn_of<in_turns_of_windows>(isa), planes = turn_of<in_turns_of_planes>(isa);
    CHECK((pixels.axis == cut_axis::columns && pixels.tiles > 1));
    CHECK((rows.axis == cut_axis::rows && rows.tiles > 0));
    CHECK((windows.axis == cut_axis::rows && windows.tiles > 0));
    CHECK((planes.axis == cut_axis::planes && planes.tiles > 0));
    CHECK((turn_of<in_turns_of_depthwise>(isa).axis == cut_axis::rows));
    CHECK((turn_of<in_turns_of_depthwise>(isa).tiles > 0));
    // Not those of which the cache holds inputs or weights, nor one block of channels.
    CHECK(turn_of<net<input<64, 50, 50> | conv<80, 1>>>(isa).tiles == 0);
    CHECK(turn_of<net<input<512, 20, 20> | conv<300, 1>>>(isa).tiles == 0);
    CHECK(turn_of<net<input<64, 52, 53> | conv<8, 1, stride{2}>>>(isa).tiles == 0);
    // Nor what is computed row by row of the filter.
    CHECK(turn_of<net<input<512, 20, 20> | conv<16, 3, directly>>>(isa).tiles == 0);
    // Rows that are one tile: turns of columns.
    CHECK(turn_of<net<input<512, 3, 200> | conv<96, 1, stride{1, 2}>>>(isa).axis == cut_axis::columns);
    // Planes that are large: turns of rows.
    CHECK(turn_of<net<input<64, 4, 112, 112> | conv<80, 1, stride{1, 1, 2}>>>(isa).axis == cut_axis::rows);
  }
}

TEST_CASE("register tiles load little", "[kernels]") {
  using tenon::choose_tile;
  const auto is = [](const tenon::tile& t, int rows, int columns, int vectors) {
    return t.rows == rows && t.columns == columns && t.vectors == vectors;
  };
  constexpr tenon::simd avx512{16, 32};
  // Weights that come from L2 for each tile are read for many pixels, those that stay in L1 for many
  // channels.
  CHECK(is(choose_tile(avx512, 384, 1, 252, 1, 1, 512), 1, 14, 2));
  CHECK(is(choose_tile(avx512, 256, 1, 252, 1, 1, 64), 1, 6, 4));
  CHECK(is(choose_tile(avx512, 32, 1, 252, 1, 1, 64), 1, 14, 2));
  // Weights that come from far off are read for as many pixels as possible.
  CHECK(is(choose_tile(avx512, 512, 7, 7, 1, 1, 4608), 2, 7, 2));
  CHECK(is(choose_tile({8, 16}, 256, 1, 252, 1, 1, 64), 1, 6, 2));
}
