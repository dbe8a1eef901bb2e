// F4. From a step that works element by element, or only moves elements, to the loops over its maps.
#pragma once

#include "tenon/geometry/step.hpp"
#include "tenon/kernel/nest.hpp"

namespace tenon {

/// Elements from one to the next along each axis of a shape, whose map lies in `b`.
struct axis_steps {
  index at[max_rank]{};

  constexpr axis_steps(const buffer& b, const shape& s) {
    at[0] = b.channel_step();
    index outer = b.plane_step();
    for (int axis = s.rank - 1; axis > 0; --axis) {
      const int from_last = s.rank - 1 - axis;
      at[axis] = from_last == 0 ? b.column_step() : from_last == 1 ? b.row_step() : outer;
      if (from_last >= 2) outer *= s.extents[axis];
    }
  }
};

/// The elements of a map one behind the other in natural order.
constexpr axis_steps natural_steps(const shape& s) {
  buffer b;
  b.order = layout::planar;
  b.columns = s.rank >= 2 ? s.extents[s.rank - 1] : 1;
  b.rows = s.rank >= 3 ? s.extents[s.rank - 2] : 1;
  b.depth = s.positions() / (b.rows * b.columns);
  return {b, s};
}

/// The loops of a shuffle of `channels` channels, of which `to` may be a part: one channel of each group
/// after the other.
constexpr void add_shuffled(nest& n, const shape& to, index channels, index groups, const axis_steps& a,
                            const axis_steps& o) {
  n.add(to.channels() / groups, a.at[0], 0, o.at[0] * groups);
  n.add(groups, a.at[0] * (channels / groups), 0, o.at[0]);
  for (int i = 1; i < to.rank; ++i) n.add(to.extents[i], a.at[i], 0, o.at[i]);
}

/// The walk of a step that moves elements: out = a.
constexpr nest copy_nest(const step_view& s) {
  const buffer &in = s.in(), &out = s.out();
  nest n;
  n.a_first = in.origin(), n.out_first = out.origin();
  if (s.what.node < 0) {
    n.add(in.channels, in.channel_step(), 0, out.channel_step());
    n.add(in.depth, in.plane_step(), 0, out.plane_step());
    n.add(in.rows, in.row_step(), 0, out.row_step());
    n.add(in.columns, in.column_step(), 0, out.column_step());
    return n.settle();
  }
  const node& l = s.layer();
  const shape &from = s.in_shape(), &to = l.out;
  const axis_steps a(in, from), o(out, to);
  const index r = l.attr.groups;
  switch (l.attr.kind) {
    case op::flatten:
    case op::reshape:
    case op::squeeze: {
      const axis_steps natural = natural_steps(from);
      for (int i = 0; i < from.rank; ++i) n.add(from.extents[i], a.at[i], 0, natural.at[i]);
      break;
    }
    case op::permute:
      for (int i = 0; i < to.rank; ++i) n.add(to.extents[i], a.at[l.attr.axes.values[i]], 0, o.at[i]);
      break;
    case op::expand:
      for (int i = 0; i < to.rank; ++i) n.add(to.extents[i], from.extents[i] == 1 ? 0 : a.at[i], 0, o.at[i]);
      break;
    case op::slice:
      if (s.what.through >= 0) {
        const index groups = s.graph.nodes[s.what.through].attr.groups;
        n.a_first += l.begin / groups * a.at[0];
        add_shuffled(n, to, from.channels(), groups, a, o);
        break;
      }
      n.a_first += l.begin * a.at[l.axis];
      for (int i = 0; i < to.rank; ++i)
        n.add(to.extents[i], a.at[i] * (i == l.axis ? l.attr.step : 1), 0, o.at[i]);
      break;
    case op::crop:
      for (int i = 0; i < to.rank; ++i) {
        if (i > 0) n.a_first -= l.win.pad_lo[i - 1] * a.at[i];
        n.add(to.extents[i], a.at[i], 0, o.at[i]);
      }
      break;
    case op::pad:
      for (int i = 0; i < from.rank; ++i) {
        if (i > 0) n.out_first += l.win.pad_lo[i - 1] * o.at[i];
        n.add(from.extents[i], a.at[i], 0, o.at[i]);
      }
      break;
    case op::upsample:
      n.add(to.channels(), a.at[0], 0, o.at[0]);
      for (int i = 1; i < to.rank; ++i) {
        const index scale = l.attr.kernel.at(i - 1);
        n.add(from.extents[i], a.at[i], 0, o.at[i] * scale);
        n.add(scale, 0, 0, o.at[i]);
      }
      break;
    case op::pixel_shuffle:
      n.add(to.channels(), a.at[0] * r * r, 0, o.at[0]);
      n.add(from.extents[1], a.at[1], 0, o.at[1] * r);
      n.add(r, a.at[0] * r, 0, o.at[1]);
      n.add(from.extents[2], a.at[2], 0, o.at[2] * r);
      n.add(r, a.at[0], 0, o.at[2]);
      break;
    case op::pixel_unshuffle:
      n.add(from.channels(), a.at[0], 0, o.at[0] * r * r);
      n.add(to.extents[1], a.at[1] * r, 0, o.at[1]);
      n.add(r, a.at[1], 0, o.at[0] * r);
      n.add(to.extents[2], a.at[2] * r, 0, o.at[2]);
      n.add(r, a.at[2], 0, o.at[0]);
      break;
    case op::channel_shuffle:
      add_shuffled(n, to, from.channels(), r, a, o);
      break;
    default:  // concat
      if (s.what.operand == 1) n.out_first += (to.extents[l.axis] - from.extents[l.axis]) * o.at[l.axis];
      for (int i = 0; i < from.rank; ++i) n.add(from.extents[i], a.at[i], 0, o.at[i]);
      break;
  }
  return n.settle();
}

/// The walk of a step that works element by element: out = f(a), or f(a, b) of two maps; without a second map
/// b is the number of the channel.
constexpr nest element_nest(const step_view& s) {
  const buffer &in = s.in(), &out = s.out(), &other = s.residual();
  const node& l = s.layer();
  const auto input = [&](int i) -> const shape& { return s.graph.nodes[l.inputs[i]].out; };
  const bool joins = s.what.how == algorithm::combine;
  nest n;
  n.a_first = in.origin(), n.out_first = out.origin();
  const axis_steps a(in, input(0)), o(out, l.out);
  if (joins) n.b_first = other.origin();
  const axis_steps b(joins ? other : out, joins ? input(1) : l.out);
  for (int i = 0; i < l.out.rank; ++i) {
    const bool a_one = input(0).extents[i] == 1, b_one = joins && input(1).extents[i] == 1;
    n.add(l.out.extents[i], a_one ? 0 : a.at[i], joins ? (b_one ? 0 : b.at[i]) : index(i == 0), o.at[i]);
  }
  return n.settle();
}

}  // namespace tenon
