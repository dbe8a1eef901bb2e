// Winograd convolution along the rows, vectors along output channels: two output rows at a time.
//
//   transform   for each point t:  v[t] = sum over k of B^T[t][k] * input row (r + k)      element by element
//   multiply    for each point t:  m[t] = direct convolution of v[t] with u[t], one row high
//   combine     output row r + j = bias + sum over t of A^T[j][t] * m[t];  then the epilogue, in registers
//
// The transformed rows of one pair of output rows stay in the L1 cache. Points are summed one after the other
// into the two rows of a tile, so that only one point's accumulators need registers.
//   panel of a block of output channels:  bias[vectors * lanes], then u[t][tap][vectors * lanes]
#if defined(TENON_KERNEL_WINOGRAD_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_WINOGRAD_INL_HPP
#undef TENON_KERNEL_WINOGRAD_INL_HPP
#else
#define TENON_KERNEL_WINOGRAD_INL_HPP
#endif

#include "tenon/kernel/direct-inl.hpp"
#include "tenon/kernel/winograd.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// v = B^T d for the input rows of one pair of output rows. `in` is the first of them; the last is `last`
/// rows further.
template <int R, numerics How>
HWY_NOINLINE void winograd_transform(const winograd_layer& l, const float* in, index last,
                                     float* HWY_RESTRICT out) {
  static constexpr winograd_matrices<2, R> m;
  const tag<isa.lanes, How> d;
  using V = vec<isa.lanes>;
  const auto columns = [&](auto load, auto store) HWY_ATTR {
    V x[R + 1];
    TENON_UNROLL
    for (int k = 0; k <= R; ++k) x[k] = load(in + (k < last ? k : last) * l.in_row_step);
    TENON_UNROLL
    for (int t = 0; t <= R; ++t) {
      V sum = hn::Zero(d);
      bool empty = true;
      TENON_UNROLL
      for (int k = 0; k <= R; ++k) {
        if (m.b[t][k] == 0) continue;
        const V factor = hn::Set(d, static_cast<float>(m.b[t][k]));
        sum = empty ? (m.b[t][k] == 1 ? x[k] : mul(d, factor, x[k])) : mul_add(d, factor, x[k], sum);
        empty = false;
      }
      store(sum, out + t * l.point_step);
    }
  };
  for (index s = 0; s < l.stretches; ++s, in += l.in_stretch_step, out += l.stretch) {
    index i = 0;
    for (; i + isa.lanes <= l.stretch; i += isa.lanes)
      columns([&](const float* from) HWY_ATTR { return hn::LoadU(d, from + i); },
              [&](V v, float* to) HWY_ATTR { hn::StoreU(v, d, to + i); });
    if (const auto left = static_cast<size_t>(l.stretch - i); left > 0)
      columns([&](const float* from) HWY_ATTR { return load_first(d, from + i, left); },
              [&](V v, float* to) HWY_ATTR { store_first(v, d, to + i, left); });
  }
}

/// One tile of two rows, or of the first of them. `in` is v[0] under the first tap of the first column. Where
/// the weights of a whole row of `Slide` taps fit the registers, an input is loaded once for all of them:
/// column c needs inputs c .. c + Slide - 1. Slide = 0: tap by tap.
template <direct_key Key, int R, int Slide>
HWY_NOINLINE void winograd_tile(const direct_layer& l, const float* HWY_RESTRICT in,
                                const float* HWY_RESTRICT panel, const float* residual,
                                float* HWY_RESTRICT out, const float* ahead) {
  static constexpr winograd_matrices<2, R> m;
  constexpr tile t = Key.shape;
  constexpr int vectors = t.vectors, sums = t.columns * vectors;
  const tag<t.lanes, Key.numbers> d;
  using V = vec<t.lanes>;

  V y[2 * sums];
  TENON_UNROLL
  for (int i = 0; i < 2 * sums; ++i) y[i] = hn::LoadU(d, panel + (i % vectors) * t.lanes);
  panel += t.channels();

  for (int point = 0; point <= R; ++point) {
    V acc[sums];
    TENON_UNROLL
    for (int i = 0; i < sums; ++i) acc[i] = hn::Zero(d);
    if constexpr (Slide > 0) {
      const float* HWY_RESTRICT x = in + point * l.tap_row_step;
      const index tap = l.tap_channels * t.channels();
      for (index channel = 0; channel < l.tap_channels; ++channel) {
        V w[Slide * vectors];
        TENON_UNROLL
        for (int i = 0; i < Slide * vectors; ++i)
          w[i] = hn::LoadU(d, panel + (i / vectors) * tap + (i % vectors) * t.lanes);
        TENON_UNROLL
        for (int c = 0; c < t.columns + Slide - 1; ++c) {
          const V value = hn::Set(d, x[c * (t.columns > 1 ? Key.column_step : l.tap_column_step)]);
          TENON_UNROLL
          for (int k = 0; k < Slide; ++k) {
            if (c - k < 0 || c - k >= t.columns) continue;
            TENON_UNROLL
            for (int v = 0; v < vectors; ++v)
              acc[(c - k) * vectors + v] = mul_add(d, value, w[k * vectors + v], acc[(c - k) * vectors + v]);
          }
        }
        panel += t.channels();
        x += l.tap_channel_step;
      }
      panel += (Slide - 1) * tap;
    } else {
      panel = add_taps<Key, t.columns>(l, 1, in + point * l.tap_row_step, panel, acc, ahead);
    }
    for (int row = 0; row < 2; ++row) {
      if (m.a[row][point] == 0) continue;
      const V factor = hn::Set(d, static_cast<float>(m.a[row][point]));
      V* HWY_RESTRICT sum = y + row * sums;
      TENON_UNROLL
      for (int i = 0; i < sums; ++i) sum[i] = mul_add(d, acc[i], factor, sum[i]);
    }
  }
  finish_tile<Key>(l, y, residual, out);
}

/// All tiles of a layer. `tiles[rest of block][rest of rows][rest of columns]` are the micro-kernels;
/// `points` holds the transformed rows of one pair of output rows.
template <int R, numerics How>
void winograd(const direct_layer& l, const winograd_layer& rows, const direct_tiles& tiles, const float* in,
              const float* packed, const float* residual, float* out, float* points) {
  for (index row = 0; row < l.rows; row += 2) {
    // The last row of an odd map has no second one; the input below it would not be there and is not used.
    const index last = row + 1 < l.rows ? R : R - 1;
    winograd_transform<R, How>(rows, in + row * rows.in_row_step, last, points);
    const float* panel = packed;
    index done = 0;
    for (index block = 0; block < l.blocks + l.rest_block; ++block) {
      const bool rest = block == l.blocks;
      const auto& line = tiles.run[rest][row + 1 == l.rows];
      const float* residual_row = residual + row * l.residual_row_step + done;
      float* out_row = out + row / l.pool_rows * l.out_row_step + done;
      for (index column = 0; column < l.columns; column += l.tile_columns)
        line[l.columns - column < l.tile_columns](l, points + rows.first_tap + column * l.column_step, panel,
                                                  residual_row + column * l.residual_column_step,
                                                  out_row + column / l.pool_columns * l.out_column_step,
                                                  nullptr);
      panel += rest ? l.rest_panel : l.panel;
      done += l.block_channels;
    }
  }
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
