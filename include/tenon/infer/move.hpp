// F3. Inference of what moves elements, and of what joins several feature maps.
#pragma once

#include "tenon/infer/context.hpp"

namespace tenon::detail {

constexpr void infer_reshape(inference_context& c, node& n, const node& in) {
  n.out = n.attr.input;
  index known = 1;
  int open = -1;
  for (int i = 0; i < n.out.rank; ++i) {
    if (n.out.extents[i] == -1 && open < 0) {
      open = i;
      continue;
    }
    c.require_positive("extent", n.out.extents[i]);
    if (c.error) return;
    known = known <= max_elements ? known * n.out.extents[i] : known;
  }
  if (open >= 0) n.out.extents[open] = in.out.count() % known == 0 ? in.out.count() / known : 1;
  if (!n.out.fits() || n.out.count() != in.out.count())
    return c.fail(rule::counts_differ, phrase() << n.attr.input, from(in));
  if (in.out.rank != 1) see_all(n.sees);
  if (n.out.rank > 1 && in.out.rank == 1) see_all(n.sees);
}

constexpr void infer_expand(inference_context& c, node& n, const node& in) {
  n.out = n.attr.input;
  for (int i = 0; i < n.out.rank; ++i) c.require_positive("extent", n.out.extents[i]);
  bool meets = n.out.rank == in.out.rank;
  for (int i = 0; i < n.out.rank && meets; ++i)
    meets = in.out.extents[i] == 1 || in.out.extents[i] == n.out.extents[i];
  if (!meets) return c.fail(rule::shapes_do_not_broadcast, phrase() << n.out, from(in));
  for (int axis = 0; axis < max_spatial_rank; ++axis)
    if (in.out.spatial(axis) == 1) n.sees.jump[axis] = 0;
  keep_positions(n);
}

constexpr void infer_permute(inference_context& c, node& n, const node& in) {
  extents& axes = n.attr.axes;
  bool seen[max_rank]{};
  bool right = axes.count == in.out.rank;
  for (int i = 0; i < axes.count && right; ++i) {
    const index axis = axes.values[i];
    right = axis >= 0 && axis < in.out.rank && !seen[axis];
    if (right) seen[axis] = true;
  }
  if (!right) return c.fail(rule::not_a_permutation, spell(axes), in.out.rank, from(in));
  for (int i = 0; i < axes.count; ++i) n.out.extents[i] = in.out.extents[axes.values[i]];
  see_all(n.sees);
}

constexpr void infer_squeeze(inference_context& c, node& n, const node& in) {
  bool goes[max_rank]{};
  if (n.attr.axes.given()) {
    for (int i = 0; i < n.attr.axes.count; ++i) {
      const int axis = c.axis_of(static_cast<int>(n.attr.axes.values[i]), in);
      if (!c.error && in.out.extents[axis] != 1)
        c.fail(rule::extent_not_one, axis, in.out.extents[axis], from(in));
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
  if (n.out.rank > 1) see_all(n.sees);
}

/// Source: ONNX operator Slice for begin, end and step; torch.chunk for equal parts.
constexpr void infer_slice(inference_context& c, node& n, const node& in) {
  attributes& a = n.attr;
  const int axis = c.axis_of(a.axis, in);
  if (c.error) return;
  const index extent = in.out.extents[axis];
  index begin = a.begin, end = a.end;
  if (a.parts != 0 || a.part != 0) {
    c.require_positive("number of parts", a.parts);
    if (c.error) return;
    if (extent % a.parts != 0)
      return c.fail(rule::not_divisible, axis == 0 ? "channels" : "extent", extent, a.parts, from(in));
    if (a.part < 0 || a.part >= a.parts)
      return c.fail(rule::number_not_allowed, "part", a.part, phrase() << "from 0 to " << a.parts - 1);
    begin = a.part * (extent / a.parts), end = begin + extent / a.parts;
  } else {
    const index least = a.step > 0 ? 0 : -1, most = a.step > 0 ? extent : extent - 1;
    const auto place = [&](index at) {
      at = at < 0 ? at + extent : at;
      return at < least ? least : at > most ? most : at;
    };
    begin = place(begin), end = a.end < -extent ? least : place(end);
  }
  const index distance = a.step > 0 ? end - begin : begin - end, pace = a.step > 0 ? a.step : -a.step;
  if (pace == 0 || distance <= 0) return c.fail(rule::empty_slice, a.begin, a.end, from(in));
  n.axis = axis, n.begin = begin;
  n.out.extents[axis] = (distance + pace - 1) / pace;
  if (axis == 0) return;
  if (a.step < 0 || axis > max_spatial_rank) return see_all(n.sees);
  n.sees.begin[axis - 1] += begin * in.sees.jump[axis - 1];
  n.sees.jump[axis - 1] *= a.step;
  keep_positions(n);
}

constexpr void infer_pixel_shuffle(inference_context& c, node& n, const node& in) {
  const index r = n.attr.groups;
  const bool up = n.attr.kind == op::pixel_shuffle;
  c.require_positive("factor", r);
  if (c.error) return;
  const int rank = in.out.spatial_rank();
  if (rank != 2)
    return rank == 0 ? c.fail(rule::window_after_flatten, from(in))
                     : c.fail(rule::number_not_allowed, "number of spatial axes", rank, "2");
  if (r > 46340) return c.fail(rule::extent_overflow, "its factor", phrase() << r);
  if (up && in.out.channels() % (r * r) != 0)
    return c.fail(rule::not_divisible, "channels", in.out.channels(), r * r, from(in));
  n.out.extents[0] = up ? in.out.channels() / (r * r) : in.out.channels() * r * r;
  for (int axis = 0; axis < 2; ++axis) {
    const index extent = in.out.spatial(axis);
    if (!up && extent % r != 0) return c.fail(rule::not_divisible, "extent", extent, r, from(in));
    n.out.extents[1 + axis] = up ? extent * r : extent / r;
    if (up) {
      refine(n.sees, axis, r);
    } else {
      n.sees.extent[axis] += (r - 1) * in.sees.jump[axis];
      n.sees.jump[axis] *= r;
    }
  }
  keep_positions(n);
}

constexpr void infer_channel_shuffle(inference_context& c, node& n, const node& in) {
  c.require_positive("number of groups", n.attr.groups);
  if (!c.error && in.out.channels() % n.attr.groups != 0)
    c.fail(rule::input_channels_not_divisible, in.out.channels(), n.attr.groups, from(in));
}

/// Element by element of two maps; along each axis the extents are equal, or one of them is 1. A sum is a
/// residual: its shapes are equal.
constexpr void infer_elementwise(inference_context& c, node& n, const node& a, const node& b) {
  if (n.attr.kind == op::add) {
    if (!(a.out == b.out)) return c.fail(rule::residual_shapes_differ, from(a), from(b));
  } else {
    bool meets = a.out.rank == b.out.rank;
    for (int i = 0; i < a.out.rank && meets; ++i) {
      const index x = a.out.extents[i], y = b.out.extents[i];
      meets = x == y || x == 1 || y == 1;
      n.out.extents[i] = x > y ? x : y;
    }
    if (!meets) return c.fail(rule::shapes_do_not_broadcast, from(a), from(b));
  }
  n.sees = union_of(a, b);
}

constexpr void infer_concat(inference_context& c, node& n, const node& a, const node& b) {
  const int axis = c.axis_of(n.attr.axis, a);
  if (c.error) return;
  bool meets = a.out.rank == b.out.rank;
  for (int i = 0; i < a.out.rank && meets; ++i) meets = i == axis || a.out.extents[i] == b.out.extents[i];
  if (!meets) return c.fail(rule::shapes_do_not_concatenate, from(a), from(b), axis);
  n.axis = axis;
  n.out.extents[axis] += b.out.extents[axis];
  n.sees = union_of(a, b);
  if (axis > 0) see_all(n.sees);
}

}  // namespace tenon::detail
