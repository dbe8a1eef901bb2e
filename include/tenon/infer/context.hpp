// F3. What every rule of inference uses: the node at hand, the words of errors, axes.
#pragma once

#include "tenon/graph.hpp"

namespace tenon::detail {

constexpr phrase times(const index (&values)[max_spatial_rank], int rank) {
  phrase out;
  for (int a = 0; a < rank; ++a) {
    if (a > 0) out << 'x';
    out << values[a];
  }
  return out;
}

/// The inference of one node: its rules are functions of it and of the node that gives its input.
struct inference_context {
  const node* nodes;
  diagnosis& error;
  int id = 0;

  template <class... Words>
  constexpr void fail(rule broken, const Words&... words) {
    error.report(broken, id, words...);
  }

  /// "16x4x4 from layer 4 max_pool<2>": a feature map and who gives it. Padding that is a node of its own
  /// belongs to the layer behind it, so its input is named.
  constexpr phrase from(const node& n) const {
    const node& said = n.pads ? nodes[n.inputs[0]] : n;
    return phrase() << said.out << " from " << giver(said);
  }

  /// A number from 1 to the largest extent.
  constexpr void require_positive(std::string_view what, index value) {
    if (value == missing_number)
      fail(rule::not_given, what);
    else if (value == misplaced_number)
      fail(rule::not_a_number, what, "a whole number");
    else if (value < 1)
      fail(rule::not_positive, what, value);
    else if (value > max_elements)
      fail(rule::number_not_allowed, what, value, "at most 2147483647");
  }

  /// An axis of a feature map counted from 0; negative ones from its end. Fails where there is none.
  constexpr int axis_of(index axis, const node& in) {
    const index found = axis < 0 ? axis + in.out.rank : axis;
    if (found < 0 || found >= in.out.rank)
      return fail(rule::axis_not_there, axis, in.out.rank - 1, from(in)), 0;
    return static_cast<int>(found);
  }

  /// Tensors of `weights` numbers that are trained, all of them.
  static constexpr void parameters(node& n, index weights) { n.parameters = n.tensor_count = weights; }
};

}  // namespace tenon::detail
