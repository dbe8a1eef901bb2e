// The slow twin of every activation: its formula as it stands in tenon/layers/layers.hpp, every operation in
// T.
#pragma once

#include "tenon/layers/attributes.hpp"
#include "tenon/reference/arithmetic.hpp"

namespace tenon::detail {

/// What activation<f> computes, instruction by instruction on a stack.
template <class T>
constexpr T evaluate(const formula& f, const T& x) {
  using namespace arithmetic;
  T stack[formula::max_length + 1]{};
  int top = -1;  // the last number on the stack
  for (int i = 0; i < f.length; ++i) {
    const formula::item& now = f.code[i];
    top += 1 - operand_count(now.what);
    T& y = stack[top];  // of an operation: its first operand, then its result
    const T& second = stack[top + 1];
    switch (now.what) {
      case instruction::argument:
        y = x;
        break;
      case instruction::constant:
        y = T(now.value);
        break;
      case instruction::add:
        y = y + second;
        break;
      case instruction::subtract:
        y = y - second;
        break;
      case instruction::multiply:
        y = y * second;
        break;
      case instruction::divide:
        y = y / second;
        break;
      case instruction::negate:
        y = T(0) - y;
        break;
      case instruction::abs:
        y = abs(y);
        break;
      case instruction::maximum:
        y = maximum(y, second);
        break;
      case instruction::minimum:
        y = minimum(y, second);
        break;
      case instruction::exp:
        y = exp(y);
        break;
      case instruction::log:
        y = log(y);
        break;
      case instruction::sqrt:
        y = sqrt(y);
        break;
      case instruction::tanh:
        y = tanh(y);
        break;
      case instruction::sigmoid:
        y = sigmoid(y);
        break;
      case instruction::erf:
        y = erf(y);
        break;
      case instruction::where_less:
        y = where_less(y, second, stack[top + 2], stack[top + 3]);
        break;
      case instruction::where_less_or_equal:
        y = where_less_or_equal(y, second, stack[top + 2], stack[top + 3]);
        break;
    }
  }
  return stack[0];
}

/// The activation `a` of x; x itself for layers that are none.
template <class T>
constexpr T activated(const attributes& a, const T& x) {
  using namespace arithmetic;
  const T zero(0), one(1), three(3), six(6), alpha(a.alpha), beta(a.beta);
  switch (a.kind) {
    case op::relu:
      return maximum(x, zero);
    case op::relu6:
      return minimum(maximum(x, zero), six);
    case op::leaky_relu:
      return maximum(x, zero) + alpha * minimum(x, zero);
    case op::sigmoid:
      return sigmoid(x);
    case op::tanh:
      return tanh(x);
    case op::hard_swish:
      return x * (minimum(maximum(x + three, zero), six) / six);
    case op::elu:
      return maximum(x, zero) + alpha * expm1(minimum(x, zero));
    case op::selu:
      return T(selu_scale) * maximum(x, zero) + T(selu_slope) * expm1(minimum(x, zero));
    case op::celu:
      return maximum(x, zero) + alpha * expm1(minimum(x, zero) / alpha);
    case op::gelu:
      return gelu(x);
    case op::gelu_tanh:
      return gelu_tanh(x);
    case op::silu:
      return silu(x);
    case op::mish:
      return mish(x);
    case op::hard_sigmoid:
      return minimum(maximum(alpha * x + beta, zero), one);
    case op::softplus:
      return softplus(x);
    case op::softsign:
      return x / (one + abs(x));
    case op::thresholded_relu:
      return where_less_or_equal(x, alpha, zero, x);
    case op::clip:
      return minimum(maximum(x, alpha), beta);
    case op::exp:
      return exp(x);
    case op::log:
      return log(x);
    case op::multiply_by:
      return x * alpha;
    case op::add_constant:
      return x + alpha;
    case op::user:
      return evaluate(a.user, x);
    default:
      return x;
  }
}

}  // namespace tenon::detail
