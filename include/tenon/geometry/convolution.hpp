// F4. From a convolution or linear layer of the plan to the numbers and keys of its micro-kernels.
#pragma once

#include "tenon/geometry/step.hpp"
#include "tenon/kernel/piece.hpp"
#include "tenon/kernel/width.hpp"

namespace tenon {

/// Elements from the first one of the input buffer to the one under the first tap of the first output pixel.
constexpr index first_tap(const step_view& s) {
  const window w = on_memory(s.layer());
  return s.in().origin() - w.pad_lo[0] * s.in().plane_step() - w.pad_lo[1] * s.in().row_step() -
         w.pad_lo[2] * s.in().column_step();
}

/// A 1x1 convolution with stride 1 between maps without halos has no rows: it runs as one long row.
constexpr bool is_pointwise(const step_view& s) {
  const window w = on_memory(s.layer());
  return w.kernel[0] * w.kernel[1] * w.kernel[2] == 1 && w.stride[0] * w.stride[1] * w.stride[2] == 1 &&
         !w.padded() && s.what.pool < 0 && s.what.band == 0 && !s.in().has_halo() && !s.out().has_halo() &&
         !s.residual().has_halo();
}

/// Direct and depthwise convolution.
struct direct_geometry {
  direct_layer layer;
  tile shape;
  int rest_vectors;
  bool partial;  // is the last vector that is stored of the last block not full?
  index packed;  // elements of the packed weights
};

/// Taps that lie behind one another in memory are one loop: a row of the filter where columns follow
/// channels.
constexpr void join_taps(direct_layer& l) {
  if (l.tap_channels == 1) l.tap_channel_step = l.tap_column_step;
  if (l.tap_channels == 1 || l.tap_column_step == l.tap_channels * l.tap_channel_step) {
    l.tap_channels *= l.tap_columns;
    l.tap_columns = 1;
  }
}

/// Taps of a row of a depthwise filter, whose taps are joined, that are computed together: all of them if
/// their inputs overlap and they leave room for accumulators where there are 16 registers.
constexpr row_of_taps taps_at_once(const direct_layer& l) {
  const index taps = l.tap_channels, stride = l.column_step / l.tap_channel_step;
  const bool overlap = stride < taps && l.column_step % l.tap_channel_step == 0;
  return overlap && taps <= 5 ? row_of_taps{static_cast<int>(taps), static_cast<int>(stride)} : row_of_taps{};
}

/// Lanes of a vector that share a channel: two where taps are next to each other in memory and it pays. It
/// decides in which order taps are added, so it must be the same within a chain, where the map is one row.
constexpr int lanes_per_channel_of(const step_view& s, simd isa, const direct_layer& l) {
  const bool possible = s.what.how == algorithm::direct && !s.what.by_rows &&
                        s.plan.numbers != numerics::reproducible && l.tap_channel_step == 1 &&
                        l.tap_channels % 2 == 0 && l.taps() >= 8;
  if (!possible) return 1;
  const epilogue e = epilogue_of(s);
  return choose_tile(isa, l.group_channels, e.pool_rows, s.out().columns * e.pool_columns, e.pool_rows,
                     e.pool_columns, l.taps(), 1, 2)
      .lanes_per_channel;
}

/// Do the weights of a block of channels come from L2 for each tile?
constexpr bool streams(const direct_layer& l, bool rest_block) {
  return (rest_block ? l.rest_panel : l.panel) * index(sizeof(float)) > panel_in_l1;
}

/// Cuts the output channels of each group into blocks of the tile's.
constexpr direct_geometry cut_blocks(direct_layer l, const tile& t) {
  l.tile_rows = t.rows;
  l.tile_columns = t.columns;
  l.block_channels = t.channels();
  l.blocks = l.group_channels / t.channels();
  const index rest = l.group_channels % t.channels(), rest_vectors = pieces(rest, t.vector_channels());
  l.rest_block = rest > 0;
  const index taps = l.taps(), last = rest > 0 ? rest : t.channels();
  l.panel = t.channels() * (1 + taps);
  l.rest_panel = rest_vectors * t.vector_channels() * (1 + taps);
  l.last_lanes = static_cast<std::size_t>(last - (pieces(last, t.lanes) - 1) * t.lanes);
  l.fetch_ahead();
  return {l, t, static_cast<int>(rest_vectors), last % t.lanes != 0,
          l.groups * (l.blocks * l.panel + l.rest_block * l.rest_panel)};
}

/// What all convolutions with vectors along output channels have in common.
constexpr direct_layer output_of(const step_view& s, const epilogue& e) {
  const buffer &out = s.out(), &residual = s.residual();
  direct_layer l{};
  l.planes = out.depth;
  l.rows = out.rows * e.pool_rows;  // rows and columns that no window of the pool takes are not computed
  l.columns = out.columns * e.pool_columns;
  l.out_plane_step = out.plane_step();
  l.out_row_step = out.row_step();
  l.out_column_step = out.column_step();
  if (s.layer().attr.untied_bias) {  // the biases lie as a dense interleaved map
    l.residual_column_step = out.channels;
    l.residual_row_step = out.channels * out.columns;
    l.residual_plane_step = l.residual_row_step * out.rows;
  } else if (s.has_residual()) {
    l.residual_plane_step = residual.plane_step();
    l.residual_row_step = residual.row_step();
    l.residual_column_step = residual.column_step();
  }
  l.pool_rows = e.pool_rows;
  l.pool_columns = e.pool_columns;
  l.groups = 1;
  l.group_channels = out.channels;
  l.tap_planes = l.tap_rows = 1;
  return l;
}

constexpr direct_geometry direct_of(const step_view& s, simd isa) {
  const node& n = s.layer();
  const window w = on_memory(n);
  const buffer& in = s.in();
  const epilogue e = epilogue_of(s);
  const bool depthwise = s.what.how == algorithm::depthwise;
  direct_layer l = output_of(s, e);
  l.plane_step = w.stride[0] * in.plane_step();
  l.row_step = w.stride[1] * in.row_step();
  l.column_step = w.stride[2] * in.column_step();
  if (is_pointwise(s)) {
    l.columns *= l.rows * l.planes;
    l.rows = l.planes = 1;
  }
  if (s.what.how == algorithm::local) l.planes = l.rows = l.columns = 1;
  l.depthwise = depthwise;
  if (!depthwise) l.groups = n.groups;
  l.group_step = in.channels / l.groups * in.channel_step();
  l.group_channels = s.out().channels / l.groups;
  l.tap_planes = w.kernel[0];
  l.tap_plane_step = w.dilation[0] * in.plane_step();
  l.tap_rows = w.kernel[1];
  l.tap_row_step = w.dilation[1] * in.row_step();
  l.tap_columns = w.kernel[2];
  l.tap_column_step = w.dilation[2] * in.column_step();
  l.tap_channels = depthwise ? 1 : in.channels / n.groups;
  l.tap_channel_step = in.channel_step();
  join_taps(l);
  if (depthwise)
    return cut_blocks(l, choose_depthwise_tile(isa, l.group_channels, l.columns, e.pool_rows, e.pool_columns,
                                               taps_at_once(l)));
  // A chain may ask for any number of rows.
  const index rows = s.what.band > 0 ? e.pool_rows : l.rows;
  const int shared = lanes_per_channel_of(s, isa, l);
  return cut_blocks(l, choose_tile(isa, l.group_channels, rows, l.columns, e.pool_rows, e.pool_columns,
                                   s.what.by_rows ? l.taps() / l.tap_rows : l.taps(), shared, shared));
}

/// Inputs that fill the L2 cache would come from further off once for each block of output channels (of a
/// depthwise convolution, the lines beside those that a block reads come along), weights that fill it once
/// for each turn: the layer is computed in turns where only its inputs do (56 x 56 pixels of 256 channels,
/// 112 x 112 of 32 depthwise, Intel Ice Lake: 5 to 10 % less time). A depthwise one takes all channels of a
/// row of tiles before the next row, as they lie in memory (32 channels of 112 x 112 pixels: 160 us in turns
/// of more rows, 115 so; 64 with a stride of 2: 212, 149; Intel Granite Rapids). Weights of 512 to 256
/// channels still stay (28 x 28 pixels: 1350 us, 1230 in turns, Intel Emerald Rapids).
constexpr turn turn_of(const step_view& s, const direct_geometry& g) {
  constexpr index in_cache = 640 * 1024, weights_in_cache = 600 * 1024, at_once = 128 * 1024;  // bytes
  const direct_layer& l = g.layer;
  const index inputs = s.in().full_positions() * s.in().channels * index(sizeof(float));
  const bool has_turns = (s.what.how == algorithm::direct || s.what.how == algorithm::depthwise) &&
                         !s.what.by_rows && s.what.band == 0;
  if (!has_turns || l.groups > 1 || l.blocks + l.rest_block == 1 || inputs <= in_cache ||
      g.packed * index(sizeof(float)) > weights_in_cache)
    return {};
  for (const cut_axis axis : {cut_axis::planes, cut_axis::rows, cut_axis::columns}) {
    const index all = turn{axis, 1}.count(l), at_most = all * at_once / inputs;
    if (inputs / all <= 2 * at_once) return {axis, at_most > 1 && !l.depthwise ? at_most : 1};
  }
  return {};
}

/// One phase of a transposed convolution: a direct one over part of the taps, into every stride-th output.
struct phase_geometry : direct_geometry {
  axis_phase axes[max_spatial_rank];
  index in_first, out_first, residual_first;  // from the first element of the map, in elements
  index weights;                              // packed elements of the phases before
};

constexpr index phases_of(const step_view& s) {
  const window w = on_memory(s.layer());
  return w.stride[0] * w.stride[1] * w.stride[2];
}

constexpr phase_geometry phase_of(const step_view& s, simd isa, index phase) {
  const node& n = s.layer();
  const window w = on_memory(n);
  const buffer &in = s.in(), &out = s.out();
  const index r[] = {phase / (w.stride[1] * w.stride[2]), phase / w.stride[2] % w.stride[1],
                     phase % w.stride[2]};
  const index outputs[] = {out.depth, out.rows, out.columns};
  phase_geometry g{};
  for (int axis = 0; axis < max_spatial_rank; ++axis)
    g.axes[axis] = tenon::phase_of(w, axis, r[axis], outputs[axis]);
  direct_layer l = output_of(s, epilogue_of(s));
  g.in_first = g.axes[0].offset * in.plane_step() + g.axes[1].offset * in.row_step() +
               g.axes[2].offset * in.column_step();
  g.out_first = r[0] * l.out_plane_step + r[1] * l.out_row_step + r[2] * l.out_column_step;
  g.residual_first =
      r[0] * l.residual_plane_step + r[1] * l.residual_row_step + r[2] * l.residual_column_step;
  l.planes = g.axes[0].outputs, l.rows = g.axes[1].outputs, l.columns = g.axes[2].outputs;
  l.out_plane_step *= w.stride[0], l.out_row_step *= w.stride[1], l.out_column_step *= w.stride[2];
  l.residual_plane_step *= w.stride[0], l.residual_row_step *= w.stride[1];
  l.residual_column_step *= w.stride[2];
  l.plane_step = in.plane_step(), l.row_step = in.row_step(), l.column_step = in.column_step();
  l.groups = n.groups;
  l.group_step = in.channels / n.groups * in.channel_step();
  l.group_channels = out.channels / n.groups;
  l.tap_planes = g.axes[0].taps, l.tap_plane_step = g.axes[0].step * in.plane_step();
  l.tap_rows = g.axes[1].taps, l.tap_row_step = g.axes[1].step * in.row_step();
  l.tap_columns = g.axes[2].taps, l.tap_column_step = g.axes[2].step * in.column_step();
  l.tap_channels = in.channels / n.groups;
  l.tap_channel_step = in.channel_step();
  static_cast<direct_geometry&>(g) =
      cut_blocks(l, choose_tile(isa, l.group_channels, l.rows, l.columns, 1, 1, l.taps()));
  return g;
}

/// Packed elements of the phases before number `phase`.
constexpr index packed_before(const step_view& s, simd isa, index phase) {
  index total = 0;
  for (index p = 0; p < phase; ++p) total += phase_of(s, isa, p).packed;
  return total;
}

/// The key of one of the eight micro-kernels of a direct convolution, for these taps.
constexpr direct_key direct_key_of(const step_view& s, const direct_geometry& g, bool rest_block,
                                   bool rest_rows, bool rest_columns, addends taps = addends::all) {
  direct_key key{};
  key.shape = g.shape;
  if (rest_block) key.shape.vectors = g.rest_vectors;
  if (rest_rows) key.shape.rows = static_cast<int>(g.layer.rows % g.layer.tile_rows);
  if (rest_columns) key.shape.columns = static_cast<int>(g.layer.columns % g.layer.tile_columns);
  key.column_step = key.shape.columns > 1 ? g.layer.column_step : 0;
  key.row_step = key.shape.rows > 1 ? g.layer.row_step : 0;
  key.after = epilogue_of(s);
  key.partial = g.partial && rest_block == (g.layer.rest_block > 0);
  key.depthwise = g.layer.depthwise ? taps_at_once(g.layer).taps : 0;
  key.tap_step = g.layer.depthwise ? g.layer.tap_channel_step : 0;
  key.fetches = key.fetches_outputs = g.layer.ahead_step > 0 && s.what.how != algorithm::winograd_rows;
  key.streams = !g.layer.depthwise && streams(g.layer, rest_block);
  key.numbers = s.plan.numbers;
  key.taps = taps;
  key.biased = taps == addends::all || taps == addends::first;
  return key;
}

/// Convolution along the width.
struct width_geometry {
  width_layer layer;
  width_tile shape;
  index packed;
};

constexpr width_geometry width_of(const step_view& s, simd isa) {
  const window& w = s.layer().win;
  const buffer &in = s.in(), &out = s.out();
  const epilogue e = epilogue_of(s);
  width_layer l{};
  l.rows = out.rows * e.pool_rows;
  l.columns = out.columns * e.pool_columns;
  l.channels = out.channels;
  l.row_step = w.stride[0] * in.row_step();
  l.tap_rows = w.kernel[0];
  l.tap_columns = w.kernel[1];
  l.tap_channels = in.channels;
  l.tap_row_step = w.dilation[0] * in.row_step();
  l.tap_column_step = w.dilation[1];
  l.tap_channel_step = in.full_rows() * in.full_columns();
  l.out_row_step = out.full_columns();
  l.out_channel_step = out.full_rows() * out.full_columns();
  l.pool_rows = e.pool_rows;
  l.pool_columns = e.pool_columns;
  const width_tile t = choose_width_tile(isa, l.channels, l.rows, l.columns, e.pool_rows, e.pool_columns);
  l.tile_rows = t.rows;
  l.tile_columns = t.vectors * isa.lanes;
  l.tile_channels = t.channels;
  return {l, t, l.channels * (1 + l.tap_rows * l.tap_columns * l.tap_channels)};
}

constexpr width_key width_key_of(const step_view& s, const width_geometry& g, bool rest_channels,
                                 bool rest_rows) {
  width_key key{g.shape, epilogue_of(s), s.plan.numbers};
  if (rest_channels) key.shape.channels = static_cast<int>(g.layer.channels % g.layer.tile_channels);
  if (rest_rows) key.shape.rows = static_cast<int>(g.layer.rows % g.layer.tile_rows);
  return key;
}

/// Linear layer: `blocks` blocks of `vectors` vectors of outputs; the last one may be smaller.
struct linear_geometry {
  index inputs, outputs;
  int lanes, vectors, rest_vectors;
  int split;         // partial sums on every instruction set, or 0: as many as keep the FMA units busy
  index blocks;      // all, the last one among them
  index last_lanes;  // outputs in the last vector
  index packed;
};

constexpr linear_geometry linear_of(const step_view& s, simd isa) {
  linear_geometry g{};
  g.inputs = s.in().channels * s.in().positions();
  g.outputs = s.out().channels;
  g.lanes = lanes_for(isa, g.outputs);
  const index vectors = pieces(g.outputs, g.lanes);
  // 8 accumulators keep both FMA units busy; equal blocks leave none of them with little to do.
  g.split = s.plan.numbers == numerics::reproducible ? 4 : 0;
  g.blocks = pieces(vectors, g.split > 0 ? 8 / g.split : 8);
  // Blocks are what threads share out. Of 2 MB of weights and more there are 3 or 4, for what one core's L2
  // cache does not hold two cores read faster.
  if (g.blocks < 4 && vectors >= 4 && g.inputs * g.outputs > 500'000) g.blocks = 4;
  g.vectors = static_cast<int>(pieces(vectors, g.blocks));
  g.blocks = pieces(vectors, g.vectors);
  g.rest_vectors = static_cast<int>(vectors - (g.blocks - 1) * g.vectors);
  g.last_lanes = g.outputs - (vectors - 1) * g.lanes;
  g.packed = vectors * g.lanes * (1 + g.inputs);
  return g;
}

constexpr linear_key linear_key_of(const step_view& s, const linear_geometry& g, bool last) {
  linear_key key{};
  key.vectors = last ? g.rest_vectors : g.vectors;
  key.lanes = g.lanes;
  key.split = g.split > 0 ? g.split : static_cast<int>(pieces(8, key.vectors));
  key.act = s.what.act;
  key.residual = s.has_residual();
  key.partial = last && g.last_lanes != g.lanes;
  key.numbers = s.plan.numbers;
  return key;
}

}  // namespace tenon
