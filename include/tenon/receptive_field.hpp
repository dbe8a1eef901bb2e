// F3. Receptive fields: the elements of an input that one element of an output depends on.
#pragma once

#include <vector>

#include "tenon/infer.hpp"

namespace tenon {
namespace detail {

/// Elements first to last along one axis; none if `last` is smaller. They go on beyond the edges of the
/// feature map, where padding is.
struct stretch {
  index first = 0, last = -1;

  constexpr bool empty() const { return last < first; }
  constexpr void widen(stretch s) {
    if (s.empty()) return;
    if (empty() || s.first < first) first = s.first;
    if (s.last > last) last = s.last;
  }
};

/// The elements of one feature map that are asked for: of a map, positions along each axis; of a vector, one
/// element or all.
struct request {
  stretch along[max_axes];
  bool any = false, all = false;

  constexpr void widen(const request& r, int rank) {
    for (int axis = 0; axis < rank; ++axis) along[axis].widen(r.along[axis]);
    any = any || r.any;
    all = all || r.all;
  }
};

/// Farther than any element: sums and products stop there, so that they do not overflow.
inline constexpr index far_away = index(1) << 61;
constexpr index bounded(index at) { return at > far_away ? far_away : at < -far_away ? -far_away : at; }
constexpr index scaled(index at, index by) {
  if (by < 0) return -scaled(at, by < -far_away ? far_away : -by);
  if (by != 0 && at > far_away / by) return far_away;
  if (by != 0 && at < -far_away / by) return -far_away;
  return at * by;
}
/// Rounded down; b > 0.
constexpr index floor_of(index a, index b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

/// What the outputs `o` of a linear interpolation by `scale` read of `extent` inputs: the neighbours of each
/// place. Places are clamped to the map for outputs of the map.
constexpr stretch interpolated(const attributes& a, index scale, index extent, stretch o) {
  if (scale == 1) return o;
  const index outputs = extent * scale;
  stretch in;
  if (!a.align_corners)  // (o + 1/2) / scale - 1/2
    in = {floor_of(scaled(2, o.first) + 1 - scale, 2 * scale),
          floor_of(scaled(2, o.last) + 1 - scale, 2 * scale) + 1};
  else if (outputs > 1)  // o * (extent - 1) / (outputs - 1)
    in = {floor_of(scaled(o.first, extent - 1), outputs - 1),
          -floor_of(-scaled(o.last, extent - 1), outputs - 1)};
  if (o.first >= 0 && in.first < 0) in.first = 0;
  if (o.last < outputs && in.last >= extent) in.last = extent - 1;
  return in;
}

/// What the outputs `o` along spatial axis `axis` read of an operand of shape `in`, both maps of that axis;
/// `before` elements of another operand are joined in front of it.
constexpr stretch read_along(const node& n, const shape& in, int axis, stretch o, index before) {
  const attributes& a = n.attr;
  const index extent = in.spatial(axis);
  const stretch everything{0, extent - 1};
  switch (a.kind) {
    case op::conv:
    case op::local:
    case op::max_pool:
    case op::avg_pool:
    case op::lp_pool: {
      const window& w = n.win;
      const index behind = dilated_extent(w.kernel[axis], w.dilation[axis]) - 1;
      return {scaled(o.first, w.stride[axis]) - w.pad_lo[axis],
              scaled(o.last, w.stride[axis]) - w.pad_lo[axis] + behind};
    }
    case op::conv_transpose: {  // inputs i with i * stride - pad_lo + k * dilation = o
      const window& w = n.win;
      const index behind = dilated_extent(w.kernel[axis], w.dilation[axis]) - 1, lo = w.pad_lo[axis];
      return {-floor_of(behind - o.first - lo, w.stride[axis]), floor_of(o.last + lo, w.stride[axis])};
    }
    case op::pad:
    case op::crop:
      return {o.first - n.win.pad_lo[axis], o.last - n.win.pad_lo[axis]};
    case op::global_max_pool:
    case op::global_avg_pool:
    case op::global_lp_pool:
    case op::instance_norm:
    case op::group_norm:
      return everything;
    case op::layer_norm:
      return a.per_position || axis + 1 < n.axis ? o : everything;
    case op::softmax:
    case op::log_softmax:
      return axis + 1 == n.axis ? everything : o;
    case op::adaptive_avg_pool: {
      const index outputs = n.out.spatial(axis);
      return {floor_of(scaled(o.first, extent), outputs),
              -floor_of(-scaled(o.last + 1, extent), outputs) - 1};
    }
    case op::upsample:
      if (a.between == interpolation::linear) return interpolated(a, a.kernel.at(axis), extent, o);
      return {floor_of(o.first, a.kernel.at(axis)), floor_of(o.last, a.kernel.at(axis))};
    case op::pixel_shuffle:
      return {floor_of(o.first, a.groups), floor_of(o.last, a.groups)};
    case op::pixel_unshuffle:
      return {scaled(o.first, a.groups), scaled(o.last, a.groups) + a.groups - 1};
    case op::slice: {
      if (axis + 1 != n.axis) return o;
      const index first = n.begin + scaled(o.first, a.step), last = n.begin + scaled(o.last, a.step);
      return first < last ? stretch{first, last} : stretch{last, first};
    }
    case op::concat:
      if (axis + 1 != n.axis) return o;
      if (before > 0) return {o.first < before ? 0 : o.first - before, o.last - before};
      return {o.first, extent < n.out.spatial(axis) && o.last >= extent ? extent - 1 : o.last};
    case op::subtract:
    case op::multiply:
    case op::maximum:
    case op::expand:
      return extent == 1 && n.out.spatial(axis) > 1 ? everything : o;
    default:
      return o;
  }
}

/// The axis of the output that axis `axis` of the input becomes; -1 if it is taken out or mixed with others.
constexpr int becomes(const node& n, const shape& in, int axis) {
  const attributes& a = n.attr;
  if (a.kind == op::permute) {
    for (int i = 0; i < n.out.rank; ++i)
      if (a.axes.values[i] == axis) return i;
  } else if (a.kind == op::squeeze) {
    int kept = 0;
    for (int i = 0; i <= axis; ++i) {
      bool goes = !a.axes.given() && in.extents[i] == 1;
      for (int j = 0; j < a.axes.count && j < extents::capacity; ++j)
        goes = goes || a.axes.values[j] == i || a.axes.values[j] == i - in.rank;
      if (goes && i == axis) return -1;
      kept += !goes;
    }
    return kept - 1;
  } else if (a.kind == op::reshape) {
    bool same = in.rank == n.out.rank;
    for (int i = 1; i < in.rank && same; ++i) same = in.extents[i] == n.out.extents[i];
    return same ? axis : -1;
  }
  return axis;
}

/// What a layer reads of an operand to give the outputs asked for. `position` stands for the element of a
/// vector, if one is asked for that is at one position of a map.
constexpr request read(const node& n, const shape& in, const request& out, index before, index position) {
  request r;
  r.any = true;
  if (in.rank == 1) {
    switch (n.attr.kind) {
      case op::linear:
      case op::softmax:
      case op::log_softmax:
      case op::layer_norm:
      case op::group_norm:
      case op::local_response_norm:
      case op::reshape:
      case op::add:  // equal places in two vectors may be of different positions
      case op::subtract:
      case op::multiply:
      case op::maximum:
        r.all = true;
        break;
      default:
        r.all = out.all;
    }
    return r;
  }
  for (int axis = 0; axis < in.spatial_rank(); ++axis) {
    const index extent = in.spatial(axis);
    const int to = becomes(n, in, axis + 1);
    if (n.out.rank == 1) {
      const index at = position < extent ? position : extent - 1;
      r.along[axis] = out.all ? stretch{0, extent - 1} : stretch{at, at};
    } else if (to < 1) {
      r.along[axis] = {0, extent - 1};
    } else {
      r.along[axis] = read_along(n, in, axis, out.along[to - 1], before);
    }
    r.along[axis] = {bounded(r.along[axis].first), bounded(r.along[axis].last)};
    if (r.along[axis].empty()) r.any = false;
  }
  return r;
}

/// After how many outputs what they read has the same form again, if there is such a number.
constexpr index period_of(const node& n, const shape& in) {
  constexpr index never = 64;
  index most = 1;
  for (int axis = 0; axis < n.out.spatial_rank() && axis < max_spatial_rank; ++axis) {
    index period = 1;
    if (n.attr.kind == op::conv_transpose) period = n.win.stride[axis];
    if (n.attr.kind == op::upsample) period = n.attr.kernel.at(axis);
    if (n.attr.kind == op::pixel_shuffle) period = n.attr.groups;
    if (n.attr.kind == op::adaptive_avg_pool && in.spatial(axis) % n.out.spatial(axis) != 0) period = never;
    if (n.attr.kind == op::upsample && n.attr.align_corners) period = never;
    if (n.attr.kind == op::concat && axis + 1 == n.axis) period = never;
    if (period > most) most = period < never ? period : never;
  }
  return most;
}

/// How many outputs to look at along each axis: one period of all layers, 64 at most; fewer in networks of
/// hundreds of layers, where compilers would end the computation.
constexpr index outputs_to_see(graph_view network) {
  const index most = 64, affordable = 6144 / static_cast<index>(network.nodes.size()) + 1;
  index outputs = 1;
  for (const node& n : network.nodes) {
    if (n.inputs[0] >= 0) outputs *= period_of(n, network.nodes[static_cast<std::size_t>(n.inputs[0])].out);
    if (outputs >= most) outputs = most;
  }
  return outputs < affordable ? outputs : affordable;
}

}  // namespace detail

/// Elements of an input, along each of its spatial axes, that one element of an output depends on: those from
/// the first to the last one, the padding among them (which is the other end of the map where it is cyclic);
/// 0 where the output does not depend on the input. Of outputs that see different numbers of elements,
/// because a layer before them raises the resolution or cuts an axis into unequal pieces, the largest of the
/// first 64 along each axis.
constexpr extents receptive_field(graph_view network, int output = 0, int input = 0) {
  using detail::request;
  const auto at = [&](int id) -> const node& { return network.nodes[static_cast<std::size_t>(id)]; };
  const int last = network.outputs[static_cast<std::size_t>(output)];
  int source = -1, inputs = 0;
  for (int id = 0; id <= last; ++id)
    if (at(id).attr.kind == op::input && inputs++ == input) source = id;
  extents sees;
  if (source < 0) return sees;
  sees.count = at(source).out.spatial_rank();
  const index positions = detail::outputs_to_see(network);
  for (index position = 0; position < positions; ++position) {
    std::vector<request> asked(static_cast<std::size_t>(last) + 1);
    asked.back().any = true;
    for (int axis = 0; axis < at(last).out.spatial_rank(); ++axis) {
      const index extent = at(last).out.spatial(axis);
      const index there = position < extent ? position : extent - 1;
      asked.back().along[axis] = {there, there};
    }
    for (int id = last; id > source; --id) {
      const request& wanted = asked[static_cast<std::size_t>(id)];
      index before = 0;
      for (int in : at(id).inputs) {
        if (in < 0 || !wanted.any) continue;
        const request r = detail::read(at(id), at(in).out, wanted, before, position);
        if (r.any) asked[static_cast<std::size_t>(in)].widen(r, at(in).out.spatial_rank());
        before = at(in).out.extents[at(id).axis];
      }
    }
    const request& wanted = asked[static_cast<std::size_t>(source)];
    for (int axis = 0; axis < sees.count && wanted.any; ++axis) {
      const index extent = wanted.along[axis].last - wanted.along[axis].first + 1;
      if (extent > sees.values[axis]) sees.values[axis] = extent;
    }
  }
  return sees;
}

}  // namespace tenon
