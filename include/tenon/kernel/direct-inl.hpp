// Direct and depthwise convolution, vectors along output channels.
//
//   out[r][c][oc] = pool(act(bias[oc] + residual[r][c][oc] + sum over taps t of w[t][oc] * in[r][c][t]))
//
// The micro-kernel keeps rows x columns x vectors accumulators in registers; for each tap it loads `vectors`
// vectors of weights once and multiplies them with one broadcast input per pixel:
//
//              vectors (output channels)
//             +------+------+
//   pixel 0 x | acc  | acc  |    x = in[pixel * column_step], the same for all lanes
//   pixel 1 x | acc  | acc  |
//      ...    +------+------+
//              w[tap] loaded once for all pixels
//
// In a depthwise convolution x is a vector, too: every channel has an input of its own.
//
// A tap is one (row, column, input channel) of the filter; their order is that of the packed weights:
//   panel of a block of output channels:  bias[vectors * lanes], then w[tap][vectors * lanes] for each tap
#if defined(TENON_KERNEL_DIRECT_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#  ifdef TENON_KERNEL_DIRECT_INL_HPP
#    undef TENON_KERNEL_DIRECT_INL_HPP
#  else
#    define TENON_KERNEL_DIRECT_INL_HPP
#  endif

#  include "tenon/kernel/direct.hpp"
#  include "tenon/kernel/vector-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// Epilogue and store of a tile of accumulators: acc[pixel * vectors + vector].
template <direct_key Key, class V>
HWY_INLINE void finish_tile(const direct_layer& l, V* acc, const float* residual, float* out) {
  constexpr tile t = Key.shape;
  constexpr epilogue e = Key.after;
  constexpr int wr = e.pool_rows, wc = e.pool_columns;
  const tag<t.lanes> d;
  const auto each = [&](auto row, auto column, auto vector)
                        HWY_ATTR -> V& { return acc[(row * t.columns + column) * t.vectors + vector]; };
  unrolled<t.pixels()>([&](auto pixel) HWY_ATTR {
    unrolled<t.vectors>([&](auto v) HWY_ATTR {
      V& x = acc[pixel * t.vectors + v];
      if constexpr (e.residual) {
        const float* from = residual + (pixel / t.columns) * l.residual_row_step +
                            (pixel % t.columns) * l.residual_column_step + v * t.lanes;
        if constexpr (Key.partial && v == t.vectors - 1)
          x = hn::Add(x, load_first(d, from, l.last_lanes));
        else
          x = hn::Add(x, hn::LoadU(d, from));
      }
      if constexpr (!e.pool_first) x = activate<e.act>(d, x, l.slope);
    });
  });
  constexpr int out_rows = t.rows / wr, out_columns = t.columns / wc;
  unrolled<out_rows * out_columns>([&](auto window) HWY_ATTR {
    constexpr int row = window / out_columns, column = window % out_columns;
    unrolled<t.vectors>([&](auto v) HWY_ATTR {
      V y = each(row * wr, column * wc, int(v));
      if constexpr (e.pool != pooling::none) {
        unrolled<wr * wc - 1>([&](auto i) HWY_ATTR {
          constexpr int at = i + 1;
          const V x = each(row * wr + at / wc, column * wc + at % wc, int(v));
          y = e.pool == pooling::max ? hn::Max(y, x) : hn::Add(y, x);
        });
        if constexpr (e.pool == pooling::average) y = hn::Mul(y, hn::Set(d, 1.0f / (wr * wc)));
        if constexpr (e.pool_first) y = activate<e.act>(d, y, l.slope);
      }
      float* to = out + row * l.out_row_step + column * l.out_column_step + v * t.lanes;
      if constexpr (Key.partial && v == t.vectors - 1)
        store_first(y, d, to, l.last_lanes);
      else
        hn::StoreU(y, d, to);
    });
  });
}

/// One tile. `in` is the input under the first tap of the first pixel, `panel` the packed weights of the
/// block.
template <direct_key Key>
HWY_NOINLINE void direct_tile(const direct_layer& l, const float* HWY_RESTRICT in,
                              const float* HWY_RESTRICT panel, const float* residual,
                              float* HWY_RESTRICT out) {
  constexpr tile t = Key.shape;
  const tag<t.lanes> d;
  using V = vec<t.lanes>;

  V acc[t.pixels() * t.vectors];
  unrolled<t.pixels() * t.vectors>(
      [&](auto i) HWY_ATTR { acc[i] = hn::LoadU(d, panel + (i % t.vectors) * t.lanes); });
  panel += t.channels();

  for (index row = 0; row < l.tap_rows; ++row) {
    for (index column = 0; column < l.tap_columns; ++column) {
      const float* HWY_RESTRICT x = in + row * l.tap_row_step + column * l.tap_column_step;
      for (index channel = 0; channel < l.tap_channels; ++channel) {
        V w[t.vectors];
        unrolled<t.vectors>([&](auto v) HWY_ATTR { w[v] = hn::LoadU(d, panel + v * t.lanes); });
        unrolled<t.pixels()>([&](auto pixel) HWY_ATTR {
          constexpr index at = (pixel / t.columns) * Key.row_step + (pixel % t.columns) * Key.column_step;
          V value;
          if constexpr (!Key.depthwise) value = hn::Set(d, x[at]);
          unrolled<t.vectors>([&](auto v) HWY_ATTR {
            if constexpr (Key.depthwise && Key.partial && v == t.vectors - 1)
              value = load_first(d, x + at + v * t.lanes, l.last_lanes);
            else if constexpr (Key.depthwise)
              value = hn::LoadU(d, x + at + v * t.lanes);
            V& sum = acc[pixel * t.vectors + v];
            sum = hn::MulAdd(value, w[v], sum);
          });
        });
        panel += t.channels();
        x += l.tap_channel_step;
      }
    }
  }
  finish_tile<Key>(l, acc, residual, out);
}

/// All tiles of a layer. `tiles[rest of block][rest of rows][rest of columns]` are the micro-kernels.
inline void direct(const direct_layer& l, const direct_tiles& tiles, const float* in, const float* packed,
                   const float* residual, float* out) {
  for (index group = 0; group < l.groups; ++group) {
    for (index block = 0; block < l.blocks + l.rest_block; ++block) {
      const bool rest = block == l.blocks;
      for (index row = 0; row < l.rows; row += l.tile_rows) {
        const auto& line = tiles.run[rest][l.rows - row < l.tile_rows];
        const float* in_row = in + row * l.row_step;
        const float* residual_row = residual + row * l.residual_row_step;
        float* out_row = out + row / l.pool_rows * l.out_row_step;
        for (index column = 0; column < l.columns; column += l.tile_columns)
          line[l.columns - column < l.tile_columns](l, in_row + column * l.column_step, packed,
                                                    residual_row + column * l.residual_column_step,
                                                    out_row + column / l.pool_columns * l.out_column_step);
      }
      packed += rest ? l.rest_panel : l.panel;
      const index done = rest ? l.group_channels - l.blocks * l.block_channels : l.block_channels;
      residual += done;
      out += done;
      if (l.depthwise) in += done;
    }
    in += l.group_step;
  }
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
