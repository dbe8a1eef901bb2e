// F1. What a micro-kernel is compiled for, as small keys of plain numbers, and how its register tile is
// chosen.
#pragma once

#include "tenon/activation.hpp"
#include "tenon/shape.hpp"

namespace tenon {

/// What a pool makes of a window: l1, l2 and l3 are (sum of |x|^P)^(1/P), linf is the largest |x|.
enum class pooling : unsigned char { none, max, average, l1, l2, l3, linf };
/// What two feature maps are joined by.
enum class joining : unsigned char { sum, difference, product, maximum };

/// How a network computes.
///   standard      sums in the order and with the roundings that are fastest on each instruction set
///   reproducible  sums in one order, products and sums rounded together: the same bits on every instruction
///                 set
///   fast          standard, but activations are cheaper and less exact
enum class numerics : unsigned char { standard, reproducible, fast };

/// What lowering needs to know of an instruction set: lanes of f32 in the widest vector, and vector
/// registers.
struct simd {
  int lanes;
  int registers;
};

/// Registers of one micro-kernel: `rows` x `columns` pixels times `vectors` vectors of `lanes` lanes. Lane l
/// of a vector belongs to its channel l / lanes_per_channel, and sums the taps t of which
/// t % lanes_per_channel == l % lanes_per_channel.
struct tile {
  int rows = 1;
  int columns = 1;
  int vectors = 1;
  int lanes = 1;
  int lanes_per_channel = 1;

  constexpr int pixels() const { return rows * columns; }
  constexpr int vector_channels() const { return lanes / lanes_per_channel; }
  constexpr int channels() const { return vectors * vector_channels(); }
  /// Vectors of the channels of a pixel when their sums have been added up.
  constexpr int stored_vectors() const { return (channels() + lanes - 1) / lanes; }
};

/// Lanes of the vectors that hold `channels` channels: all of them, or the power of two that is enough.
constexpr int lanes_for(simd isa, index channels) {
  int lanes = isa.lanes;
  while (lanes > 4 && lanes / 2 >= channels) lanes /= 2;
  return lanes;
}

/// How often `extent` is cut into pieces of `piece`.
constexpr index pieces(index extent, index piece) { return (extent + piece - 1) / piece; }

/// Taps of a row of a depthwise filter that are computed together, and the stride of their inputs: tap k of
/// column c takes input c * stride + k.
struct row_of_taps {
  int taps = 1;
  int stride = 1;

  constexpr index inputs(index columns) const { return (columns - 1) * stride + taps; }
};

/// Bytes of a panel of packed weights up to which it stays in the L1 cache beside the inputs of its tiles.
inline constexpr index panel_in_l1 = 24 * 1024;

/// Cycles of a tile for one tap, in quarters: two FMAs and two of `loads` start per cycle, and a chain of
/// FMAs into one register takes 4 cycles a link, so fewer than 8 accumulators wait for themselves. The loop
/// around a tap takes about one cycle more.
constexpr index tile_cycles(index accumulators, index loads) {
  const index busy = 2 * (accumulators > loads ? accumulators : loads);
  return (busy > 16 ? busy : 16) + 4;
}

/// Cycles of a map cut into tiles of `rows` x `columns`, where cycles(r, c) are those of one tile; tiles at
/// the end of the map are smaller.
template <class Cycles>
constexpr index map_cycles(index map_rows, index map_columns, index rows, index columns, Cycles cycles) {
  const index full_rows = map_rows / rows, full_columns = map_columns / columns;
  const index rest_rows = map_rows % rows, rest_columns = map_columns % columns;
  index total = full_rows * full_columns * cycles(rows, columns);
  if (rest_columns > 0) total += full_rows * cycles(rows, rest_columns);
  if (rest_rows > 0) total += full_columns * cycles(rest_rows, columns);
  if (rest_rows > 0 && rest_columns > 0) total += cycles(rest_rows, rest_columns);
  return total;
}

/// The tile that runs a rows x columns map of `channels` output channels in the fewest estimated cycles. rows
/// x columns x vectors accumulators, the weights of one tap (or two), and one input (which AVX-512 and NEON
/// can take from memory or a lane, but is counted) must fit the registers. Tiles are whole windows of a fused
/// pool. Counted are, for each tap:
/// - loads: into vectors of 64 bytes, of one value for all lanes, too, four start in three cycles, as read
///   from L1 (1.3 per cycle on Intel Ice Lake, 1.6 on Granite Rapids, 1.9 on AMD's Zen 5). In a virtual
///   machine of the first, which shared its cores, 512 taps of 14 x 2 accumulators took 16.3 cycles each, of
///   9 x 3 14.0: there what is chosen here loses a tenth.
/// - weights that arrive: those of `taps` taps of a block of channels, if they do not stay in the L1 cache,
///   come from L2 for each tile, 64 bytes in three cycles, and if they fill half of L2 from further off, 64
///   bytes in eleven (512 channels of 7 x 7 pixels, 4608 taps: 2310 us by blocks of 48, 2110 by 32, on Ice
///   Lake).
/// - what they delay: beside sums of vectors of 64 bytes (shorter ones take long enough) 64 bytes of such
///   weights cost half a cycle, and 64 bytes of inputs, of which each block of channels reads all, one and a
///   half. Measured with filters of 1x1 on Granite Rapids: 1024 to 256 channels of 14 x 14 pixels take 490 us
///   by 6 x 4 accumulators, 475 by 9 x 3, 455 by 14 x 2; 64 to 256 of 56 x 56, whose weights stay in L1, 520,
///   520 and 587.
/// Of `least` to `most` lanes per channel, 1 or 2: to add up two lanes takes two cycles for each vector that
/// is stored, and they are taken where they save a sixteenth.
constexpr tile choose_tile(simd isa, index channels, index rows, index columns, int pool_rows,
                           int pool_columns, index taps = 0, int least = 1, int most = 1) {
  tile best{pool_rows, pool_columns, 1, lanes_for(isa, channels)};
  if (columns < pool_columns) return best;  // a phase of a transposed convolution may have no outputs
  index best_cycles = -1;
  for (int shared = least; shared <= (isa.lanes >= 4 ? most : 1); ++shared) {
    const int lanes = lanes_for(isa, channels * shared);
    const int width = lanes / shared, most_vectors = shared == 2 ? 6 : 4;
    for (int v = 1; v <= most_vectors && v <= pieces(channels, width); ++v) {
      // Only the last block may end with a vector that is not full.
      if (v * width % lanes != 0 && v * width < channels) continue;
      const index blocks = channels / (v * width), rest = pieces(channels % (v * width), width);
      for (int r = pool_rows; r <= 4 * pool_rows && r <= rows; r += pool_rows) {
        // As many columns as the registers hold, then no more than cut the row into as many equal pieces.
        const index windows = columns / pool_columns;
        const index room = (isa.registers - v - 1) / (index(r) * v * pool_columns);
        if (room < 1) break;
        const index c = pieces(windows, pieces(windows, room)) * pool_columns;
        const auto cycles_of = [&](index nr) {
          const index bytes = taps * nr * width * index(sizeof(float));
          const bool near = bytes <= panel_in_l1;
          const index arrive = near ? 0 : (bytes < 600'000 ? 12 : 43) * nr * width / 16 + 4;
          return map_cycles(rows, columns, r, c, [&](index tr, index tc) {
            const index loads = (nr + tr * tc) * (lanes == 16 ? 3 : 2) / 2;
            const index compute = pieces(tile_cycles(tr * tc * nr, loads), shared);
            const index caches = lanes < 16 ? 0 : (near ? 0 : 2 * nr * width / 16) + 6 * tr * tc / 16;
            const index add_up = shared == 1 ? 0 : 8 * tr * tc * pieces(nr, shared) / taps;
            return (compute + caches < arrive ? arrive : compute + caches) + add_up;
          });
        };
        const index cycles = blocks * cycles_of(v) + (rest > 0 ? cycles_of(rest) : 0);
        const index cost = cycles + (shared - 1) * cycles / 16;
        if (best_cycles < 0 || cost < best_cycles)
          best_cycles = cost, best = {r, static_cast<int>(c), v, lanes, shared};
      }
    }
  }
  return best;
}

/// The same for a depthwise convolution: rows of the tile one after the other (as few as a fused pool lets
/// it), each with its accumulators, the inputs of a row and its weights in registers.
constexpr tile choose_depthwise_tile(simd isa, index channels, index columns, int pool_rows, int pool_columns,
                                     row_of_taps row) {
  const int lanes = lanes_for(isa, channels);
  const index vectors = pieces(channels, lanes);
  tile best{pool_rows, pool_columns, 1, lanes};
  if (columns < pool_columns) return best;
  index best_cycles = -1;
  for (int v = 1; v <= 4 && v <= vectors; ++v) {
    const index windows = columns / pool_columns;
    index most = windows;
    while (most > 1 &&
           v * (pool_rows * most * pool_columns + row.inputs(most * pool_columns) + row.taps) + 1 >
               isa.registers)
      --most;
    const index c = pieces(windows, pieces(windows, most)) * pool_columns;
    // An input is one load, a product one FMA; a tile takes some cycles more to begin and to end.
    const auto cycles_of = [&](index nr) {
      return map_cycles(pool_rows, columns, pool_rows, c, [&](index tr, index tc) {
        return tr * tile_cycles(tc * row.taps * nr, (row.inputs(tc) + row.taps) * nr) + 8;
      });
    };
    index cycles = vectors / v * cycles_of(v);
    if (vectors % v > 0) cycles += cycles_of(vectors % v);
    if (best_cycles < 0 || cycles < best_cycles)
      best_cycles = cycles, best = {pool_rows, static_cast<int>(c), v, lanes};
  }
  return best;
}

/// The same for vectors along the width: `rows` x `vectors` vectors of one channel times `columns` channels.
struct width_tile {
  int rows = 1;
  int vectors = 1;
  int channels = 1;
};

/// `vectors` divides the vectors of a row, so that no vector is read further than one vector past the row.
constexpr width_tile choose_width_tile(simd isa, index channels, index rows, index columns, int pool_rows,
                                       int pool_columns) {
  const int least = static_cast<int>(pieces(pool_columns, isa.lanes));  // whole windows of a pool
  const index all = pieces(columns, isa.lanes);
  width_tile best{pool_rows, least, 1};
  index best_cycles = -1;
  for (int m = 1; m <= channels; ++m) {
    for (int r = pool_rows; r <= 4 * pool_rows && r <= rows; r += pool_rows) {
      for (int v = least; v <= all && r * v * m + r * v + 1 <= isa.registers; v += least) {
        if (all % v != 0) continue;
        const index cycles = map_cycles(channels, rows, m, r, [&](index tm, index tr) {
          return all / v * tile_cycles(tm * tr * v, tr * v + tm);
        });
        if (best_cycles < 0 || cycles < best_cycles) best_cycles = cycles, best = {r, v, m};
      }
    }
  }
  return best;
}

/// What is applied to a tile while it is in registers: pool(activation(tile + residual)).
struct epilogue {
  function act;
  bool residual = false;
  pooling pool = pooling::none;
  int pool_rows = 1;
  int pool_columns = 1;
  bool pool_first = false;  // the activation commutes with the pool: take it once per window

  friend constexpr bool operator==(const epilogue&, const epilogue&) = default;
};

/// Which taps a micro-kernel adds: all of them, or those of the first row of the filter, of one that follows,
/// or of the last one. Until then the sums lie in the output.
enum class addends : unsigned char { all, first, more, last };

/// Everything that changes the inner loop of a direct convolution; layers that share it share the code.
struct direct_key {
  tile shape;
  index column_step;  // elements between the inputs of neighbouring output columns
  index row_step;     // and rows; 0 for tiles of one row
  epilogue after;
  bool partial;    // the last vector that is stored has fewer channels than lanes
  int depthwise;   // each lane has an input of its own; so many taps of a row at once, or 0
  index tap_step;  // of a depthwise convolution: elements between the inputs of neighbouring taps
  addends taps = addends::all;
  bool biased = true;    // the panel begins with the biases; else sums begin with zero, or with what is there
  bool fetches = false;  // asks for the weights of the next panel
  bool fetches_outputs = false;
  bool streams = false;  // asks for weights of the same panel, which does not stay in the L1 cache
  numerics numbers = numerics::standard;
};

/// The same for a convolution whose vectors lie along the width.
struct width_key {
  width_tile shape;
  epilogue after;  // pools are pairs of columns
  numerics numbers;
};

/// And for a linear layer: `vectors` vectors of outputs at a time, each in `split` partial sums.
struct linear_key {
  int vectors;
  int lanes;
  int split;
  function act;
  bool residual;
  bool partial;
  numerics numbers;
};

}  // namespace tenon
