// F3. Which convolutions can be computed by which method.
#pragma once

#include "tenon/graph.hpp"
#include "tenon/kernel/winograd.hpp"

namespace tenon {

/// What a method is for, as the end of a sentence.
constexpr std::string_view purpose(method m) {
  switch (m) {
    case method::winograd_rows:
      return "2-D filters of 3 or 5 rows, of one group, with stride and dilation 1 and a bias per channel";
    case method::winograd_2:
    case method::winograd_4:
      return "one group, stride 1, 3 or 5 taps along the last axes, a bias per channel, and whole tiles "
             "where it is dilated, never in depth";
    case method::strassen:
      return "1x1 filters of one group without padding, a bias per channel, and multiples of 32 channels in "
             "and out";
    case method::strassen_twice:
      return "1x1 filters of one group without padding, a bias per channel, and multiples of 64 channels in "
             "and out";
    default:
      return "any convolution";
  }
}

constexpr bool is_strassen(method m) { return m == method::strassen || m == method::strassen_twice; }

/// Outputs of a Winograd tile along an axis of the last two, for a filter of so many taps; 0 if it has none.
constexpr int tile_outputs(method m, index taps) {
  if (taps != 1 && !winograd_rows(taps)) return 0;
  return winograd_axis_for(taps, m == method::winograd_4 ? 4 : 2).outputs;
}

/// Is this convolution of so many channels, whose window is resolved, one of those that the method is for?
constexpr bool can_compute(method m, const node& n, index in_channels) {
  if (m == method::automatic || m == method::direct) return true;
  const int rank = n.out.spatial_rank();
  const window& w = n.win;
  if (n.groups > 1 || n.attr.untied_bias || rank < 1 || rank > max_spatial_rank) return false;
  if (is_strassen(m)) {
    for (int axis = 0; axis < rank; ++axis)
      if (w.kernel[axis] != 1) return false;
    const index parts = m == method::strassen ? 32 : 64;
    return !w.padded() && in_channels % parts == 0 && n.out.channels() % parts == 0;
  }
  for (int axis = 0; axis < rank; ++axis)
    if (w.stride[axis] != 1) return false;
  if (m == method::winograd_rows)
    return rank == 2 && winograd_rows(w.kernel[0]) && w.dilation[0] * w.dilation[1] == 1;
  if (rank == max_spatial_rank && w.dilation[0] != 1) return false;
  bool tiled = false;
  for (int axis = rank > 1 ? rank - 2 : 0; axis < rank; ++axis) {
    const int tile = tile_outputs(m, w.kernel[axis]);
    if (tile == 0) return false;
    if (w.dilation[axis] > 1 && n.out.spatial(axis) % (tile * w.dilation[axis]) != 0) return false;
    tiled = tiled || tile > 1;
  }
  return tiled;
}

/// Can a convolution by this method take a pool while its outputs are in registers? The windows must be parts
/// of a tile.
constexpr bool takes_pool(method m, const node& n, const window& pool) {
  const int rank = n.out.spatial_rank();
  if (m == method::winograd_rows) return pool.kernel[0] <= 2;
  if (is_strassen(m)) return false;
  if (m != method::winograd_2 && m != method::winograd_4) return true;
  for (int axis = rank > 1 ? rank - 2 : 0; axis < rank; ++axis)
    if (tile_outputs(m, n.win.kernel[axis]) % pool.kernel[axis] != 0 || n.win.dilation[axis] > 1)
      return false;
  return true;
}

}  // namespace tenon
