// F1. A part of a layer is a smaller layer of the same kind somewhere in its memory: the same micro-kernels
// run it, with the same tiles, so that no bit depends on how a layer is cut.
#pragma once

#include "tenon/kernel/direct.hpp"
#include "tenon/kernel/nest.hpp"
#include "tenon/kernel/norm.hpp"
#include "tenon/kernel/pool.hpp"
#include "tenon/kernel/width.hpp"

namespace tenon {

/// What a layer is cut along: axes of the map, or channels.
enum class cut_axis : unsigned char { planes, rows, columns };

/// A layer in `along` pieces along one axis of its map (or whatever the step is a loop over), each in
/// `blocks` pieces of its output channels.
struct cut {
  cut_axis axis = cut_axis::rows;
  int along = 1;
  int blocks = 1;

  constexpr int parts() const { return along * blocks; }
  /// Parts that follow one another: along the map, or, where it is cut along the channels only, along them.
  constexpr int neighbours() const { return along > 1 ? along : blocks; }
};

/// Units `first` to `end` of a loop.
struct unit_range {
  index first, end;
  constexpr index count() const { return end - first; }
};
/// Parts `part` to `part + count - 1` of so many.
constexpr unit_range range_of(index units, int parts, int part, int count = 1) {
  return {units * part / parts, units * (part + count) / parts};
}
/// Pixels of these tiles of an axis.
constexpr unit_range pixels_of(index extent, index tile, const unit_range& tiles) {
  const index end = tiles.end * tile;
  return {tiles.first * tile, end < extent ? end : extent};
}

/// A part of a cut, or several neighbours. A cut into one part is the whole.
struct slice {
  cut how;
  int part = 0;
  int worker = 0;  // that runs it
  int count = 1;   // of parts

  /// Which of so many units it takes, along the map and along the channels.
  constexpr unit_range along(index units) const {
    return range_of(units, how.along, part % how.along, how.along > 1 ? count : 1);
  }
  constexpr unit_range blocks(index units) const {
    return range_of(units, how.blocks, part / how.along, how.along > 1 ? 1 : count);
  }
  /// The same part of the map, with all channels.
  constexpr slice along_map() const {
    return {{how.axis, how.along, 1}, part % how.along, worker, how.along > 1 ? count : 1};
  }
  /// Which units it takes that are tiles, in pixels or channels.
  constexpr unit_range along(index extent, index tile) const {
    return pixels_of(extent, tile, along(pieces(extent, tile)));
  }
  constexpr unit_range blocks(index extent, index tile) const {
    return pixels_of(extent, tile, blocks(pieces(extent, tile)));
  }
};

/// A part of a layer, and how far its memory is from that of the layer, in elements.
template <class Layer>
struct piece {
  Layer layer;
  index in = 0, weights = 0, residual = 0, out = 0;
  index first = 0;  // row, or whatever is cut, with which it begins
};
/// The whole, as it lies in constant memory.
template <class Layer>
struct whole {
  const Layer& layer;
  static constexpr index in = 0, weights = 0, residual = 0, out = 0, first = 0;
};

/// Units that the output channels of a convolution can be cut into.
constexpr index blocks_of(const direct_layer& l) { return l.groups > 1 ? l.groups : l.blocks + l.rest_block; }

constexpr piece<direct_layer> piece_of(const direct_layer& all, const slice& s) {
  piece<direct_layer> p{all};
  direct_layer& l = p.layer;
  if (s.how.axis == cut_axis::planes) {
    const unit_range r = s.along(all.planes);
    l.planes = r.count(), p.first = r.first;
    p.in = r.first * all.plane_step, p.residual = r.first * all.residual_plane_step;
    p.out = r.first * all.out_plane_step;
  } else if (s.how.axis == cut_axis::rows) {
    const unit_range r = s.along(all.rows, all.tile_rows);
    l.rows = r.count(), p.first = r.first;
    p.in = r.first * all.row_step, p.residual = r.first * all.residual_row_step;
    p.out = r.first / all.pool_rows * all.out_row_step;
  } else {
    const unit_range r = s.along(all.columns, all.tile_columns);
    l.columns = r.count(), p.first = r.first;
    p.in = r.first * all.column_step, p.residual = r.first * all.residual_column_step;
    p.out = r.first / all.pool_columns * all.out_column_step;
  }
  l.fetch_ahead();
  if (s.how.blocks == 1) return p;
  const unit_range r = s.blocks(blocks_of(all));
  index channels = 0;
  if (all.groups > 1) {
    l.groups = r.count();
    p.in += r.first * all.group_step;
    p.weights = r.first * (all.blocks * all.panel + all.rest_block * all.rest_panel);
    channels = r.first * all.group_channels;
  } else {
    l.rest_block = r.end > all.blocks;
    l.blocks = r.count() - l.rest_block;
    p.weights = r.first * all.panel;
    channels = r.first * all.block_channels;
    l.group_channels = all.group_channels - channels;
    if (all.depthwise) p.in += channels;
  }
  p.residual += channels;
  p.out += channels;
  return p;
}

/// All output channels of so many planes, or tiles along another axis, are computed before those of the next.
/// None: of the whole map.
struct turn {
  cut_axis axis = cut_axis::rows;
  index tiles = 0;

  /// Turns of a layer, or of a part of it.
  constexpr int count(const direct_layer& l) const {
    if (tiles == 0) return 1;
    const index all = axis == cut_axis::planes ? l.planes
                      : axis == cut_axis::rows ? pieces(l.rows, l.tile_rows)
                                               : pieces(l.columns, l.tile_columns);
    return static_cast<int>(pieces(all, tiles));
  }
};

/// Cut along rows or columns, or (as blocks) along channels.
constexpr piece<width_layer> piece_of(const width_layer& all, const slice& s) {
  piece<width_layer> p{all};
  width_layer& l = p.layer;
  if (s.how.axis == cut_axis::rows) {
    const unit_range r = s.along(all.rows, all.tile_rows);
    l.rows = r.count();
    p.in = r.first * all.row_step;
    p.out = r.first / all.pool_rows * all.out_row_step;
  } else {
    const unit_range r = s.along(all.columns, all.tile_columns);
    l.columns = r.count();
    p.in = r.first;
    p.out = r.first / all.pool_columns;
  }
  const unit_range r = s.blocks(all.channels, all.tile_channels);
  l.channels = r.count();
  p.weights = r.first * (1 + all.tap_rows * all.tap_columns * all.tap_channels);
  p.out += r.first * all.out_channel_step;
  return p;
}

/// Cut along planes or rows, where windows do not depend on how many there are.
constexpr piece<pool_layer> piece_of(const pool_layer& all, const slice& s) {
  piece<pool_layer> p{all};
  pool_axis& a = p.layer.axes[s.how.axis == cut_axis::planes ? 0 : 1];
  const unit_range r = s.along(a.out);
  a.out = r.count();
  a.pad_lo -= r.first * a.stride;
  p.out = r.first * a.out_step;
  return p;
}

/// The loop along which a walk is cut: the outermost one with enough to do for some threads, or else the
/// longest. (Along an inner one threads may write into the same cache lines: 116 channels of 28 x 28 pixels
/// took two threads three times as long as one.)
constexpr int cut_loop(const nest& n) {
  // Of a matrix that is transposed, the longer side: pieces of both are to be worth a few vectors.
  if (const int other = n.transposed(); other >= 0)
    return n.loops[other].extent > n.innermost().extent ? other : n.count - 1;
  int best = 0;
  for (int i = 0; i < n.count; ++i) {
    if (n.loops[i].extent >= 8) return i;
    if (n.loops[i].extent > n.loops[best].extent) best = i;
  }
  return best;
}
constexpr piece<nest> piece_of(const nest& all, const slice& s) {
  piece<nest> p{all};
  nest::loop& l = p.layer.loops[cut_loop(all)];
  const unit_range r = s.along(l.extent);
  l.extent = r.count();
  p.layer.a_first += r.first * l.a;
  p.layer.b_first += r.first * l.b;
  p.layer.out_first += r.first * l.out;
  return p;
}

/// Cut into sets.
constexpr piece<norm_layer> piece_of(const norm_layer& all, const slice& s) {
  piece<norm_layer> p{all};
  const unit_range r = s.along(all.sets);
  p.layer.sets = r.count();
  p.in = p.out = r.first * all.count;
  if (!all.own_weights && all.weights > 0) p.weights = r.first * (all.count / all.piece);
  return p;
}

}  // namespace tenon
