// What the operators of the evaluation have in common: access to the node's inputs, and elements by index.
#pragma once

#include "evaluate.hpp"

namespace tenon::importer {

/// One node with the values that it reads.
struct operation {
  const node& n;
  const values& v;
  index opset;

  [[noreturn]] void fail(const std::string& why) const { throw refusal(n.described() + ": " + why); }
  void require(bool right, const char* why) const {
    if (!right) fail(why);
  }
  const array& in(std::size_t i) const {
    if (!n.given(i)) fail("input " + std::to_string(i) + " is missing");
    return v.at(n.inputs[i]);
  }
  const array& constant(std::size_t i) const {
    if (!in(i).known) fail("input " + std::to_string(i) + " must be a constant");
    return in(i);
  }
  double scalar(std::size_t i) const {
    if (constant(i).data.size() != 1) fail("input " + std::to_string(i) + " must be one number");
    return in(i).data[0];
  }
  /// Are all inputs known from the i-th on?
  bool known(std::size_t first = 0) const {
    for (std::size_t i = first; i < n.inputs.size(); ++i) {
      if (n.given(i) && !in(i).known) return false;
    }
    return true;
  }
  /// A constant vector of whole numbers; throws refusal if it is something else.
  dims whole(std::size_t i) const;
};

/// Of this shape, all zero, if it is to be known.
array make(dims shape, bool known = true);
inline array unknown(dims shape) { return make(std::move(shape), false); }

/// Distances between neighbours along each axis, in elements.
dims strides_of(const dims& shape);

/// y[i] = x[origin + sum over axes of i[a] * strides[a]] for all i in y's shape.
void gather(array& y, const array& x, index origin, const dims& strides);

using results = std::vector<array>;
/// Gives the outputs of a node; null for an operator that has none of these.
using method = results (*)(const operation&);
method elementwise_operator(const std::string& op);
method window_operator(const std::string& op);
method norm_operator(const std::string& op);
method move_operator(const std::string& op);

}  // namespace tenon::importer
