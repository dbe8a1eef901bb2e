// The textbook formulas of activations.
#pragma once

#include "tenon/layers/attributes.hpp"
#include "tenon/reference/arithmetic.hpp"

namespace tenon::detail {

/// The activation of one number. Formulas: tenon/layers/layers.hpp.
template <class T>
constexpr T activation_of(const attributes& a, const T& x) {
  using arithmetic::exp, arithmetic::tanh, arithmetic::maximum, arithmetic::minimum;
  const T zero(0), one(1), three(3), six(6);
  switch (a.kind) {
    case op::relu:
      return maximum(x, zero);
    case op::relu6:
      return minimum(maximum(x, zero), six);
    case op::leaky_relu:
      return maximum(x, zero) + T(a.alpha) * minimum(x, zero);
    case op::sigmoid:
      return one / (one + exp(zero - x));
    case op::tanh:
      return tanh(x);
    case op::hard_swish:
      return x * minimum(maximum(x + three, zero), six) / six;
    default:
      return x;
  }
}

}  // namespace tenon::detail
