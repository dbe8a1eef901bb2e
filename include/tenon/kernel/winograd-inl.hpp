// Winograd convolution along the rows, vectors along output channels: M output rows at a time.
//
//   transform   for each point t:  v[t] = sum over k of B^T[t][k] * input row (r + k)      element by element
//   multiply    for each point t:  m[t] = direct convolution of v[t] with u[t], one row high
//   combine     output row r + j = bias + sum over t of A^T[j][t] * m[t];  then the epilogue, in registers
//
// The transformed rows of M output rows stay in the cache, the products of a tile on the stack.
//   panel of a block of output channels:  bias[vectors * lanes], then u[t][tap][vectors * lanes]
#if defined(TENON_KERNEL_WINOGRAD_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_WINOGRAD_INL_HPP
#undef TENON_KERNEL_WINOGRAD_INL_HPP
#else
#define TENON_KERNEL_WINOGRAD_INL_HPP
#endif

#include "tenon/kernel/direct-inl.hpp"
#include "tenon/kernel/winograd_axis-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// v = B^T d for the input rows of the output rows of one tile. `in` is the first of them; the last is `last`
/// rows further.
template <winograd_axis Axis, numerics How>
HWY_NOINLINE void winograd_transform(const winograd_layer& l, const float* in, index last,
                                     float* HWY_RESTRICT out) {
  constexpr int points = Axis.points();
  const tag<isa.lanes, How> d;
  using V = vec<isa.lanes>;
  // Stores might change what lies in memory, as far as the compiler knows.
  const index stretch = l.stretch, stretch_step = l.in_stretch_step, point_step = l.point_step;
  index row[points];  // where each input row lies
  TENON_UNROLL
  for (int k = 0; k < points; ++k) row[k] = (k < last ? k : last) * l.in_row_step;
  const auto left = static_cast<std::size_t>(stretch % isa.lanes);
  const index whole = stretch - stretch % isa.lanes;
  for (index s = l.stretches; s > 0; --s, in += stretch_step, out += stretch) {
    V x[points], y[points];
    for (index i = 0; i < whole; i += isa.lanes) {
      TENON_UNROLL
      for (int k = 0; k < points; ++k) x[k] = hn::LoadU(d, in + row[k] + i);
      transform_inputs<Axis>(d, x, y);
      TENON_UNROLL
      for (int t = 0; t < points; ++t) hn::StoreU(y[t], d, out + t * point_step + i);
    }
    if (left == 0) continue;
    TENON_UNROLL
    for (int k = 0; k < points; ++k) x[k] = load_first(d, in + row[k] + whole, left);
    transform_inputs<Axis>(d, x, y);
    TENON_UNROLL
    for (int t = 0; t < points; ++t) store_first(y[t], d, out + t * point_step + whole, left);
  }
}

/// One tile of rows, or of the first of them. `in` is v[0] under the first tap of the first column. Where
/// the weights of a whole row of `Slide` taps fit the registers, an input is loaded once for all of them:
/// column c needs inputs c .. c + Slide - 1. Slide = 0: tap by tap.
template <direct_key Key, winograd_axis Axis, int Slide>
HWY_NOINLINE void winograd_tile(const direct_layer& l, const float* HWY_RESTRICT in,
                                const float* HWY_RESTRICT panel, const float* residual, float* out,
                                const float* ahead) {
  constexpr tile t = Key.shape;
  constexpr int points = Axis.points(), vectors = t.vectors, sums = t.columns * vectors;
  const tag<t.lanes, Key.numbers> d;
  using V = vec<t.lanes>;
  const float* const bias = panel;
  panel += t.channels();

  V products[points * sums];
  for (int point = 0; point < points; ++point) {
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
    TENON_UNROLL
    for (int i = 0; i < sums; ++i) products[point * sums + i] = acc[i];
  }

  V y[Axis.outputs * sums];
  for (int i = 0; i < sums; ++i) {
    V m[points], rows[Axis.outputs];
    TENON_UNROLL
    for (int point = 0; point < points; ++point) m[point] = products[point * sums + i];
    combine_products<Axis>(d, m, rows);
    const V start = hn::LoadU(d, bias + (i % vectors) * t.lanes);
    TENON_UNROLL
    for (int row = 0; row < t.rows; ++row) y[row * sums + i] = hn::Add(rows[row], start);
  }
  finish_tile<Key>(l, y, residual, out);
}

/// All tiles of a layer. `tiles[rest of block][rest of rows][rest of columns]` are the micro-kernels;
/// `points` holds the transformed rows of one tile's output rows.
template <winograd_axis Axis, numerics How>
void winograd(const direct_layer& l, const winograd_layer& rows, const direct_tiles& tiles, const float* in,
              const float* packed, const float* residual, float* out, float* points) {
  for (index row = 0; row < l.rows; row += Axis.outputs) {
    // Inputs below those of the last row would not be there and are not used.
    const index count = l.rows - row < Axis.outputs ? l.rows - row : Axis.outputs;
    const index last = (count - 1) * Axis.stride + Axis.taps - 1;
    winograd_transform<Axis, How>(rows, in + row * rows.in_tile_step, last, points);
    const float* panel = packed;
    index done = 0;
    for (index block = 0; block < l.blocks + l.rest_block; ++block) {
      const bool rest = block == l.blocks;
      const auto& line = tiles.run[rest][count < Axis.outputs];
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
