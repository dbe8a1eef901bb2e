// F4. What a convolution costs by each algorithm: the estimates by which lowering chooses.
#pragma once

#include <limits>

#include "tenon/lower/tiles.hpp"

namespace tenon::detail {

/// Estimated clock cycles of one convolution on one core with 512-bit vectors; the choice is the same for all
/// instruction sets. The rates are those measured on such a core (bench/README.md): two multiply-adds of a
/// vector start in a cycle, and weights, which other layers have pushed out of the L2 cache, arrive at 4
/// bytes per cycle while it computes (Intel Ice Lake, from memory; 6 and more on AMD's Zen 5), at 6 if L2
/// could hold all of the network's.
struct convolution_cost {
  const node& n;
  index in_channels;
  index of_network;  // weights of all its layers

  constexpr index direct() const { return together(n.macs / 32 * 9 / 8, n.tensor_count, 1); }

  /// Rows of outputs in tiles: products of every point, which are begun and ended, and a vector of inputs or
  /// products takes about 3 cycles a point to be transformed. The weights pass by for each tile of rows.
  constexpr index rows(const winograd_axis& axis) const {
    const index points = axis.points(), tiles = pieces(n.out.spatial(0), axis.outputs);
    const index columns = n.out.spatial(1), taps = n.win.kernel[1] * in_channels;
    const index products = tiles * points * columns * (taps + 3) * n.out.channels() / 32 * 9 / 8;
    const index vectors =
        tiles * columns * (pieces(n.out.channels(), 16) + pieces(n.win.stride[1] * in_channels, 16));
    return together(products + vectors * points * 3, n.tensor_count / axis.taps * points, tiles);
  }

  /// Products of every point of every tile; a vector of a tile's inputs or products takes about 3 cycles a
  /// point to be transformed, and 8 more to get out of the L2 cache and back where all of a point are
  /// multiplied before the next. In 3-D all planes, of one-column tiles all columns, are transformed at once:
  /// not more than a few MiB of them.
  constexpr index tiles(const winograd_tiles_plan& p) const {
    const index points = p.shape.points(), depth = p.in_planes - p.planes + 1;
    if (depth > 1 && points * p.input_point(p.room) > 2'000'000) return std::numeric_limits<index>::max();
    // To begin and to end a sum takes about as long as three products.
    const index products = p.tiles() * points * (depth * p.in_channels + 3) * p.channels / 32 * 9 / 8;
    const index vectors =
        p.tiles() / p.planes * p.in_planes * pieces(p.in_channels, 16) + p.tiles() * pieces(p.channels, 16);
    return together(products + vectors * points * (p.by_points ? 11 : 3),
                    points * depth * p.in_channels * p.channels, p.turns);
  }

  /// The same with weights as they are: those of four tiles are transformed in half the time of their
  /// products (512 channels of 7 x 7 pixels: 735 us, of which 595 for the products, on Intel Emerald Rapids).
  constexpr index plain_tiles(const winograd_tiles_plan& p) const {
    const index fours = pieces(p.tiles(), 4), points = p.shape.points();
    const index products = fours * points * (p.in_channels + 3) * p.channels / 8 * 9 / 8;
    const index weights = fours * points * p.in_channels * p.channels / 16;
    const index vectors = p.tiles() * (pieces(p.in_channels, 16) + pieces(p.channels, 16));
    return together(products + weights + vectors * points * 3, n.tensor_count, p.turns);
  }

  /// Strassen's products, whose inputs and results take about 12 cycles a vector to be made and summed where
  /// the L2 cache is slow (Intel Ice Lake; 4 on AMD's Zen 5, where what this leaves out wins a tenth).
  constexpr index strassen(const winograd_tiles_plan& p) const {
    const index vectors = p.tiles() * p.shape.points() * (p.in_channels + p.channels) / 16;
    return together(
        p.tiles() * p.shape.points() * (p.in_channels + 3) * p.channels / 32 * 9 / 8 + vectors * 12,
        p.shape.points() * p.in_channels * p.channels, p.turns);
  }

 private:
  /// Cycles of computing while `weights` numbers arrive, `passes` times where they do not stay in the cache;
  /// up to 1 MB stays near enough to arrive at 12 bytes per cycle from the second time on.
  constexpr index together(index compute, index weights, index passes) const {
    const index bytes = weights * 4, cache = 512 * 1024, near = 1024 * 1024;
    const index once = bytes / (of_network * 4 > cache ? 4 : 6), again = bytes > near ? once : bytes / 12;
    const index arrive = once + (bytes > cache ? (passes - 1) * again : 0);
    return compute > arrive ? compute + arrive / 4 : arrive + compute / 4;
  }
};

}  // namespace tenon::detail
