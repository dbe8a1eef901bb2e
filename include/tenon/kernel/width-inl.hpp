// Direct convolution with few output channels, vectors along the width.
//
//   out[oc][r][c] = pool(act(bias[oc] + sum over taps t of w[t][oc] * in[r][c .. c + lanes][t]))
//
// With 6 output channels a vector of 16 lanes along the channels would idle ten of them; a row of 28 pixels
// fills two vectors to 28 of 32. The micro-kernel keeps rows x vectors x channels accumulators; for each tap
// it loads rows x vectors unaligned vectors of input and multiplies them with one broadcast weight per
// channel. The last vector of a row may reach past the row; those lanes are computed from whatever lies there
// (buffers have slack) and not stored.
//   panel of a block of output channels:  bias[channels], then w[tap][channels] for each tap
#if defined(TENON_KERNEL_WIDTH_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_WIDTH_INL_HPP
#undef TENON_KERNEL_WIDTH_INL_HPP
#else
#define TENON_KERNEL_WIDTH_INL_HPP
#endif

#include "tenon/kernel/vector-inl.hpp"
#include "tenon/kernel/width.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

template <class D>
HWY_INLINE void store_columns(hn::Vec<D> v, D d, float* to, index count) {
  const index lanes = static_cast<index>(hn::Lanes(d));
  if (count >= lanes)
    hn::StoreU(v, d, to);
  else if (count > 0)
    store_first(v, d, to, static_cast<size_t>(count));
}

/// One tile of at most vectors * lanes columns, of which `columns` exist.
template <width_key Key>
HWY_NOINLINE void width_tile_run(const width_layer& l, const float* HWY_RESTRICT in,
                                 const float* HWY_RESTRICT panel, index columns, float* HWY_RESTRICT out) {
  constexpr width_tile t = Key.shape;
  constexpr epilogue e = Key.after;
  constexpr int lanes = isa.lanes, sums = t.rows * t.vectors;
  const tag<lanes, Key.numbers> d;
  using V = vec<lanes>;

  V acc[t.channels * sums];  // [channel][row][vector]
  TENON_UNROLL
  for (int i = 0; i < t.channels * sums; ++i) acc[i] = hn::Set(d, panel[i / sums]);
  panel += t.channels;

  for (index channel = 0; channel < l.tap_channels; ++channel) {
    for (index row = 0; row < l.tap_rows; ++row) {
      const float* HWY_RESTRICT x = in + channel * l.tap_channel_step + row * l.tap_row_step;
      for (index column = 0; column < l.tap_columns; ++column) {
        V value[sums];
        TENON_UNROLL
        for (int i = 0; i < sums; ++i)
          value[i] = hn::LoadU(d, x + (i / t.vectors) * l.row_step + (i % t.vectors) * lanes);
        TENON_UNROLL
        for (int c = 0; c < t.channels; ++c) {
          const V w = hn::Set(d, panel[c]);
          TENON_UNROLL
          for (int i = 0; i < sums; ++i) acc[c * sums + i] = mul_add(d, value[i], w, acc[c * sums + i]);
        }
        panel += t.channels;
        x += l.tap_column_step;
      }
    }
  }

  if constexpr (!e.pool_first) {
    TENON_UNROLL
    for (int i = 0; i < t.channels * sums; ++i) acc[i] = activate<e.act>(d, acc[i]);
  }
  constexpr int lines = t.rows / e.pool_rows;
  TENON_UNROLL
  for (int i = 0; i < t.channels * lines; ++i) {
    const int c = i / lines, r = i % lines;
    float* to = out + c * l.out_channel_step + r * l.out_row_step;
    V* line = acc + c * sums + r * e.pool_rows * t.vectors;
    if constexpr (e.pool == pooling::none) {
      TENON_UNROLL
      for (int v = 0; v < t.vectors; ++v) store_columns(line[v], d, to + v * lanes, columns - v * lanes);
    } else {
      const auto join = [&](V a, V b)
                            HWY_ATTR { return e.pool == pooling::max ? larger(d, a, b) : hn::Add(a, b); };
      TENON_UNROLL
      for (int k = 0; k < (e.pool_rows - 1) * t.vectors; ++k)
        line[k % t.vectors] = join(line[k % t.vectors], line[k + t.vectors]);
      // Pairs of columns: even lanes meet odd lanes, and two vectors become one.
      TENON_UNROLL
      for (int pair = 0; pair < (t.vectors + 1) / 2; ++pair) {
        const bool two = 2 * pair + 1 < t.vectors;
        const V lo = line[2 * pair], hi = line[2 * pair + two];
        V y = join(even_lanes(d, lo, hi), odd_lanes(d, lo, hi));
        if constexpr (e.pool == pooling::average) y = mul(d, y, hn::Set(d, 0.5f / e.pool_rows));
        if constexpr (e.pool_first) y = activate<e.act>(d, y);
        const index whole = two ? lanes : lanes / 2, left = columns / 2 - pair * lanes;
        store_columns(y, d, to + pair * lanes, left < whole ? left : whole);
      }
    }
  }
}

inline void width(const width_layer& l, const width_tiles& tiles, const float* in, const float* packed,
                  float* out) {
  for (index channel = 0; channel < l.channels; channel += l.tile_channels) {
    const auto& block = tiles.run[l.channels - channel < l.tile_channels];
    for (index row = 0; row < l.rows; row += l.tile_rows) {
      const auto tile = block[l.rows - row < l.tile_rows];
      for (index column = 0; column < l.columns; column += l.tile_columns)
        tile(l, in + row * l.row_step + column, packed, l.columns - column,
             out + row / l.pool_rows * l.out_row_step + column / l.pool_columns);
    }
    packed += l.tile_channels * (1 + l.tap_rows * l.tap_columns * l.tap_channels);
    out += l.tile_channels * l.out_channel_step;
  }
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
