// F3. Inference of what moves elements, and of what joins several feature maps.
#pragma once

#include "tenon/infer/context.hpp"

namespace tenon::detail {

/// Has a shape that was said as many extents as a shape can have?
constexpr bool check_shape_rank(inference_context& c, const attributes& a) {
  if (a.channels < 1 || a.channels > max_rank) c.fail(rule::shape_rank, a.channels, max_rank);
  return !c.error;
}

constexpr void infer_reshape(inference_context& c, node& n, const node& in) {
  if (!check_shape_rank(c, n.attr)) return;
  n.out = n.attr.input;
  index known = 1;
  int open = -1;
  for (int i = 0; i < n.out.rank; ++i) {
    if (n.out.extents[i] == -1) {
      if (open >= 0) return c.fail(rule::number_not_allowed, "number of extents -1", 2, "at most 1");
      open = i;
      continue;
    }
    c.require_positive("extent", n.out.extents[i]);
    if (c.error) return;
    known = known <= max_elements ? known * n.out.extents[i] : known;
  }
  if (open >= 0) n.out.extents[open] = in.out.count() % known == 0 ? in.out.count() / known : 1;
  if (!n.out.fits() || n.out.count() != in.out.count())
    c.fail(rule::counts_differ, n.attr.input, in.out.count(), c.from(in));
}

constexpr void infer_expand(inference_context& c, node& n, const node& in) {
  if (!check_shape_rank(c, n.attr)) return;
  n.out = n.attr.input;
  for (int i = 0; i < n.out.rank; ++i) c.require_positive("extent", n.out.extents[i]);
  if (c.error) return;
  bool meets = n.out.rank == in.out.rank;
  for (int i = 0; i < n.out.rank && meets; ++i)
    meets = in.out.extents[i] == 1 || in.out.extents[i] == n.out.extents[i];
  if (!meets) c.fail(rule::cannot_expand, n.out, c.from(in));
}

constexpr void infer_permute(inference_context& c, node& n, const node& in) {
  const extents& axes = n.attr.axes;
  bool seen[max_rank]{};
  bool right = axes.count == in.out.rank;
  for (int i = 0; i < axes.count && right; ++i) {
    const index axis = axes.values[i];
    right = axis >= 0 && axis < in.out.rank && !seen[axis];
    if (right) seen[axis] = true;
  }
  if (!right)
    return c.fail(rule::not_a_permutation, axes.given() ? spell(axes) : phrase() << "(none)", in.out.rank - 1,
                  c.from(in));
  for (int i = 0; i < axes.count; ++i) n.out.extents[i] = in.out.extents[axes.values[i]];
}

constexpr void infer_squeeze(inference_context& c, node& n, const node& in) {
  bool goes[max_rank]{};
  if (n.attr.axes.given()) {
    for (int i = 0; i < n.attr.axes.count && i < extents::capacity; ++i) {
      const int axis = c.axis_of(n.attr.axes.values[i], in);
      if (!c.error && in.out.extents[axis] != 1)
        c.fail(rule::extent_not_one, axis, in.out.extents[axis], c.from(in));
      if (c.error) return;
      goes[axis] = true;
    }
  } else {
    for (int i = 0; i < in.out.rank; ++i) goes[i] = in.out.extents[i] == 1;
  }
  n.out = shape();
  for (int i = 0; i < in.out.rank; ++i)
    if (!goes[i]) n.out.extents[n.out.rank++] = in.out.extents[i];
  if (n.out.rank == 0) n.out = shape(1);
}

/// Source: ONNX operator Slice for begin, end and step; torch.chunk for equal parts.
constexpr void infer_slice(inference_context& c, node& n, const node& in) {
  const attributes& a = n.attr;
  const int axis = c.axis_of(a.axis, in);
  if (c.error) return;
  const index extent = in.out.extents[axis];
  index begin = 0, end = 0, pace = 1;
  if (a.splits) {
    c.require_positive("number of parts", a.parts);
    if (c.error) return;
    if (extent % a.parts != 0) {
      const phrase what =
          axis == 0 ? phrase() << extent << " channels" : phrase() << "an extent of " << extent;
      return c.fail(rule::not_divisible, what, a.parts, c.from(in));
    }
    if (a.part < 0 || a.part >= a.parts)
      return c.fail(rule::number_not_allowed, "part", a.part, phrase() << "from 0 to " << a.parts - 1);
    begin = a.part * (extent / a.parts), end = begin + extent / a.parts;
  } else {
    if (a.step == 0) return c.fail(rule::number_not_allowed, "step", 0, "other than 0");
    // Backwards the end may lie before the first element, and the beginning no farther than the last.
    const bool forwards = a.step > 0;
    const auto place = [&](index at, index least, index most) {
      at = at < 0 ? at + extent : at;
      return at < least ? least : at > most ? most : at;
    };
    begin = place(a.begin, 0, forwards ? extent : extent - 1);
    end = place(a.end, forwards ? 0 : -1, forwards ? extent : extent - 1);
    pace = forwards ? a.step : a.step < -max_elements ? max_elements : -a.step;
    if (pace > max_elements) pace = max_elements;
  }
  const index distance = a.step > 0 ? end - begin : begin - end;
  if (distance <= 0) return c.fail(rule::empty_slice, axis, a.begin, a.end, c.from(in));
  n.axis = axis, n.begin = begin;
  n.out.extents[axis] = (distance + pace - 1) / pace;
}

constexpr void infer_pixel_shuffle(inference_context& c, node& n, const node& in) {
  const index r = n.attr.groups;
  const bool up = n.attr.kind == op::pixel_shuffle;
  c.require_positive("factor", r);
  if (c.error) return;
  const int rank = in.out.spatial_rank();
  if (rank == 0) return c.fail(rule::window_after_flatten, c.from(in));
  if (rank != 2) return c.fail(rule::rank_not_supported, 2, rank, c.from(in));
  if (r > 46340) return c.fail(rule::number_not_allowed, "factor", r, "at most 46340");  // r * r fits
  if (up && in.out.channels() % (r * r) != 0)
    return c.fail(rule::not_divisible, phrase() << in.out.channels() << " channels", r * r, c.from(in));
  n.out.extents[0] = up ? in.out.channels() / (r * r) : in.out.channels() * r * r;
  for (int axis = 0; axis < 2; ++axis) {
    const index extent = in.out.spatial(axis);
    if (!up && extent % r != 0)
      return c.fail(rule::not_divisible, phrase() << "an extent of " << extent, r, c.from(in));
    n.out.extents[1 + axis] = up ? extent * r : extent / r;
  }
}

constexpr void infer_channel_shuffle(inference_context& c, node& n, const node& in) {
  c.require_positive("number of groups", n.attr.groups);
  if (!c.error && in.out.channels() % n.attr.groups != 0)
    c.fail(rule::input_channels_not_divisible, in.out.channels(), n.attr.groups, c.from(in));
}

/// Element by element of two maps; along each axis the extents are equal, or one of them is 1. A sum is a
/// residual: its shapes are equal.
constexpr void infer_elementwise(inference_context& c, node& n, const node& a, const node& b) {
  if (n.attr.kind == op::add) {
    if (!(a.out == b.out)) return c.fail(rule::residual_shapes_differ, c.from(a), c.from(b));
  } else {
    bool meets = a.out.rank == b.out.rank;
    for (int i = 0; i < a.out.rank && meets; ++i) {
      const index x = a.out.extents[i], y = b.out.extents[i];
      meets = x == y || x == 1 || y == 1;
      n.out.extents[i] = x > y ? x : y;
    }
    if (!meets) return c.fail(rule::shapes_do_not_broadcast, c.from(a), c.from(b));
  }
}

constexpr void infer_concat(inference_context& c, node& n, const node& a, const node& b) {
  const int axis = c.axis_of(n.attr.axis, a);
  if (c.error) return;
  bool meets = a.out.rank == b.out.rank;
  for (int i = 0; i < a.out.rank && meets; ++i) meets = i == axis || a.out.extents[i] == b.out.extents[i];
  if (!meets)
    return c.fail(rule::shapes_do_not_concatenate, c.from(a), c.from(b),
                  axis == 0 ? phrase() << "the channels" : phrase() << "axis " << axis);
  n.axis = axis;
  n.out.extents[axis] += b.out.extents[axis];
}

}  // namespace tenon::detail
