// F4. From a convolution by Winograd's or Strassen's algorithm to the numbers and keys of its micro-kernels.
#pragma once

#include "tenon/geometry/convolution.hpp"
#include "tenon/lower/tiles.hpp"

namespace tenon {

/// Winograd convolution: a direct one over transformed rows, a few output rows at a time.
struct winograd_geometry : direct_geometry {
  winograd_layer rows;
  winograd_axis axis;
  int slide;  // taps of a row whose weights are in registers together, or 0
};

/// Each tile reads the weights of all points of its block and writes their products. Where those are more
/// than the L1 cache, one of fewer vectors whose own stay there, if its sums are enough for the latency of an
/// FMA (13 points of 7x7 taps of 3 channels, 64 outputs at 112x112: 973 us by 6 x 4, 904 by 8 x 2, Intel
/// Emerald Rapids).
constexpr tile rows_tile_in_l1(tile t, simd isa, index columns, index points, index taps) {
  const index of_vector = points * t.lanes * index(sizeof(float)), l1 = 48 * 1024;
  if (t.vectors * of_vector * (taps + t.columns) <= l1) return t;
  for (int vectors = t.vectors - 1; vectors > 0; --vectors) {
    const index in_l1 = l1 / (vectors * of_vector) - taps, in_registers = (isa.registers - 1) / vectors - 1;
    const index most = in_l1 < in_registers ? in_l1 : in_registers;
    if (most < 1) continue;
    const index at_once = pieces(columns, pieces(columns, most));
    if (at_once * vectors >= 12) return {t.rows, static_cast<int>(at_once), vectors, t.lanes};
  }
  return t;
}

constexpr winograd_geometry winograd_of(const step_view& s, simd isa) {
  const window& w = s.layer().win;  // it has two axes
  const buffer& in = s.in();
  const epilogue e = epilogue_of(s);
  const bool planar = in.order == layout::planar;
  const winograd_axis axis = winograd_rows_of(s.layer(), s.what.outputs);
  winograd_layer rows{};
  rows.in_row_step = in.row_step();
  rows.in_tile_step = axis.stride * in.row_step();
  rows.stretches = planar ? in.channels : 1;
  rows.stretch = in.row_step();
  rows.in_stretch_step = in.full_rows() * in.row_step();
  rows.point_step = in.full_columns() * in.pixel;
  rows.first_tap = (in.halo_left - w.pad_lo[1]) * in.column_step();
  direct_layer l = output_of(s, e);
  l.column_step = w.stride[1] * in.column_step();
  l.tap_rows = axis.points();
  l.tap_row_step = rows.point_step;
  l.tap_columns = w.kernel[1];
  l.tap_column_step = in.column_step();
  l.tap_channels = in.channels;
  l.tap_channel_step = planar ? in.full_columns() : 1;
  // Only one row of accumulators is in registers at a time.
  tile t = choose_tile(isa, l.group_channels, 1, l.columns, 1, e.pool_columns);
  if (e.pool_columns == 1)
    t = rows_tile_in_l1(t, isa, l.columns, axis.points(), l.tap_columns * l.tap_channels);
  t.rows = axis.outputs;
  const index taps = l.tap_columns;
  // Taps that are next to each other are added in another order than tap by tap.
  const bool slides = taps > 1 && w.stride[1] == 1 && s.plan.numbers != numerics::reproducible &&
                      t.vectors * (t.columns + taps) + 1 <= isa.registers;
  if (!slides) join_taps(l);
  return {cut_blocks(l, t), rows, axis, slides ? static_cast<int>(taps) : 0};
}

constexpr winograd_tiles_plan winograd_tiles_plan_of(const step_view& s) {
  const epilogue e = epilogue_of(s);
  const int last = s.what.pool >= 0 ? s.what.pool : s.what.node;
  return winograd_tiles_plan_of(s.layer(), s.in().channels, s.what.outputs, s.what.columns,
                                s.graph.nodes[last].out, e.pool_rows, e.pool_columns,
                                s.what.how == algorithm::winograd_plain);
}

/// Tiles of the same row of points whose sums are in registers together, beside the weights of a point, the
/// sums from which they are made, and constants.
constexpr tile plain_tile_of(simd isa, index channels, index tiles, const winograd_shape& shape) {
  const index room = (isa.registers - 4) / shape.columns.points();
  return {1, static_cast<int>(room < 1 ? 1 : room < tiles ? room : tiles), 1, lanes_for(isa, channels)};
}

struct winograd_tiles_geometry {
  winograd_tiles_layer layer;
  winograd_shape shape;
  direct_geometry multiply;
  index packed;
};

constexpr winograd_tiles_geometry winograd_tiles_of(const step_view& s, simd isa) {
  const winograd_tiles_plan p = winograd_tiles_plan_of(s);
  const buffer& in = s.in();
  window w = on_memory(s.layer());
  winograd_tiles_layer l{};
  l.out = output_of(s, epilogue_of(s));
  l.out.out_row_step *= w.dilation[1], l.out.residual_row_step *= w.dilation[1];
  l.out.out_column_step *= w.dilation[2], l.out.residual_column_step *= w.dilation[2];
  l.rows = p.rows, l.columns = p.columns;
  l.planes = p.planes, l.in_planes = p.in_planes;
  l.points = p.shape.points();
  l.tap_row_step = w.dilation[1] * in.row_step(), l.tap_column_step = w.dilation[2] * in.column_step();
  l.in_plane_step = w.stride[0] * in.plane_step();
  if (s.what.one_column()) {
    w = columns_as_planes(w);
    l.in_plane_step = in.column_step();
    l.out.out_plane_step = l.out.out_column_step, l.out.residual_plane_step = l.out.residual_column_step;
  }
  l.in_row_step = w.stride[1] * in.row_step(), l.in_column_step = w.stride[2] * in.column_step();
  l.channels = p.in_channels;
  l.map_rows = s.out().rows, l.map_columns = s.out().columns;
  l.input_step = p.input_step;
  l.plain = s.what.how == algorithm::winograd_plain;

  direct_layer m{};
  m.planes = m.rows = 1;
  m.columns = pieces(l.tiles(), p.turns);
  m.column_step = l.input_step;
  m.tap_planes = w.kernel[0];
  m.tap_plane_step = l.plane_tiles() * l.input_step;
  m.tap_rows = m.tap_columns = l.plain ? 3 : 1;  // plain weights of a block are those of all points
  m.tap_channels = p.in_channels;
  m.tap_channel_step = 1;
  m.pool_rows = m.pool_columns = 1;
  m.groups = 1;
  m.group_channels = p.channels;
  const tile t = l.plain ? plain_tile_of(isa, m.group_channels, m.columns, p.shape)
                         : choose_tile(isa, m.group_channels, 1, m.columns, 1, 1, m.taps());
  direct_geometry g = cut_blocks(m, t);
  // Biases stand in front of all, not in the panels.
  g.layer.panel -= t.channels();
  g.layer.rest_panel -= index(g.rest_vectors) * t.lanes;
  g.layer.out_column_step = t.channels();
  if (p.turns > 1) {  // of whole micro-kernels
    const index whole = pieces(m.columns, t.columns) * t.columns;
    g.layer.columns = whole <= p.room ? whole : p.room / t.columns * t.columns;
  }
  l.block = g.layer.columns;
  l.multiply = g.layer;
  const index blocks = g.layer.blocks + g.layer.rest_block;
  l.group = p.by_points ? blocks : 1;
  l.input_point = p.input_point(l.block);
  l.product_point = p.point_step(l.group * l.block * t.channels());
  l.products = l.points * l.input_point;
  l.vectors = t.vectors, l.rest_vectors = g.rest_vectors, l.lanes = t.lanes;
  l.bias = pieces(s.out().channels, arena_alignment) * arena_alignment;
  l.out.tap_channel_step = l.product_point;
  l.out.last_lanes = g.layer.last_lanes;
  const index weights = g.layer.blocks * g.layer.panel + g.layer.rest_block * g.layer.rest_panel;
  return {l, p.shape, g, l.bias + (l.plain ? 1 : l.points) * weights};
}

/// The key of the micro-kernels that multiply plain weights.
constexpr winograd_plain_key plain_key_of(const step_view& s, const winograd_tiles_geometry& g) {
  const winograd_tiles_layer& l = g.layer;
  return {g.shape,       static_cast<int>(l.multiply.tile_columns),
          l.lanes,       l.input_point,
          l.input_step,  l.product_point,
          s.plan.numbers};
}

/// The key of the micro-kernel that multiplies, and of the one that combines.
constexpr direct_key multiply_key_of(const step_view& s, const winograd_tiles_geometry& g, bool rest_block,
                                     bool rest_tiles) {
  direct_key key{};
  key.shape = g.multiply.shape;
  if (rest_block) key.shape.vectors = g.multiply.rest_vectors;
  if (rest_tiles) key.shape.columns = static_cast<int>(g.layer.tiles() % g.layer.multiply.tile_columns);
  key.column_step = g.layer.input_step;
  key.biased = false;
  key.fetches = g.layer.multiply.ahead_step > 0;
  key.streams = streams(g.layer.multiply, rest_block);
  key.fetches_outputs = key.fetches && g.shape.halvings > 0;  // products of Winograd's points stay near
  key.numbers = s.plan.numbers;
  return key;
}
constexpr direct_key combine_key_of(const step_view& s, const winograd_tiles_geometry& g, bool partial,
                                    bool rest_rows, bool rest_columns) {
  const winograd_tiles_layer& l = g.layer;
  direct_key key{};
  key.shape = {g.shape.rows.outputs, g.shape.columns.outputs, 1, l.lanes};
  if (g.shape.halvings > 0) key.shape.columns = 1;  // pixel by pixel
  if (rest_rows) key.shape.rows = static_cast<int>(l.rows.outputs % l.rows.tile);
  if (rest_columns) key.shape.columns = static_cast<int>(l.columns.outputs % l.columns.tile);
  key.after = epilogue_of(s);
  key.partial = partial;
  key.numbers = s.plan.numbers;
  return key;
}

}  // namespace tenon
