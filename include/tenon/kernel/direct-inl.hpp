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
// Where vectors would not be full or loads take longer than sums (24 channels by vectors of 16), two lanes
// side by side belong to one channel, one for even taps and one for odd ones, and are added in the end. One
// load then is the input of two taps:
//
//             +------+------+------+
//   pixel 0 x | acc  | acc  | acc  |    x = in[pixel * column_step + tap % 2]
//   pixel 1 x | acc  | acc  | acc  |
//      ...    +------+------+------+
//              w[tap], w[tap + 1] of 8 channels each
//
// In a depthwise convolution x is a vector, too: every channel has an input of its own, and vectors of inputs
// are loaded once for all outputs of a row that they take part in.
//
// A tap is one (row, column, input channel) of the filter; their order is that of the packed weights:
//   panel of a block of output channels:  bias[channels], then w[tap][channels] for each tap
//                                         (of two taps in a vector: w[tap / 2][channel][tap % 2])
#if defined(TENON_KERNEL_DIRECT_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_DIRECT_INL_HPP
#undef TENON_KERNEL_DIRECT_INL_HPP
#else
#define TENON_KERNEL_DIRECT_INL_HPP
#endif

#include <hwy/cache_control.h>

#include <numeric>

#include "tenon/kernel/direct.hpp"
#include "tenon/kernel/piece.hpp"
#include "tenon/kernel/vector-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// Epilogue and store of a tile of accumulators: acc[pixel * vectors + vector]. `out` may be `residual`.
template <direct_key Key, class V>
HWY_INLINE void finish_tile(const direct_layer& l, V* acc, const float* residual, float* out) {
  constexpr tile t = Key.shape;
  constexpr epilogue e = Key.after;
  constexpr int wr = e.pool_rows, wc = e.pool_columns;
  const tag<t.lanes, Key.numbers> d;
  // Stores might change what lies in memory, as far as the compiler knows.
  const index out_row_step = l.out_row_step, out_column_step = l.out_column_step;
  const std::size_t last_lanes = l.last_lanes;
  constexpr int pixels = t.pixels(), vectors = t.vectors;
  TENON_UNROLL
  for (int i = 0; i < pixels * vectors; ++i) {
    const int pixel = i / vectors, v = i % vectors;
    if constexpr (e.residual) {
      const float* from = residual + (pixel / t.columns) * l.residual_row_step +
                          (pixel % t.columns) * l.residual_column_step + v * t.lanes;
      acc[i] = hn::Add(
          acc[i], Key.partial && v == vectors - 1 ? load_first(d, from, last_lanes) : hn::LoadU(d, from));
    }
    if constexpr (!e.pool_first) acc[i] = activate<e.act>(d, acc[i]);
  }
  constexpr int out_columns = t.columns / wc, windows = t.rows / wr * out_columns;
  TENON_UNROLL
  for (int i = 0; i < windows * vectors; ++i) {
    const int row = i / vectors / out_columns, column = i / vectors % out_columns, v = i % vectors;
    V y = acc[(row * wr * t.columns + column * wc) * vectors + v];
    if constexpr (e.pool != pooling::none) {
      TENON_UNROLL
      for (int k = 1; k < wr * wc; ++k) {
        const V x = acc[((row * wr + k / wc) * t.columns + column * wc + k % wc) * vectors + v];
        y = e.pool == pooling::max ? larger(d, y, x) : hn::Add(y, x);
      }
      if constexpr (e.pool == pooling::average) y = mul(d, y, hn::Set(d, 1.0f / (wr * wc)));
      if constexpr (e.pool_first) y = activate<e.act>(d, y);
    }
    float* to = out + row * out_row_step + column * out_column_step + v * t.lanes;
    if (Key.partial && v == vectors - 1)
      store_first(y, d, to, last_lanes);
    else
      hn::StoreU(y, d, to);
  }
}

/// acc[pixel * vectors + vector] from where it lies in the output, or back to there.
template <direct_key Key, class V, class F>
HWY_INLINE void each_sum(const direct_layer& l, V* acc, float* out, F&& f) {
  constexpr tile t = Key.shape;
  constexpr int sums = t.pixels() * t.vectors;
  TENON_UNROLL
  for (int i = 0; i < sums; ++i) {
    const int pixel = i / t.vectors;
    f(acc[i], out + (pixel / t.columns) * l.out_row_step + (pixel % t.columns) * l.out_column_step +
                  i % t.vectors * t.lanes);
  }
}

/// Asks for the memory that a tile will write when it has its sums: it may be far away, and stores wait for
/// it.
template <direct_key Key>
HWY_INLINE void fetch_outputs(const direct_layer& l, const float* out) {
  constexpr tile t = Key.shape;
  constexpr epilogue e = Key.after;
  constexpr int out_columns = t.columns / e.pool_columns, windows = t.rows / e.pool_rows * out_columns;
  TENON_UNROLL
  for (int i = 0; i < windows * t.vectors; ++i) {
    const int row = i / t.vectors / out_columns, column = i / t.vectors % out_columns, v = i % t.vectors;
    hwy::Prefetch(out + row * l.out_row_step + column * l.out_column_step + v * t.lanes);
  }
}

/// A tile's own weights are asked for so many elements ahead, more than a load from L2 takes: 3 to 7 % less
/// time where panels do not stay in the L1 cache (Intel Ice Lake).
inline constexpr index stream_distance = 256;

/// acc[pixel * vectors + vector] += sum over `rows` rows of taps of w[tap] * x[pixel][tap], for the first
/// `Pixels` pixels of the tile; of two taps in each vector, the sums are in lanes side by side. `panel` is at
/// the weights of the first tap; returns the end of those it used.
template <direct_key Key, int Pixels, class V>
HWY_INLINE const float* add_taps(const direct_layer& l, index rows, const float* HWY_RESTRICT in,
                                 const float* HWY_RESTRICT panel, V* acc, const float*& ahead) {
  constexpr tile t = Key.shape;
  constexpr int vectors = t.vectors, together = t.lanes_per_channel;
  const tag<t.lanes, Key.numbers> d;
  for (index row = 0; row < rows; ++row) {
    for (index column = 0; column < l.tap_columns; ++column) {
      const float* HWY_RESTRICT x = in + row * l.tap_row_step + column * l.tap_column_step;
      for (index channel = 0; channel < l.tap_channels; channel += together) {
        if constexpr (Key.fetches) {
          hwy::Prefetch(ahead);
          ahead += together * l.ahead_step;
        }
        if constexpr (Key.streams) {
          constexpr index lines = pieces(vectors * t.lanes, 16);
          TENON_UNROLL
          for (index line = 0; line < lines; ++line) hwy::Prefetch(panel + stream_distance + line * 16);
        }
        V w[vectors];
        TENON_UNROLL
        for (int v = 0; v < vectors; ++v) w[v] = hn::LoadU(d, panel + v * t.lanes);
        TENON_UNROLL
        for (int pixel = 0; pixel < Pixels; ++pixel) {
          const float* at = x + (pixel / t.columns) * Key.row_step + (pixel % t.columns) * Key.column_step;
          V value;
          if constexpr (together == 2)
            value = broadcast_two(d, at);
          else
            value = hn::Set(d, *at);
          TENON_UNROLL
          for (int v = 0; v < vectors; ++v)
            acc[pixel * vectors + v] = mul_add(d, value, w[v], acc[pixel * vectors + v]);
        }
        panel += vectors * t.lanes;
        x += together * l.tap_channel_step;
      }
    }
  }
  return panel;
}

/// One tile of two taps in each vector.
template <direct_key Key>
HWY_NOINLINE void direct_tile_by_twos(const direct_layer& l, const float* HWY_RESTRICT in, const float* panel,
                                      const float* residual, float* HWY_RESTRICT out, const float* ahead) {
  constexpr tile t = Key.shape;
  constexpr direct_key stored = [] {
    direct_key key = Key;
    key.shape.vectors = Key.shape.stored_vectors(), key.shape.lanes_per_channel = 1;
    return key;
  }();
  constexpr int pixels = t.pixels(), sums = pixels * t.vectors, vectors = stored.shape.vectors;
  const tag<t.lanes, Key.numbers> d;
  using V = vec<t.lanes>;
  V acc[sums], y[pixels * vectors];
  TENON_UNROLL
  for (int i = 0; i < sums; ++i) acc[i] = hn::Zero(d);
  if constexpr (Key.fetches_outputs) fetch_outputs<stored>(l, out);
  const float* weights = panel + t.channels();
  for (index plane = 0; plane < l.tap_planes; ++plane)
    weights = add_taps<Key, pixels>(l, l.tap_rows, in + plane * l.tap_plane_step, weights, acc, ahead);
  TENON_UNROLL
  for (int pixel = 0; pixel < pixels; ++pixel) {
    TENON_UNROLL
    for (int v = 0; v < vectors; ++v) {
      const V lower = acc[pixel * t.vectors + 2 * v];
      V upper = hn::Zero(d);
      if (2 * v + 1 < t.vectors) upper = acc[pixel * t.vectors + 2 * v + 1];
      // Behind the last channel's bias lie weights; what becomes of them is not stored.
      y[pixel * vectors + v] = hn::Add(hn::Add(even_lanes(d, lower, upper), odd_lanes(d, lower, upper)),
                                       hn::LoadU(d, panel + v * t.lanes));
    }
  }
  finish_tile<stored>(l, y, residual, out);
}

/// One tile. `in` is the input under the first tap of the first pixel, `panel` the packed weights of the
/// block, `ahead` those to ask for meanwhile.
template <direct_key Key>
HWY_NOINLINE void direct_tile(const direct_layer& l, const float* HWY_RESTRICT in, const float* panel,
                              const float* residual, float* HWY_RESTRICT out, const float* ahead) {
  constexpr tile t = Key.shape;
  const tag<t.lanes, Key.numbers> d;
  using V = vec<t.lanes>;
  constexpr int vectors = t.vectors, sums = t.pixels() * vectors;
  V acc[sums];
  TENON_UNROLL
  for (int i = 0; i < sums; ++i)
    acc[i] = Key.biased ? hn::LoadU(d, panel + (i % vectors) * t.lanes) : hn::Zero(d);
  if constexpr (Key.biased) panel += t.channels();
  if constexpr (Key.taps == addends::more || Key.taps == addends::last)
    each_sum<Key>(l, acc, out, [&](V& sum, const float* at) HWY_ATTR { sum = hn::LoadU(d, at); });
  if constexpr (Key.fetches_outputs) fetch_outputs<Key>(l, out);
  for (index plane = 0; plane < l.tap_planes; ++plane)
    panel = add_taps<Key, t.pixels()>(l, l.tap_rows, in + plane * l.tap_plane_step, panel, acc, ahead);
  if constexpr (Key.taps == addends::first || Key.taps == addends::more)
    each_sum<Key>(l, acc, out, [&](V sum, float* at) HWY_ATTR { hn::StoreU(sum, d, at); });
  else
    finish_tile<Key>(l, acc, residual, out);
}

/// The inputs of a row of a depthwise tile lie `unit` elements apart: column c and tap k take number
/// c * stride + k * dilation.
template <direct_key Key>
struct depthwise_row {
  static constexpr int columns = Key.shape.columns, vectors = Key.shape.vectors, taps = Key.depthwise;
  static constexpr index unit = std::gcd(Key.column_step, Key.tap_step);
  static constexpr int stride = static_cast<int>(Key.column_step / unit);
  static constexpr int dilation = static_cast<int>(Key.tap_step / unit);
  static constexpr int inputs = (columns - 1) * stride + (taps - 1) * dilation + 1;

  static constexpr bool is_used(int input) {
    for (int c = 0; c < columns; ++c)
      for (int k = 0; k < taps; ++k)
        if (c * stride + k * dilation == input) return true;
    return false;
  }

  /// x[input * vectors + vector] of the row at `from`.
  template <class D, class V>
  static HWY_INLINE void load(D d, const float* HWY_RESTRICT from, std::size_t last_lanes, V* x) {
    TENON_UNROLL
    for (int i = 0; i < inputs * vectors; ++i) {
      if (!is_used(i / vectors)) continue;
      const float* at = from + i / vectors * unit + i % vectors * Key.shape.lanes;
      x[i] = Key.partial && i % vectors == vectors - 1 ? load_first(d, at, last_lanes) : hn::LoadU(d, at);
    }
  }
};

/// One tile of a depthwise convolution, Key.depthwise taps of a row at a time: their weights are in
/// registers, and so are the inputs of a row, each of which is loaded once for all outputs that it takes part
/// in.
template <direct_key Key>
HWY_NOINLINE void depthwise_tile(const direct_layer& l, const float* HWY_RESTRICT in,
                                 const float* HWY_RESTRICT panel, const float* residual, float* out,
                                 const float*) {
  using inputs = depthwise_row<Key>;
  constexpr tile t = Key.shape;
  const tag<t.lanes, Key.numbers> d;
  using V = vec<t.lanes>;
  constexpr int vectors = t.vectors, taps = Key.depthwise, row_sums = t.columns * vectors;
  V x[inputs::inputs * vectors];
  V acc[t.rows * row_sums];
  TENON_UNROLL
  for (int i = 0; i < t.rows * row_sums; ++i) acc[i] = hn::LoadU(d, panel + (i % vectors) * t.lanes);
  TENON_UNROLL
  for (int r = 0; r < t.rows; ++r) {
    const float* HWY_RESTRICT weights = panel + t.channels();
    const float* HWY_RESTRICT at = in + r * Key.row_step;
    index tap = taps, row = 1, plane = 1;
    // Inputs are loaded at the end of a turn, for the next: of loads that are used in the block where they
    // stand, GCC 12 makes one in each use, and loads would take longer than sums.
    inputs::load(d, at, l.last_lanes, x);
    while (true) {
      V w[taps * vectors];
      TENON_UNROLL
      for (int i = 0; i < taps * vectors; ++i) w[i] = hn::LoadU(d, weights + i * t.lanes);
      TENON_UNROLL
      for (int k = 0; k < taps; ++k) {
        TENON_UNROLL
        for (int i = 0; i < row_sums; ++i) {
          V& sum = acc[r * row_sums + i];
          const int c = i / vectors, v = i % vectors;
          sum = mul_add(d, x[(c * inputs::stride + k * inputs::dilation) * vectors + v], w[k * vectors + v],
                        sum);
        }
      }
      weights += taps * t.channels();
      if (taps == 1 && tap < l.tap_channels) {
        ++tap, at += Key.tap_step;
      } else if (row < l.tap_rows) {
        at += l.tap_row_step - (tap - taps) * Key.tap_step;
        tap = taps, ++row;
      } else if (plane < l.tap_planes) {
        at = in + r * Key.row_step + plane * l.tap_plane_step;
        tap = taps, row = 1, ++plane;
      } else {
        break;
      }
      inputs::load(d, at, l.last_lanes, x);
    }
  }
  finish_tile<Key>(l, acc, residual, out);
}

/// One row of tiles of a depthwise convolution, as of a chain, a 1-D layer or a small part: all channels of a
/// tile before the next tile, as inputs lie in memory. (Where several rows of tiles follow one another, those
/// of a block of channels read inputs of the row before once more, and these are in the L1 cache.)
inline void depthwise_row_of_tiles(const direct_layer& l, const direct_tiles& tiles, const float* in,
                                   const float* packed, const float* residual, float* out) {
  const bool rest_row = l.rows < l.tile_rows;
  for (index column = 0; column < l.columns; column += l.tile_columns) {
    const bool rest_column = l.columns - column < l.tile_columns;
    const float* in_tile = in + column * l.column_step;
    const float* residual_tile = residual + column * l.residual_column_step;
    float* out_tile = out + column / l.pool_columns * l.out_column_step;
    for (index block = 0; block < l.blocks + l.rest_block; ++block) {
      const index channel = block * l.block_channels;
      tiles.run[block == l.blocks][rest_row][rest_column](l, in_tile + channel, packed + block * l.panel,
                                                          residual_tile + channel, out_tile + channel,
                                                          nullptr);
    }
  }
}

/// All tiles of a layer. `tiles[rest of block][rest of rows][rest of columns]` are the micro-kernels.
/// A layer without a residual may pass its output instead: it is not read.
inline void direct(const direct_layer& l, const direct_tiles& tiles, const float* in, const float* packed,
                   const float* residual, float* out) {
  if (l.depthwise && l.planes == 1 && l.rows <= l.tile_rows)
    return depthwise_row_of_tiles(l, tiles, in, packed, residual, out);
  const index ahead_step = l.taps() * l.ahead_step;
  for (index group = 0; group < l.groups; ++group) {
    for (index block = 0; block < l.blocks + l.rest_block; ++block) {
      const bool rest = block == l.blocks;
      const index panel = rest ? l.rest_panel : l.panel;
      const float* ahead = packed + panel;
      for (index plane = 0; plane < l.planes; ++plane) {
        for (index row = 0; row < l.rows; row += l.tile_rows) {
          const auto& line = tiles.run[rest][l.rows - row < l.tile_rows];
          const float* in_row = in + plane * l.plane_step + row * l.row_step;
          const float* residual_row = residual + plane * l.residual_plane_step + row * l.residual_row_step;
          float* out_row = out + plane * l.out_plane_step + row / l.pool_rows * l.out_row_step;
          for (index column = 0; column < l.columns; column += l.tile_columns) {
            line[l.columns - column < l.tile_columns](
                l, in_row + column * l.column_step, packed, residual_row + column * l.residual_column_step,
                out_row + column / l.pool_columns * l.out_column_step, ahead);
            ahead += ahead_step;
          }
        }
      }
      packed += panel;
      const index done = rest ? l.group_channels - l.blocks * l.block_channels : l.block_channels;
      residual += done;
      out += done;
      if (l.depthwise) in += done;
    }
    in += l.group_step;
  }
}

/// The same for a layer that is no constant, as a part of one: of such loops a network needs one copy.
inline HWY_NOINLINE void direct_part(const direct_layer& l, const direct_tiles& tiles, const float* in,
                                     const float* packed, const float* residual, float* out) {
  direct(l, tiles, in, packed, residual, out);
}

/// The same for one group, each row of the filter for all tiles of a block of channels before the next row.
/// The micro-kernels are those for the first row, for one that follows, and for the last one.
inline void direct_by_rows(const direct_layer& l, const direct_tiles& first, const direct_tiles& more,
                           const direct_tiles& last, const float* in, const float* packed,
                           const float* residual, float* out) {
  direct_layer part = l;
  part.tap_rows = 1;
  for (index block = 0; block < l.blocks + l.rest_block; ++block) {
    part.rest_block = block == l.blocks;
    part.blocks = 1 - part.rest_block;
    const index panel = part.rest_block ? l.rest_panel : l.panel, biases = panel / (1 + l.taps());
    for (index row = 0; row < l.tap_rows; ++row) {
      part.panel = part.rest_panel = (panel - biases) / l.tap_rows + (row == 0 ? biases : 0);
      part.fetch_ahead();
      const direct_tiles& rest = row + 1 < l.tap_rows ? more : last;
      direct(part, row == 0 ? first : rest, in + row * l.tap_row_step, packed, residual, out);
      packed += part.panel;
    }
    residual += l.block_channels;
    out += l.block_channels;
  }
}

/// The same, a turn after the other. Only the first one asks for weights ahead: after it they are near.
inline void direct_by_turns(const direct_layer& l, const turn& t, const direct_tiles& tiles, const float* in,
                            const float* packed, const float* residual, float* out) {
  const int count = t.count(l);
  for (int part = 0; part < count; ++part) {
    piece<direct_layer> p = piece_of(l, {{t.axis, count}, part});
    if (part > 0) p.layer.ahead_step = 0;
    direct(p.layer, tiles, in + p.in, packed, residual + p.residual, out + p.out);
  }
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
