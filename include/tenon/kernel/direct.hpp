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
  std::size_t last_lanes;        // channels in the last vector of a group
  bool depthwise;                // each output channel reads the input channel of its own number
};

/// The micro-kernels of a layer, for full tiles and for what remains: [rest of block][rest of rows][rest of
/// columns].
struct direct_tiles {
  using tile_function = void (*)(const direct_layer&, const float* in, const float* panel,
                                 const float* residual, float* out);
  tile_function run[2][2][2];
};

}  // namespace tenon
