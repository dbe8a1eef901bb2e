// F4. From a step of the plan to the numbers and keys of its micro-kernels, for one instruction set.
#pragma once

#include "tenon/geometry/convolution.hpp"
#include "tenon/geometry/walk.hpp"
#include "tenon/geometry/winograd.hpp"
#include "tenon/kernel/norm.hpp"
#include "tenon/kernel/pool.hpp"

namespace tenon {

constexpr pooling pooling_of(const attributes& a) {
  switch (a.kind) {
    case op::max_pool:
    case op::global_max_pool:
      return pooling::max;
    case op::lp_pool:
    case op::global_lp_pool:
      return a.norm == 0   ? pooling::linf
             : a.norm == 1 ? pooling::l1
             : a.norm == 2 ? pooling::l2
                           : pooling::l3;
    default:
      return pooling::average;
  }
}

constexpr pool_layer pool_of(const step_view& s) {
  const window w = on_memory(s.layer());
  const buffer &in = s.in(), &out = s.out();
  const index ins[] = {in.depth, in.rows, in.columns}, outs[] = {out.depth, out.rows, out.columns};
  const index in_steps[] = {in.plane_step(), in.row_step(), in.column_step()};
  const index out_steps[] = {out.plane_step(), out.row_step(), out.column_step()};
  pool_layer l{};
  for (int axis = 0; axis < max_spatial_rank; ++axis) {
    const bool global = s.what.how == algorithm::global_pool;
    const index window = global ? ins[axis] / outs[axis] : w.kernel[axis];
    l.axes[axis] = {outs[axis],       ins[axis],      window,         global ? window : w.stride[axis],
                    w.dilation[axis], w.pad_lo[axis], w.pad_hi[axis], in_steps[axis],
                    out_steps[axis]};
  }
  l.exclude_padding = s.layer().attr.exclude_padding;
  l.adaptive = s.layer().attr.kind == op::adaptive_avg_pool;
  return l;
}

constexpr norm_layer norm_of(const step_view& s) {
  const node& n = s.layer();
  const index channels = n.out.channels(), positions = n.out.positions();
  norm_layer l{};
  l.epsilon = n.attr.epsilon;
  l.weights = n.tensor_count / 2;
  switch (n.attr.kind) {
    case op::instance_norm:
      l.sets = channels, l.piece = l.count = positions;
      break;
    case op::group_norm:
      l.sets = n.attr.groups, l.piece = positions, l.count = channels / n.attr.groups * positions;
      break;
    default:  // layer_norm
      l.own_weights = true;
      l.piece = 1;
      l.count = channels;
      l.sets = positions;
      if (n.attr.per_position) break;
      l.count = 1;
      for (int i = n.axis; i < n.out.rank; ++i) l.count *= n.out.extents[i];
      l.sets = n.out.count() / l.count;
      break;
  }
  return l;
}

constexpr softmax_layer softmax_of(const step_view& s) {
  const node& n = s.layer();
  softmax_layer l{1, n.out.extents[n.axis], 1};
  for (int i = 0; i < n.axis; ++i) l.outer *= n.out.extents[i];
  for (int i = n.axis + 1; i < n.out.rank; ++i) l.inner *= n.out.extents[i];
  return l;
}

constexpr response_layer response_of(const step_view& s) {
  const attributes& a = s.layer().attr;
  return {(a.groups - 1) / 2, a.groups / 2, a.alpha / static_cast<float>(a.groups), a.bias, a.beta};
}

constexpr resize_layer resize_of(const step_view& s) {
  const buffer &in = s.in(), &out = s.out();
  return {{{in.depth, out.depth, in.plane_step(), out.plane_step()},
           {in.rows, out.rows, in.row_step(), out.row_step()},
           {in.columns, out.columns, in.column_step(), out.column_step()}},
          s.layer().attr.align_corners};
}

/// Elements of a step's packed weights.
constexpr index packed_elements(const step_view& s, simd isa) {
  switch (s.what.how) {
    case algorithm::direct:
    case algorithm::depthwise:
      return direct_of(s, isa).packed + (s.layer().attr.untied_bias ? s.layer().out.count() : 0);
    case algorithm::local:
      return direct_of(s, isa).packed * s.layer().out.positions();
    case algorithm::transposed:
      return packed_before(s, isa, phases_of(s));
    case algorithm::winograd_rows:
      return winograd_of(s, isa).packed;
    case algorithm::winograd_tiles:
    case algorithm::winograd_plain:
    case algorithm::strassen:
      return winograd_tiles_of(s, isa).packed;
    case algorithm::direct_width:
      return width_of(s, isa).packed;
    case algorithm::matrix_vector:
      return linear_of(s, isa).packed;
    case algorithm::affine:
      return 2 * s.layer().out.channels();
    case algorithm::normalise:
      return s.layer().tensor_count;
    default:
      return 0;
  }
}

/// Elements of a step's packed weights with the gap that keeps the next step's aligned.
constexpr index packed_stride(const step_view& s, simd isa) {
  return pieces(packed_elements(s, isa), arena_alignment) * arena_alignment;
}

}  // namespace tenon
