// Products of Winograd's points with weights that are transformed while they are multiplied.
//
//   products[p][tile][oc] = sum over ic of inputs[p][tile][ic] * (G w[ic][oc] G^T)[p]
//
// A row of points at a time: from the 3 x 3 weights of an input channel the micro-kernel makes those of the
// row, and each is multiplied with the inputs of a few tiles, whose sums are in registers:
//
//              tiles (one vector of output channels each)
//             +-----+-----+-----+-----+
//   point 0 u | acc | acc | acc | acc |   u = G w G^T of a point, one vector
//   point 1 u | acc | acc | acc | acc |   inputs of a tile are the same for all lanes
//      ...    +-----+-----+-----+-----+
//
// To make a row of six points takes 6 to 12 operations, to multiply them with four tiles 24. So 512 channels
// of 7 x 7 pixels take 4 tiles of 4 x 4 outputs, a third of the products of direct convolution, and nine
// weights a channel come from memory instead of 36, once in each turn of tiles.
//   packed weights:  bias[oc], then for each vector of output channels, w[ic][row][column][lanes]
//                    * a_1^(row + column), see winograd_matrices
#if defined(TENON_KERNEL_WINOGRAD_PLAIN_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_WINOGRAD_PLAIN_INL_HPP
#undef TENON_KERNEL_WINOGRAD_PLAIN_INL_HPP
#else
#define TENON_KERNEL_WINOGRAD_PLAIN_INL_HPP
#endif

#include <hwy/cache_control.h>

#include <algorithm>
#include <type_traits>
#include <utility>

#include "tenon/kernel/winograd_axis-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// sum + factor * x[k], with what is left of G for point P and tap k: 1, -1, or a number.
template <winograd_axis Axis, int P, int K, class D, class V>
HWY_INLINE V add_weight(D d, V sum, const V* x) {
  constexpr double factor = matrices_of<Axis>.g[P][K] / matrices_of<Axis>.g[1][K];
  if constexpr (factor == 1) return hn::Add(sum, x[K]);
  if constexpr (factor == -1) return hn::Sub(sum, x[K]);
  if constexpr (factor < 0)
    return neg_mul_add(d, hn::Set(d, static_cast<float>(-factor)), x[K], sum);
  else
    return mul_add(d, hn::Set(d, static_cast<float>(factor)), x[K], sum);
}

/// Point P of G x.
template <winograd_axis Axis, int P, class D, class V>
HWY_INLINE V weight_point(D d, const V* x) {
  if constexpr (P == 0) return x[0];
  if constexpr (P == Axis.points() - 1) return x[2];
  return add_weight<Axis, P, 1>(d, add_weight<Axis, P, 2>(d, x[0], x), x);
}

/// y = G x, points 0 and the pairs from P on, then infinity. Points a and -a share x[0] + a^2 x[2].
template <winograd_axis Axis, int P = 1, class D, class V>
HWY_INLINE void transform_weights(D d, const V* x, V* y) {
  if constexpr (P == 1) y[0] = x[0], y[Axis.points() - 1] = x[2];
  const V even = add_weight<Axis, P, 2>(d, x[0], x);
  y[P] = add_weight<Axis, P, 1>(d, even, x);
  y[P + 1] = add_weight<Axis, P + 1, 1>(d, even, x);
  if constexpr (P + 3 < Axis.points()) transform_weights<Axis, P + 2>(d, x, y);
}

/// Row `Row` of the points of some tiles, for so many input channels, added to the products unless it begins
/// them. Asks for the weights of as many channels that come next, as they lie; behind the last ones those of
/// the next layer lie.
template <winograd_plain_key Key, int Row>
HWY_NOINLINE void plain_tile(index channels, bool begins, const float* HWY_RESTRICT inputs,
                             const float* HWY_RESTRICT weights, float* HWY_RESTRICT products) {
  constexpr winograd_axis rows = Key.shape.rows, columns = Key.shape.columns;
  static_assert(rows.plain && columns.plain && rows.taps == 3 && columns.taps == 3);
  constexpr int points = columns.points(), tiles = Key.tiles, lanes = Key.lanes, taps = 9;
  // The cache lines of a channel that each row asks for: of 9, two each of four rows and one of the fifth.
  constexpr int lines = static_cast<int>(pieces(taps * lanes, 16)), share = (lines + points - 1) / points;
  constexpr int before = std::min(Row * share, lines), asks = std::min(share, lines - before);
  const tag<lanes, Key.numbers> d;
  using V = vec<lanes>;
  V sum[points * tiles];
  TENON_UNROLL
  for (int i = 0; i < points * tiles; ++i) sum[i] = hn::Zero(d);
  if (!begins) {
    TENON_UNROLL
    for (int i = 0; i < points * tiles; ++i)
      sum[i] = hn::LoadU(d, products + i / tiles * Key.product_point + i % tiles * lanes);
  }
  const float* ahead = weights + channels * (taps * lanes + before * 16);
  for (index channel = 0; channel < channels; ++channel) {
    TENON_UNROLL
    for (int line = 0; line < asks; ++line) hwy::Prefetch(ahead + line * 16);
    ahead += asks * 16;
    V half[3], u[points];
    TENON_UNROLL
    for (int c = 0; c < 3; ++c) {
      V w[3];
      TENON_UNROLL
      for (int r = 0; r < 3; ++r) w[r] = hn::LoadU(d, weights + (r * 3 + c) * lanes);
      half[c] = weight_point<rows, Row>(d, w);
    }
    transform_weights<columns>(d, half, u);
    TENON_UNROLL
    for (int i = 0; i < points * tiles; ++i) {
      const V x = hn::Set(d, inputs[i / tiles * Key.input_point + i % tiles * Key.input_step]);
      sum[i] = mul_add(d, x, u[i / tiles], sum[i]);
    }
    weights += taps * lanes;
    ++inputs;
  }
  TENON_UNROLL
  for (int i = 0; i < points * tiles; ++i)
    hn::StoreU(sum[i], d, products + i / tiles * Key.product_point + i % tiles * lanes);
}

/// All points of `tiles` tiles, with the weights of a block of output channels; Rest tiles remain after the
/// last full ones. So many channels at a time that what they need stays in the L1 cache.
template <winograd_plain_key Key, int Rest>
HWY_NOINLINE void winograd_multiply_plain(const winograd_tiles_layer& l, index tiles,
                                          const float* HWY_RESTRICT inputs, const float* HWY_RESTRICT weights,
                                          float* HWY_RESTRICT products) {
  constexpr index at_once = 16;
  constexpr int points = Key.shape.columns.points();
  for (index channel = 0; channel < l.channels; channel += at_once) {
    const index count = std::min(at_once, l.channels - channel);
    for (index tile = 0; tile < tiles; tile += Key.tiles) {
      const float* in = inputs + tile * Key.input_step + channel;
      float* out = products + tile * Key.lanes;
      const auto run = [&]<int Tiles, int... row>(std::integral_constant<int, Tiles>,
                                                  std::integer_sequence<int, row...>) HWY_ATTR {
        (plain_tile<Key.of(Tiles), row>(count, channel == 0, in + row * points * Key.input_point, weights,
                                        out + row * points * Key.product_point),
         ...);
      };
      const auto each_row = std::make_integer_sequence<int, Key.shape.rows.points()>{};
      if (tiles - tile >= Key.tiles)
        run(std::integral_constant<int, Key.tiles>{}, each_row);
      else if constexpr (Rest > 0)
        run(std::integral_constant<int, Rest>{}, each_row);
    }
    weights += count * 9 * Key.lanes;
  }
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
