// Convolutions with vectors along the width (few channels, wide maps), against the reference.
#include <algorithm>

#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

template <tenon::index OC, tenon::index IC = 1>
using channels = net<input<IC, 5, 22> | conv<OC, 3, padding{1}>>;
/// Widths around one, two and three vectors; what the last vector reads beyond the row must not matter.
template <tenon::index W>
using columns = net<input<1, 4, W> | conv<2, 3, padding{1}>>;
template <tenon::index KH, tenon::index KW>
using kernel = net<input<1, 8, 21> | conv<3, extent{KH, KW}>>;
template <auto... Options>
using option = net<input<2, 9, 24> | conv<5, 3, Options...>>;
/// A pool of pairs of columns is taken in registers.
template <tenon::index W, auto Pool, tenon::index OC = 3>
using pooled = net<input<1, 7, W> | conv<OC, 3, padding{1}> | relu | Pool>;
/// The second convolution reads one channel from the arena.
template <tenon::index W>
using through_one_channel = net<input<1, 6, W> | conv<1, 3> | conv<2, 3, padding{1}> | relu>;

}  // namespace

// clang-format off
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define TENON_MODEL                                                                                                   \
  channels<1>, channels<2>, channels<3>, channels<5>, channels<6>, channels<7>, channels<8>, channels<2, 2>,           \
  channels<6, 3>, channels<8, 5>,                                                                                      \
  columns<12>, columns<13>, columns<15>, columns<16>, columns<17>, columns<28>, columns<31>, columns<32>, columns<33>, \
  columns<36>, columns<47>, columns<48>, columns<49>, columns<65>, columns<100>,                                       \
  kernel<1, 1>, kernel<2, 2>, kernel<3, 3>, kernel<5, 5>, kernel<1, 7>, kernel<3, 1>, kernel<8, 10>,                   \
  option<stride{2, 1}>, option<stride{3, 1}>, option<dilation{2}>, option<dilation{1, 3}>, option<full>,               \
  option<same>, option<padding{0, 1, 2, 3}>, option<no_bias>,                                                          \
  BOTH(pooled<24, max_pool<2>>), BOTH(pooled<26, avg_pool<2>>), BOTH(pooled<33, max_pool<2>>),                         \
  BOTH(pooled<36, max_pool<extent{1, 2}>>), BOTH(pooled<37, avg_pool<extent{1, 2}>, 8>),                               \
  BOTH(pooled<28, max_pool<extent{2, 1}>>), BOTH(pooled<27, max_pool<3>>), BOTH(pooled<64, max_pool<2>, 1>),           \
  BOTH(pooled<28, max_pool<3, stride{2}, padding{1}>>), BOTH(pooled<70, avg_pool<2>, 6>),                              \
  BOTH(through_one_channel<14>), BOTH(through_one_channel<34>), BOTH(through_one_channel<67>)
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("convolutions along the width agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}

TEST_CASE("what the last vector of a row reads beyond it fits the slack of its buffer", "[kernels]") {
  tenon::index most = 0;
  for (const tenon::simd isa : {tenon::simd{1, 16}, {4, 16}, {4, 32}, {8, 16}, {16, 32}})
    for (const int pool_rows : {1, 2})
      for (const int pool_columns : {1, 2})
        for (tenon::index channels = 1; channels <= 8; ++channels)
          for (tenon::index columns = 12; columns <= 140; columns += pool_columns) {
            const auto tile = tenon::choose_width_tile(isa, channels, 6, columns, pool_rows, pool_columns);
            const tenon::index read = tile.vectors * isa.lanes;
            most = std::max(most, tenon::pieces(columns, read) * read - columns);
          }
  CHECK(most <= tenon::arena_alignment);
}
