// F3. What every rule of inference uses: the node at hand, the words of errors, axes and receptive fields.
#pragma once

#include "tenon/graph.hpp"

namespace tenon::detail {

/// Who gives a feature map: "layer 4 max_pool<2>", "an addition".
constexpr phrase giver(const node& n) {
  phrase out;
  switch (n.attr.kind) {
    case op::input:
      return out << "the input";
    case op::add:
      return out << "an addition";
    case op::subtract:
      return out << "a subtraction";
    case op::multiply:
      return out << "a product";
    case op::maximum:
      return out << "a maximum";
    case op::concat:
      return out << "a concatenation";
    default:
      return out << "layer " << n.layer << ' ' << spell(n.attr);
  }
}
/// "16x4x4 from layer 4 max_pool<2>": a feature map and who gives it.
constexpr phrase from(const node& n) { return phrase() << n.out << " from " << giver(n); }

constexpr phrase times(const index (&values)[max_spatial_rank], int rank) {
  phrase out;
  for (int a = 0; a < rank; ++a) {
    if (a > 0) out << 'x';
    out << values[a];
  }
  return out;
}

/// One element sees what all positions saw; its neighbours see the same.
constexpr void see_all(field& f) {
  for (int axis = 0; axis < max_spatial_rank; ++axis) {
    f.extent[axis] += (f.positions[axis] - 1) * f.jump[axis];
    f.positions[axis] = 1;
    f.jump[axis] = 0;
  }
}

/// Positions are those of the feature map.
constexpr void keep_positions(node& n) {
  for (int axis = 0; axis < max_spatial_rank; ++axis) n.sees.positions[axis] = n.out.spatial(axis);
}

/// Resolution becomes `factor` times higher along an axis.
constexpr void refine(field& f, int axis, index factor) {
  const index jump = f.jump[axis];
  f.jump[axis] = jump == 0 ? 0 : jump / factor > 0 ? jump / factor : 1;
}

constexpr field union_of(const node& a, const node& b) {
  field f = a.sees, g = b.sees;
  // The elements of a vector are at no common position.
  if (a.out.rank == 1) see_all(f), see_all(g);
  for (int axis = 0; axis < max_spatial_rank; ++axis) {
    const index end_f = f.begin[axis] + f.extent[axis], end_g = g.begin[axis] + g.extent[axis];
    if (g.begin[axis] < f.begin[axis]) f.begin[axis] = g.begin[axis];
    if (g.jump[axis] > f.jump[axis]) f.jump[axis] = g.jump[axis];
    if (g.positions[axis] > f.positions[axis]) f.positions[axis] = g.positions[axis];
    f.extent[axis] = (end_f > end_g ? end_f : end_g) - f.begin[axis];
  }
  return f;
}

/// The inference of one node: its rules are functions of it and of the node that gives its input.
struct inference_context {
  const node* nodes;
  diagnosis& error;
  int id = 0;

  template <class... Words>
  constexpr void fail(rule broken, const Words&... words) {
    if (error) return;
    error.broken = broken;
    error.node = id;
    int i = 0;
    ((error.args[i++] << words), ...);
  }

  constexpr void require_positive(std::string_view what, index value) {
    if (value < 1)
      fail(rule::not_positive, what, value);
    else if (value > max_elements)
      fail(rule::extent_overflow, phrase() << "its " << what, value);
  }

  /// An axis of a feature map counted from 0; negative ones from its end. Fails where there is none.
  constexpr int axis_of(int axis, const node& in) {
    const int found = axis < 0 ? axis + in.out.rank : axis;
    if (found < 0 || found >= in.out.rank) return fail(rule::axis_not_there, axis, from(in)), 0;
    return found;
  }

  /// Tensors of `weights` numbers that are trained, all of them.
  static constexpr void parameters(node& n, index weights) { n.parameters = n.tensor_count = weights; }
};

}  // namespace tenon::detail
