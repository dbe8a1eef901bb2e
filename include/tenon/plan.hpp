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

/// A feature map C x D x H x W in memory; axes that the map does not have are 1 wide, and of more than three
/// spatial axes all but the last two are one, the depth. It may have a halo: elements around the map that
/// hold zeros, so that a padded convolution reads them instead of asking where the edge is. A buffer may lie
/// inside another one, its host: channels of it, so that joining feature maps moves nothing.
struct buffer {
  index channels = 0, depth = 1, rows = 1, columns = 1;
  layout order = layout::interleaved;
  place where = place::arena;
  int port = 0;  // which input or output
  index halo_front = 0, halo_top = 0, halo_left = 0, halo_back = 0, halo_bottom = 0, halo_right = 0;
  index pixel = 0;          // elements of one pixel in memory: the channels of map or host, maybe a gap
  int host = -1;            // the buffer in which this one lies
  index first_channel = 0;  // of the host
  index held = 0;    // within a chain: rows that are in memory at a time, no halo above or below; 0: all
  index slack = 0;   // elements after the end that vectors may read (never write); their values do not matter
  index offset = 0;  // of its first element in the arena, in elements
  int first_step = 0, last_step = 0;

  constexpr index full_depth() const { return halo_front + depth + halo_back; }
  constexpr index full_rows() const { return halo_top + rows + halo_bottom; }
  constexpr index full_columns() const { return halo_left + columns + halo_right; }
  constexpr index full_positions() const { return full_depth() * full_rows() * full_columns(); }
  constexpr index positions() const { return depth * rows * columns; }
  /// Elements from one column, row, plane or channel to the next.
  constexpr index column_step() const { return order == layout::planar ? 1 : pixel; }
  constexpr index row_step() const { return full_columns() * column_step(); }
  constexpr index plane_step() const { return full_rows() * row_step(); }
  constexpr index channel_step() const { return order == layout::planar ? full_positions() : 1; }
  /// Elements from the first one (a corner of the halo) to element (0, 0, 0, 0) of the map.
  constexpr index origin() const {
    return halo_front * plane_step() + halo_top * row_step() + halo_left * column_step();
  }
  constexpr index elements() const {
    const index columns = full_depth() * (held > 0 ? held : full_rows()) * full_columns();
    return (order == layout::interleaved && host < 0 ? pixel : channels) * columns;
  }
  constexpr bool has_halo() const { return full_positions() != positions(); }
  /// Are all elements neighbours, in one order or the other?
  constexpr bool dense() const {
    return !has_halo() && (order == layout::planar || pixel == channels || positions() == 1);
  }
  /// Memory in which planar and interleaved order are the same.
  constexpr bool same_in_both_orders() const {
    return full_positions() == 1 || (channels == 1 && pixel <= 1);
  }
};

/// How a step computes.
enum class algorithm : unsigned char {
  direct,          // convolution, vectors along output channels; 1x1 with stride 1: one row (pointwise)
  winograd_rows,   // convolution with filters of 3 rows or more: two or four output rows at a time
  winograd_tiles,  // convolution with filters of 3 taps or more along an axis: tiles of outputs
  winograd_plain,  // the same for 3x3 taps and few tiles: weights are transformed while they are multiplied
  strassen,        // 1x1 convolution in fewer products of parts of the channels and groups of pixels
  direct_width,    // convolution with few output channels, vectors along the width; planar in and out
  depthwise,       // convolution, one filter per channel, vectors along channels
  transposed,      // transposed convolution: one direct convolution for each phase of the stride
  local,           // convolution with weights of its own at each position
  matrix_vector,   // linear, or a convolution over all of its input: vectors along output features
  window_pool,     // a pool that is not fused
  global_pool,     // of all positions
  map,             // an activation alone
  affine,          // a batch norm that could not be folded, scale, shift, prelu
  combine,         // an operation on two feature maps that could not be fused
  soft_max,        // softmax, log_softmax
  normalise,       // instance_norm, layer_norm, group_norm
  response_norm,   // local_response_norm
  resize,          // linear interpolation
  pad,             // a copy with something around it
  copy,            // moves elements: into another layout, shape or order, or between halos
};

constexpr std::string_view spelling(algorithm a) {
  constexpr std::string_view names[] = {"direct",    "winograd_rows", "winograd_tiles", "winograd_plain",
                                        "strassen",  "direct_width",  "depthwise",      "transposed",
                                        "local",     "matrix_vector", "window_pool",    "global_pool",
                                        "map",       "affine",        "combine",        "soft_max",
                                        "normalise", "response_norm", "resize",         "pad",
                                        "copy"};
  return names[static_cast<int>(a)];
}
/// Winograd's tiles of rows and columns?
constexpr bool is_winograd_tiled(algorithm a) {
  return a == algorithm::winograd_tiles || a == algorithm::winograd_plain;
}
/// Tiles are transformed, multiplied point by point, and combined.
constexpr bool is_tiled(algorithm a) { return is_winograd_tiled(a) || a == algorithm::strassen; }
constexpr bool is_convolution(algorithm a) { return a <= algorithm::local; }
constexpr bool has_weights(algorithm a) { return a <= algorithm::matrix_vector; }

/// The window of a node on the axes of memory: 0 depth, 1 rows, 2 columns.
constexpr window on_memory(const node& n) {
  const int rank = n.out.spatial_rank(), shift = rank < max_spatial_rank ? max_spatial_rank - rank : 0;
  window w;
  for (int axis = shift; axis < max_spatial_rank; ++axis) {
    w.kernel[axis] = n.win.kernel[axis - shift];
    w.stride[axis] = n.win.stride[axis - shift];
    w.dilation[axis] = n.win.dilation[axis - shift];
    w.pad_lo[axis] = n.win.pad_lo[axis - shift];
    w.pad_hi[axis] = n.win.pad_hi[axis - shift];
  }
  return w;
}

/// A transposed convolution with stride S is S dense convolutions along each axis, one for each phase:
/// outputs r, r + S, r + 2 S, ... take the taps k for which r + pad_lo - k * dilation is a multiple of S, and
/// output number j of the phase reads inputs j + offset, j + offset + step, ...
struct axis_phase {
  index outputs;        // of the phase
  index taps;           // those of the filter that it has
  index tap, tap_step;  // the filter's tap for the first input, and from one input to the next (negative)
  index offset, step;   // inputs
};

constexpr axis_phase phase_of(const window& w, int axis, index r, index outputs) {
  const index s = w.stride[axis], d = w.dilation[axis];
  axis_phase p{(outputs - r + s - 1) / s, 0, 0, 0, 0, 1};
  if (r >= outputs) p.outputs = 0;
  index last = -1;
  for (index k = 0; k < w.kernel[axis]; ++k) {
    const index at = r + w.pad_lo[axis] - k * d;
    if (at % s != 0) continue;
    if (last >= 0) p.tap_step = last - k, p.step = (k - last) * d / s;
    last = k;
    ++p.taps;
    p.tap = k;
    p.offset = at / s;
  }
  return p;
}

/// The function that an activation layer applies.
constexpr function function_of(const attributes& a) {
  if (!is_activation(a.kind)) return function{};
  const int number = static_cast<int>(a.kind) - static_cast<int>(op::relu);
  return {static_cast<activation>(number + static_cast<int>(activation::relu)), a.alpha, a.beta, a.user};
}

/// One step: a layer with what was fused into it. Its epilogue, applied while results are in registers, is
///   pool(activation(result + bias + residual))
struct step {
  static constexpr int max_covered = 8, max_chain = 8;

  algorithm how = algorithm::copy;
  int node = -1;      // the layer whose window and weights are used
  int norm = -1;      // batch norm folded into the weights, or -1
  int pool = -1;      // pool applied to the result, or -1
  function act;       // applied to the result
  int in = -1;        // buffers
  int residual = -1;  // second operand: added, or of `combine`
  int out = -1;
  int scratch = -1;      // memory of the step itself
  int clears = -1;       // buffer around whose map zeros are written first
  int outputs = 0;       // of a Winograd tile along an axis with three taps
  int columns = 0;       // of Winograd tiles: the same along a row; 1: its taps are added as they are
  bool of_rows = false;  // of a global pool: each row is pooled by itself, for a step that pools these
  int operand = 0;       // of a copy into a concatenation: which of its two maps
  int through = -1;  // of a copy that is a slice: the channel shuffle in front, whose input it reads, or -1
  int chain = 0;     // of the first step of a chain: how many steps advance together
  index band = 0;    // of all steps of a chain: rows of the last one's result that are computed at a time
  bool by_rows = false;  // of a direct convolution: adds one row of its filter after the other to the output
  index macs = 0;
  int covered[max_covered]{};  // nodes of the graph that this step computes, in order
  int covered_count = 0;

  /// Is it a convolution in tiles of one column? (No other step has `columns` of 1.)
  constexpr bool one_column() const { return columns == 1; }
};

template <int Steps, int Buffers>
struct plan {
  step steps[Steps];
  buffer buffers[Buffers];
  int step_count = 0;
  int buffer_count = 0;
  index arena_elements = 0;
  numerics numbers = numerics::standard;
};

/// Read access to a plan of any length.
struct plan_view {
  std::span<const step> steps;
  std::span<const buffer> buffers;
  index arena_elements;
  numerics numbers = numerics::standard;
};

template <int Steps, int Buffers>
constexpr plan_view view_of(const plan<Steps, Buffers>& p) {
  return {std::span(p.steps).first(static_cast<std::size_t>(p.step_count)),
          std::span(p.buffers).first(static_cast<std::size_t>(p.buffer_count)), p.arena_elements, p.numbers};
}

/// A plan without the room that its making took: what a program keeps of it. (That of a wrong model is
/// empty.)
template <const auto& Plan>
inline constexpr auto kept_plan = [] {
  constexpr int steps = Plan.step_count > 0 ? Plan.step_count : 1;
  constexpr int buffers = Plan.buffer_count > 0 ? Plan.buffer_count : 1;
  plan<steps, buffers> p{{}, {}, Plan.step_count, Plan.buffer_count, Plan.arena_elements, Plan.numbers};
  for (int i = 0; i < Plan.step_count; ++i) p.steps[i] = Plan.steps[i];
  for (int i = 0; i < Plan.buffer_count; ++i) p.buffers[i] = Plan.buffers[i];
  return p;
}();

/// Alignment of the arena and of every buffer in it, in elements: 64 bytes, a cache line and the widest
/// vector.
inline constexpr index arena_alignment = 16;

/// What a buffer takes of it.
constexpr index own_elements(const buffer& b) {
  return (b.elements() + b.slack + arena_alignment - 1) / arena_alignment * arena_alignment;
}

}  // namespace tenon
