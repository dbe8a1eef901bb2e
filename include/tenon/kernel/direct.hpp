// F1. The part of direct convolution that is the same for every instruction set: its numbers.
#pragma once

#include <cstddef>

#include "tenon/tile.hpp"

namespace tenon {

/// A direct convolution. Steps are in elements; `row` and `column` without a prefix count output pixels
/// before a fused pool.
struct direct_layer {
  index planes, rows, columns;              // output pixels that are computed
  index plane_step, row_step, column_step;  // in the input, from one output pixel to the next
  index tap_planes, tap_rows, tap_columns, tap_channels;
  index tap_plane_step, tap_row_step, tap_column_step, tap_channel_step;
  index out_plane_step, out_row_step, out_column_step;
  index residual_plane_step, residual_row_step, residual_column_step;
  index tile_rows, tile_columns;
  index pool_rows, pool_columns;
  index groups, group_step;      // group_step: input elements from one group's channels to the next
  index group_channels;          // output channels of a group
  index blocks, block_channels;  // full blocks of output channels in a group, and the channels of one
  index rest_block;              // 1 if channels remain after the full blocks
  index panel, rest_panel;       // packed elements of a block
  index ahead_step;              // elements of the next panel to ask for with each tap of each tile
  std::size_t last_lanes;        // channels in the last vector of a group that is stored
  bool depthwise;                // each output channel reads the input channel of its own number

  constexpr index taps() const { return tap_planes * tap_rows * tap_columns * tap_channels; }
  constexpr index tiles() const { return planes * pieces(rows, tile_rows) * pieces(columns, tile_columns); }

  /// Weights come from far away: a network's other weights have been through the cache since they were last
  /// read. While one panel is computed with, the next one is asked for, a little with each tap of each tile:
  /// all at once would fill the queue of loads that wait, and the tile's own would wait behind them. (What
  /// lies behind the last panel are the next layer's weights; those of few taps are not worth it.)
  constexpr void fetch_ahead() {
    const index times = tiles() * taps();
    ahead_step = taps() < 48 || times == 0 ? 0 : pieces(panel, times);
  }
};

/// The micro-kernels of a layer, for full tiles and for what remains: [rest of block][rest of rows][rest of
/// columns].
struct direct_tiles {
  using tile_function = void (*)(const direct_layer&, const float* in, const float* panel,
                                 const float* residual, float* out, const float* ahead);
  tile_function run[2][2][2];
};

}  // namespace tenon
