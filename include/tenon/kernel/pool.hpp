// F1. The part of pooling that is the same for every instruction set: its numbers.
#pragma once

#include "tenon/tile.hpp"

namespace tenon {

/// A pool that is a step of its own. Steps are in elements.
struct pool_layer {
  index rows, columns;  // output
  index in_rows, in_columns;
  index window_rows, window_columns;
  index stride_rows, stride_columns;
  index pad_top, pad_left, pad_bottom, pad_right;
  index in_row_step, in_column_step;
  index out_row_step, out_column_step;
  bool exclude_padding;
};

/// Windows along a row of a planar map that are computed together; 1 where the row is short, where neighbours
/// are not next to each other in memory, or where windows start more than 2 columns apart.
constexpr int pooled_lanes(const pool_layer& l, int lanes) {
  while (lanes > l.columns) lanes /= 2;
  const bool dense = l.in_column_step == 1 && l.out_column_step == 1;
  return lanes >= 4 && dense && l.stride_columns <= 2 ? lanes : 1;
}

}  // namespace tenon
