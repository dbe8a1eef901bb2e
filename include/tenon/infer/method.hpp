// F3. Which convolutions can be computed by which method.
#pragma once

#include "tenon/graph.hpp"
#include "tenon/kernel/winograd.hpp"

namespace tenon {

/// What a method is for, as the end of a sentence.
constexpr std::string_view purpose(method m) {
  switch (m) {
    case method::winograd_rows:
      return "2-D filters of one group, dilation 1, 3 to 11 rows, a stride up to 4 (at most 6 rows for "
             "each), and "
             "a bias per channel";
    case method::winograd_rows_4:
      return "2-D filters of one group, dilation 1, 3 to 11 rows, a stride up to 4 (at most 4 rows for "
             "each), and "
             "a bias per channel";
    case method::winograd_2x1:
    case method::winograd_4x1:
      return "2-D filters of one group, dilation 1, 3 to 11 rows (up to 5 a step of stride, 4 steps), a "
             "step of 1 along the row, and a bias per channel";
    case method::winograd_4x2:
      return "what winograd_4 is for in 2-D and 3-D, with tiles of 4 rows and 2 columns";
    case method::winograd_2:
    case method::winograd_4:
      return "one group, 1 or 3 to 11 taps (up to 5 a step of stride, 4 steps) on the last axes, steps of 1 "
             "in "
             "depth, a bias per channel, whole tiles where dilated";
    case method::winograd_plain:
      return "2-D and 3-D filters of one group, 3x3 taps on the last axes (dilated: whole tiles), one tap in "
             "depth, steps of 1, a bias per channel";
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
constexpr bool is_winograd_rows(method m) {
  return m == method::winograd_rows || m == method::winograd_rows_4;
}

/// In tiles of one column?
constexpr bool is_winograd_column(method m) { return m == method::winograd_2x1 || m == method::winograd_4x1; }

/// Outputs of a tile along an axis, as many as a method computes at once; pixels of one of Strassen's.
constexpr int outputs_at_once(method m) {
  switch (m) {
    case method::winograd_rows_4:
    case method::winograd_4x1:
    case method::winograd_4x2:
    case method::winograd_4:
    case method::winograd_plain:
    case method::strassen_twice:
      return 4;
    default:
      return 2;
  }
}
/// The same along the last axis.
constexpr int columns_at_once(method m) {
  return is_winograd_column(m) ? 1 : m == method::winograd_4x2 ? 2 : outputs_at_once(m);
}
/// The same along one of `rank` axes.
constexpr int outputs_at_once(method m, int axis, int rank) {
  return axis == rank - 1 ? columns_at_once(m) : outputs_at_once(m);
}

/// The tile of a Winograd convolution along the rows.
constexpr winograd_axis winograd_rows_of(const node& n, int outputs) {
  return {outputs, static_cast<int>(n.win.kernel[0]), static_cast<int>(n.win.stride[0])};
}

/// Outputs of a Winograd tile along an axis, of as many as are wanted, for a filter of so many taps; 0 if it
/// has none.
constexpr int tile_outputs(int wanted, index taps, index stride) {
  if (taps > max_winograd_taps || stride > taps) return taps == 1 ? 1 : 0;
  const winograd_axis axis = winograd_axis_for(taps, stride, wanted);
  return taps == 1 || has_points(axis, max_tile_points) ? axis.outputs : 0;
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
  if (is_winograd_rows(m)) {
    return rank == 2 && w.dilation[0] * w.dilation[1] == 1 && w.kernel[0] <= max_winograd_taps &&
           has_points(winograd_rows_of(n, outputs_at_once(m)));
  }
  if (is_winograd_column(m)) {
    return rank == 2 && w.dilation[0] * w.dilation[1] * w.stride[1] == 1 &&
           tile_outputs(outputs_at_once(m), w.kernel[0], w.stride[0]) > 1;
  }
  if (rank == max_spatial_rank && w.dilation[0] * w.stride[0] != 1) return false;
  if (m == method::winograd_4x2 && rank < 2) return false;
  if (m == method::winograd_plain) {
    if (rank < 2 || (rank == max_spatial_rank && w.kernel[0] != 1)) return false;
    for (int axis = rank - 2; axis < rank; ++axis)
      if (w.kernel[axis] != 3 || w.stride[axis] != 1) return false;
  }
  bool tiled = false;
  for (int axis = rank > 1 ? rank - 2 : 0; axis < rank; ++axis) {
    const int tile = tile_outputs(outputs_at_once(m, axis, rank), w.kernel[axis], w.stride[axis]);
    if (tile == 0) return false;
    if (w.dilation[axis] > 1 && (w.stride[axis] > 1 || n.out.spatial(axis) % (tile * w.dilation[axis]) != 0))
      return false;
    tiled = tiled || tile > 1;
  }
  return tiled;
}

/// Can a convolution by this method take a pool while its outputs are in registers? The windows must be parts
/// of a tile.
constexpr bool takes_pool(method m, const node& n, const window& pool) {
  const int rank = n.out.spatial_rank();
  if (is_winograd_rows(m)) return outputs_at_once(m) % pool.kernel[0] == 0;
  if (is_strassen(m) || is_winograd_column(m)) return false;
  if (m == method::automatic || m == method::direct) return true;
  for (int axis = rank > 1 ? rank - 2 : 0; axis < rank; ++axis) {
    const int wanted = outputs_at_once(m, axis, rank);
    if (tile_outputs(wanted, n.win.kernel[axis], n.win.stride[axis]) % pool.kernel[axis] != 0 ||
        n.win.dilation[axis] > 1)
      return false;
  }
  return true;
}

}  // namespace tenon
