// F4. The plan of a network: what runs, in order, on which part of the arena. Plain constant data.
#pragma once

#include "tenon/infer.hpp"
#include "tenon/tile.hpp"

namespace tenon {

/// Order of a feature map in memory.
///   planar       [C][H][W]  as in PyTorch and ONNX (NCHW); the order of every model's input and output
///   interleaved  [H][W][C]  channels last (NHWC); one pixel's channels fill vectors
enum class layout : unsigned char { planar, interleaved };

enum class place : unsigned char { arena, input, output };

/// A feature map C x H x W in memory; a vector is C x 1 x 1. It may have a halo: rows and columns around the
/// map that hold zeros, so that a padded convolution reads them instead of asking where the edge is.
struct buffer {
  index channels = 0, rows = 1, columns = 1;
  layout order = layout::interleaved;
  place where = place::arena;
  index halo_top = 0, halo_left = 0, halo_bottom = 0, halo_right = 0;
  index slack = 0;   // elements after the end that vectors may read (never write); their values do not matter
  index offset = 0;  // of its first element in the arena, in elements
  int first_step = 0, last_step = 0;

  constexpr index full_rows() const { return halo_top + rows + halo_bottom; }
  constexpr index full_columns() const { return halo_left + columns + halo_right; }
  /// Elements from one column, row or channel to the next.
  constexpr index column_step() const { return order == layout::planar ? 1 : channels; }
  constexpr index row_step() const { return full_columns() * column_step(); }
  constexpr index channel_step() const { return order == layout::planar ? full_rows() * full_columns() : 1; }
  /// Elements from the first one (a corner of the halo) to element (0, 0, 0) of the map.
  constexpr index origin() const { return halo_top * row_step() + halo_left * column_step(); }
  constexpr index elements() const { return channels * full_rows() * full_columns(); }
  constexpr bool has_halo() const { return full_rows() != rows || full_columns() != columns; }
  /// Memory in which planar and interleaved order are the same.
  constexpr bool same_in_both_orders() const { return channels == 1 || full_rows() * full_columns() == 1; }
};

/// How a step computes.
enum class algorithm : unsigned char {
  direct,    // convolution, vectors along output channels; 1x1 with stride 1 runs as one long row (pointwise)
  winograd,  // convolution with filters of 3 or 5 rows: two output rows for the price of less
  direct_width,   // convolution with few output channels, vectors along the width; planar in and out
  depthwise,      // convolution, one filter per channel, vectors along channels
  matrix_vector,  // linear: vectors along output features
  window_pool,    // max_pool, avg_pool that is not fused
  global_pool,    // global_avg_pool
  map,            // an activation alone
  affine,         // a batch norm that could not be folded
  addition,       // a sum that could not be fused
  soft_max,
  copy,  // changes the layout of a feature map or gives it a halo
};

constexpr std::string_view spelling(algorithm a) {
  constexpr std::string_view names[] = {"direct",        "winograd",    "direct_width", "depthwise",
                                        "matrix_vector", "window_pool", "global_pool",  "map",
                                        "affine",        "addition",    "soft_max",     "copy"};
  return names[static_cast<int>(a)];
}
constexpr bool is_convolution(algorithm a) { return a <= algorithm::depthwise; }
constexpr bool has_weights(algorithm a) { return a <= algorithm::matrix_vector; }

/// The function that an activation layer applies.
constexpr function function_of(const attributes& a) {
  if (!is_activation(a.kind)) return function{};
  const int number = static_cast<int>(a.kind) - static_cast<int>(op::relu);
  return {static_cast<activation>(number + static_cast<int>(activation::relu)), a.alpha, a.beta, a.user};
}

/// One step: a layer with what was fused into it. Its epilogue, applied while results are in registers, is
///   pool(activation(result + bias + residual))
struct step {
  static constexpr int max_covered = 8;

  algorithm how = algorithm::copy;
  int node = -1;      // the layer whose window and weights are used
  int norm = -1;      // batch norm folded into the weights, or -1
  int pool = -1;      // pool applied to the result, or -1
  function act;       // applied to the result
  int in = -1;        // buffers
  int residual = -1;  // second operand: added
  int out = -1;
  int scratch = -1;  // memory of the step itself
  index macs = 0;
  int covered[max_covered]{};  // nodes of the graph that this step computes, in order
  int covered_count = 0;
};

template <int Steps, int Buffers>
struct plan {
  step steps[Steps];
  buffer buffers[Buffers];
  int step_count = 0;
  int buffer_count = 0;
  index arena_elements = 0;
};

/// Read access to a plan of any length.
struct plan_view {
  std::span<const step> steps;
  std::span<const buffer> buffers;
  index arena_elements;
};

template <int Steps, int Buffers>
constexpr plan_view view_of(const plan<Steps, Buffers>& p) {
  return {std::span(p.steps).first(static_cast<std::size_t>(p.step_count)),
          std::span(p.buffers).first(static_cast<std::size_t>(p.buffer_count)), p.arena_elements};
}

/// Alignment of the arena and of every buffer in it, in elements: 64 bytes, a cache line and the widest
/// vector.
inline constexpr index arena_alignment = 16;

}  // namespace tenon
