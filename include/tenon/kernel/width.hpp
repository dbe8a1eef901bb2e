// F1. The part of convolution along the width that is the same for every instruction set: its numbers.
#pragma once

#include "tenon/tile.hpp"

namespace tenon {

/// A convolution with planar input and output and a column stride of 1. Steps are in elements; rows and
/// columns count output pixels before a fused pool.
struct width_layer {
  index rows, columns, channels;
  index row_step;  // in the input, from one output row to the next
  index tap_rows, tap_columns, tap_channels;
  index tap_row_step, tap_column_step, tap_channel_step;
  index out_row_step, out_channel_step;
  index tile_rows, tile_columns, tile_channels;
  index pool_rows, pool_columns;
};

/// [rest of channels][rest of rows]
struct width_tiles {
  using tile_function = void (*)(const width_layer&, const float* in, const float* panel, index columns,
                                 float* out);
  tile_function run[2][2];
};

}  // namespace tenon
