// F4. Convolution in tiles, by Winograd's or Strassen's algorithm: how a layer is cut, on every instruction
// set alike.
#pragma once

#include "tenon/kernel/winograd.hpp"
#include "tenon/plan.hpp"

namespace tenon {

/// What a convolution by tiles is on every instruction set.
struct winograd_tiles_plan {
  winograd_shape shape;
  winograd_tiling rows, columns;
  index planes, in_planes;      // or columns
  index in_channels, channels;  // of a product
  index turns;                  // in which the tiles are computed
  index room;                   // for so many tiles at a time
  bool by_points;               // all output channels of a point are multiplied before the next point
  index input_step;             // elements of a transformed tile
  index group_width;            // of its products, at most

  constexpr index tiles() const { return planes * rows.tiles() * columns.tiles(); }
  /// Multiply-accumulates of all products.
  constexpr index products() const {
    return tiles() * shape.points() * (in_planes - planes + 1) * in_channels * channels;
  }
  /// From one point to the next, where a point has so many elements: an odd number of cache lines. A tile is
  /// written to all points at once, and a power of two between them would put all into a few sets of the
  /// cache.
  static constexpr index point_step(index elements) {
    const index lines = pieces(elements, arena_alignment);
    return (lines + (lines % 2 == 0)) * arena_alignment;
  }
  constexpr index input_point(index tiles_at_once) const {
    return point_step((tiles_at_once + (in_planes - planes) * rows.tiles() * columns.tiles()) * input_step);
  }
  constexpr index scratch() const {
    return shape.points() * (input_point(room) + point_step(room * group_width));
  }
};

/// The filter of tiles of one column: what it is along a row stands in for what a 3-D one is in depth.
constexpr window columns_as_planes(window w) {
  w.kernel[0] = w.kernel[2], w.stride[0] = w.stride[2], w.dilation[0] = w.dilation[2];
  w.kernel[2] = w.stride[2] = w.dilation[2] = 1;
  return w;
}

/// `outputs`: of a tile along an axis with three taps, or pixels of a tile of a 1x1 filter; `tile_columns` of
/// the same along a row; pool_rows and pool_columns are of a fused pool, else 1. In tiles of one column the
/// columns of the map are what planes are in 3-D: each is transformed once, and the taps of a row are added
/// up like those of a depth. `plain`: weights are transformed while they are multiplied.
constexpr winograd_tiles_plan winograd_tiles_plan_of(const node& n, index in_channels, int outputs,
                                                     int tile_columns, const shape& out, index pool_rows = 1,
                                                     index pool_columns = 1, bool plain = false) {
  const bool one_column = tile_columns == 1;
  window w = on_memory(n);
  const int rank = n.out.spatial_rank();
  winograd_tiles_plan p{};
  const index rows = rank >= 2 ? out.spatial(rank - 2) : 1;
  index columns = out.spatial(rank - 1);
  if (one_column) w = columns_as_planes(w), columns = 1;
  p.shape = {winograd_axis_for(w.kernel[1], w.stride[1], outputs),
             winograd_axis_for(w.kernel[2], w.stride[2], tile_columns)};
  p.shape.rows.plain = p.shape.columns.plain = plain;
  p.rows = {rows * pool_rows, p.shape.rows.outputs, w.dilation[1]};
  p.columns = {columns * pool_columns, p.shape.columns.outputs, w.dilation[2]};
  p.planes = out.positions() / (rows * columns);
  if (w.kernel[0] * w.kernel[1] * w.kernel[2] == 1) {
    p.shape.halvings = outputs == 4 ? 2 : 1;
    p.planes = 1, p.rows = {1, 1, 1}, p.columns = {out.positions(), outputs, 1};
  }
  p.in_planes = p.planes + w.kernel[0] - 1;
  p.in_channels = in_channels / p.shape.parts(), p.channels = n.out.channels() / p.shape.parts();
  p.input_step = pieces(p.in_channels, arena_alignment) * arena_alignment;
  // A tile's inputs are broadcast side by side: of steps that are multiples of 1 KiB, all would fall into the
  // same few sets of the cache.
  if (p.input_step % 256 == 0) p.input_step += arena_alignment;
  const index few = pieces(p.channels, arena_alignment) * arena_alignment;
  const index tiles = p.tiles(), point = p.shape.points();
  const index weights = (plain ? w.kernel[1] * w.kernel[2] : point) * p.in_channels * p.channels;
  p.group_width = plain ? arena_alignment : few < 64 ? few : 64;
  // What is transformed and multiplied at once stays in the L2 cache. Where that would be too few tiles for
  // the weights that pass by, one point after the other does for all output channels, and the rest lies
  // further off.
  const index cache = 640 * 1024 / 4, few_tiles = 28, at_once = 56;
  const index of_tile = point * (p.input_step + p.group_width);
  // Of the micro-kernel that multiplies, almost always: room for a turn of whole ones.
  const index widest = plain ? 4 : 14;
  index most = cache / of_tile;
  // Where neither a few tiles nor all weights are larger than the L1 cache, as few as that at a time stay
  // near it (32 channels of 4096 in 1-D, 42 and 24 KiB: 125 us, 117 so, on Intel Emerald Rapids).
  const index near = 48 * 1024 / 4;
  if (few_tiles * of_tile <= near && weights <= near) most = few_tiles;
  // Weights that fill the cache come from further off in each turn: one turn that fills it, too, is faster
  // than two (256 channels of 14 x 14: 900 us, 795 so, on Intel Ice Lake, with 1.25 MiB of L2).
  const bool far = weights > cache, all_fit = tiles * of_tile <= 9 * cache / 5;
  if (p.shape.halvings == 0 && far && all_fit) most = tiles;
  if (plain && most < widest) most = widest;
  p.by_points = !plain && most < few_tiles && most < tiles;
  if (p.by_points) most = at_once, p.group_width = few + 64;
  if (p.in_planes > p.planes) most = tiles;
  p.turns = pieces(tiles, most);
  p.room = p.turns == 1 ? tiles : pieces(tiles, p.turns) + widest - 1;
  return p;
}

}  // namespace tenon
