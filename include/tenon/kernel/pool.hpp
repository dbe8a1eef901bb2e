// F1. The part of pooling that is the same for every instruction set: its numbers.
#pragma once

#include "tenon/tile.hpp"

namespace tenon {

/// One axis of a pool. Steps are in elements.
struct pool_axis {
  index out, in;  // extents
  index window, stride, dilation;
  index pad_lo, pad_hi;
  index in_step, out_step;
};

/// A pool over depth, rows and columns.
struct pool_layer {
  pool_axis axes[3];
  bool exclude_padding;  // an average counts elements of the map only
  bool adaptive;         // windows cut the input into as many pieces as there are outputs
};

/// May elements of the window be taken twice, and in any order? Then a window keeps what the one before it
/// has in common with it, and elements beyond an edge are those at the edge.
constexpr bool windows_run(const pool_layer& l, pooling kind, numerics numbers) {
  const pool_axis &planes = l.axes[0], &rows = l.axes[1], &columns = l.axes[2];
  return (kind == pooling::max || kind == pooling::linf) && numbers != numerics::reproducible &&
         planes.window == 1 && planes.pad_lo == 0 && rows.dilation == 1 && columns.dilation == 1 &&
         rows.window <= 7 && columns.window <= 7;
}

/// Lanes for the windows of neighbouring columns of a planar map; 1 where that is not possible.
constexpr int pooled_lanes(const pool_layer& l, int lanes) {
  const pool_axis& c = l.axes[2];
  while (lanes > c.out) lanes /= 2;
  const bool dense = c.in_step == 1 && c.out_step == 1 && c.dilation == 1 && !l.adaptive && c.window < c.in;
  return lanes >= 4 && dense && c.stride <= 2 ? lanes : 1;
}

}  // namespace tenon
