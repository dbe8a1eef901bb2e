// The activations of vectors: formulas are in tenon/layers/layers.hpp, words about errors in math-inl.hpp.
// What is not said to be otherwise is rounded once for each operation of its formula.
//
// NaN stays NaN. Infinities and results too large or too small for a float are those of the formula in IEEE
// arithmetic: 1 / (1 + |x|) is 0 for infinity, so softsign, which multiplies it by x, is NaN there, and so
// are hard_swish, silu, gelu_tanh and mish at -infinity, as in PyTorch.
#if defined(TENON_KERNEL_ACTIVATION_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_ACTIVATION_INL_HPP
#undef TENON_KERNEL_ACTIVATION_INL_HPP
#else
#define TENON_KERNEL_ACTIVATION_INL_HPP
#endif

#include "tenon/activation.hpp"
#include "tenon/kernel/math-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// x / (1 + e^-x): off by less than 3 ULP where e^-x < 2^127.5, 0 below, which is off by less than 2^-120. In
/// a network that is `fast`: off by less than 2^-15 |x|.
template <class D>
HWY_INLINE hn::Vec<D> silu(D d, hn::Vec<D> x) {
  if constexpr (is_fast<D>) return mul(d, x, sigmoid(d, x));
  return hn::Div(x, hn::Add(hn::Set(d, 1.0f), exp_to_limits(d, hn::Neg(x))));
}

/// x Prob(X < x) for a normally distributed X, which is x (1 + erf(x / sqrt 2)) / 2: off by less than 8 ULP,
/// also for negative x, where 1 + erf would cancel; 0 below -13.24, where the exact result is subnormal, and
/// for -infinity.
///
/// With a = |x|, it is max(x, 0) - a Prob(X > a); and Prob(X > a) = e^(-a^2 / 2) p(a) / q(a), p of degree 4,
/// q of degree 5, p(0) = 1/2, q(0) = 1, fitted over 0 <= a <= 13.3: off by 0.2 * 2^-24. An error of the
/// exponent is one of the result, so a = high + low, high of 12 bits, and a^2 / 2 = high^2 / 2 + low (a +
/// high) / 2, whose first term is exact.
template <class D>
HWY_INLINE hn::Vec<D> gelu(D d, hn::Vec<D> x) {
  const hn::RebindToSigned<D> di;
  const auto a = at_most(d, hn::Abs(x), hn::Set(d, 13.25f)), half = hn::Set(d, 0.5f);
  const auto p = polynomial(d, a, 0.5f, 0.435001224f, 0.180760279f, 0.0397890694f, 0.00398814492f);
  const auto q =
      polynomial(d, a, 1.0f, 1.66788721f, 1.19229889f, 0.462928712f, 0.0997438282f, 0.00999665353f);
  const auto high = hn::And(a, hn::BitCast(d, hn::Set(di, ~0xfff)));
  const auto low_part = mul(d, mul(d, half, hn::Sub(a, high)), hn::Add(a, high));
  const auto [rest, n] = reduce<127>(d, mul(d, high, mul(d, hn::Set(d, -0.5f), high)));
  const auto e = mul(d, exp_reduced(d, hn::Sub(rest, low_part)), power_of_two(d, n));
  return neg_mul_add(d, e, hn::Div(mul(d, a, p), q), at_least(d, x, hn::Zero(d)));
}

/// x (1 + tanh(u)) / 2 = x / (1 + e^-2u), u = sqrt(2 / pi) (x + 0.044715 x^3): off by less than 2.2 * 2^-24
/// |x|, by less than 7 ULP for x > -2. (An error of u is one of the result, but the result becomes tiny.) In
/// a network that is `fast`: off by less than 2^-15 |x|.
template <class D>
HWY_INLINE hn::Vec<D> gelu_tanh(D d, hn::Vec<D> x) {
  const auto w = polynomial(d, mul(d, x, x), -1.59576912f, -0.0713548163f);
  if constexpr (is_fast<D>) return mul(d, x, sigmoid(d, hn::Neg(mul(d, x, w))));
  return hn::Div(x, hn::Add(hn::Set(d, 1.0f), exp_to_limits(d, mul(d, x, w))));
}

/// x tanh(log(1 + e^x)) = x n / (n + 2), n = e^x (e^x + 2): off by less than 5 ULP where e^x > 2^-126.5, 0
/// below, which is off by less than 2^-120.
template <class D>
HWY_INLINE hn::Vec<D> mish(D d, hn::Vec<D> x) {
  const auto two = hn::Set(d, 2.0f);
  const auto e = exp_down_to_zero(d, at_most(d, x, hn::Set(d, 20.0f)));  // n / (n + 2) has long been 1
  const auto n = mul(d, e, hn::Add(e, two));
  return mul(d, x, hn::Div(n, hn::Add(n, two)));
}

/// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|): off by less than 3 ULP where e^x > 2^-126.5, 0 below.
template <class D>
HWY_INLINE hn::Vec<D> softplus(D d, hn::Vec<D> x) {
  const auto z = exp_down_to_zero(d, hn::Or(x, hn::SignBit(d)));
  return hn::Add(at_least(d, x, hn::Zero(d)), log1p_of_fraction(d, z));
}

/// x * above where x >= 0, else (e^(x * inside) - 1) * below.
template <class D>
HWY_INLINE hn::Vec<D> exponential_unit(D d, hn::Vec<D> x, float above, float inside, float below) {
  const auto curve = mul(d, expm1(d, mul(d, x, hn::Set(d, inside))), hn::Set(d, below));
  return hn::IfThenElse(hn::Ge(x, hn::Zero(d)), mul(d, x, hn::Set(d, above)), curve);
}

/// The value of a formula's operand that ends with instruction `Last`. The recursion is the compiler's: what
/// remains is straight-line code, and what is written twice is computed once.
template <formula F, int Last, class D>
HWY_INLINE hn::Vec<D> evaluate(D d, hn::Vec<D> x) {
  constexpr formula::item now = F.code[Last];
  if constexpr (now.what == instruction::argument) {
    return (void)d, x;
  } else if constexpr (now.what == instruction::constant) {
    return (void)x, hn::Set(d, now.value);
  } else {
    const auto b = evaluate<F, Last - 1>(d, x);  // the last operand, or the only one
    constexpr int before = F.begin_of(Last - 1) - 1;
    if constexpr (now.what == instruction::negate) {
      return hn::Neg(b);
    } else if constexpr (now.what == instruction::abs) {
      return hn::Abs(b);
    } else if constexpr (now.what == instruction::exp) {
      return exp(d, b);
    } else if constexpr (now.what == instruction::log) {
      return log(d, b);
    } else if constexpr (now.what == instruction::sqrt) {
      return hn::Sqrt(b);
    } else if constexpr (now.what == instruction::tanh) {
      return tanh(d, b);
    } else if constexpr (now.what == instruction::sigmoid) {
      return sigmoid(d, b);
    } else if constexpr (now.what == instruction::erf) {
      return erf(d, b);
    } else {
      const auto a = evaluate<F, before>(d, x);
      if constexpr (now.what == instruction::add) {
        return hn::Add(a, b);
      } else if constexpr (now.what == instruction::subtract) {
        return hn::Sub(a, b);
      } else if constexpr (now.what == instruction::multiply) {
        return mul(d, a, b);
      } else if constexpr (now.what == instruction::divide) {
        return hn::Div(a, b);
      } else if constexpr (now.what == instruction::maximum) {
        return at_least(d, a, b);
      } else if constexpr (now.what == instruction::minimum) {
        return at_most(d, a, b);
      } else {
        static_assert(now.what == instruction::where_less || now.what == instruction::where_less_or_equal);
        constexpr int right = F.begin_of(before) - 1, left = F.begin_of(right) - 1;
        const auto l = evaluate<F, left>(d, x), r = evaluate<F, right>(d, x);
        return hn::IfThenElse(now.what == instruction::where_less ? hn::Lt(l, r) : hn::Le(l, r), a, b);
      }
    }
  }
}

/// The activation of each lane.
template <function F, class D>
HWY_INLINE hn::Vec<D> activate(D d, hn::Vec<D> x) {
  constexpr activation kind = F.kind;
  [[maybe_unused]] const auto zero = hn::Zero(d), one = hn::Set(d, 1.0f);
  [[maybe_unused]] const auto alpha = hn::Set(d, F.alpha), beta = hn::Set(d, F.beta);
  if constexpr (kind == activation::relu) {
    return at_least(d, x, zero);
  } else if constexpr (kind == activation::relu6) {
    return at_most(d, at_least(d, x, zero), hn::Set(d, 6.0f));
  } else if constexpr (kind == activation::leaky_relu) {
    return hn::IfThenElse(hn::Ge(x, zero), x, mul(d, x, alpha));
  } else if constexpr (kind == activation::thresholded_relu) {
    return hn::IfThenZeroElse(hn::Le(x, alpha), x);
  } else if constexpr (kind == activation::clip) {
    return at_most(d, at_least(d, x, alpha), beta);
  } else if constexpr (kind == activation::multiply_by) {
    return mul(d, x, alpha);
  } else if constexpr (kind == activation::add_constant) {
    return hn::Add(x, alpha);
  } else if constexpr (kind == activation::hard_sigmoid) {
    return at_most(d, at_least(d, mul_add(d, x, alpha, beta), zero), one);
  } else if constexpr (kind == activation::hard_swish) {
    const auto gate = at_most(d, at_least(d, hn::Add(x, hn::Set(d, 3.0f)), zero), hn::Set(d, 6.0f));
    return mul(d, x, mul(d, gate, hn::Set(d, 1.0f / 6.0f)));
  } else if constexpr (kind == activation::softsign) {
    return hn::Div(x, hn::Add(one, hn::Abs(x)));
  } else if constexpr (kind == activation::elu) {
    return exponential_unit(d, x, 1.0f, 1.0f, F.alpha);
  } else if constexpr (kind == activation::selu) {
    return exponential_unit(d, x, selu_scale, 1.0f, selu_slope);
  } else if constexpr (kind == activation::celu) {
    return exponential_unit(d, x, 1.0f, 1.0f / F.alpha, F.alpha);
  } else if constexpr (kind == activation::exp) {
    return exp(d, x);
  } else if constexpr (kind == activation::log) {
    return log(d, x);
  } else if constexpr (kind == activation::tanh) {
    return tanh(d, x);
  } else if constexpr (kind == activation::sigmoid) {
    return sigmoid(d, x);
  } else if constexpr (kind == activation::silu) {
    return silu(d, x);
  } else if constexpr (kind == activation::gelu) {
    return gelu(d, x);
  } else if constexpr (kind == activation::gelu_tanh) {
    return gelu_tanh(d, x);
  } else if constexpr (kind == activation::mish) {
    return mish(d, x);
  } else if constexpr (kind == activation::softplus) {
    return softplus(d, x);
  } else if constexpr (kind == activation::user) {
    return evaluate<F.user, F.user.length - 1>(d, x);
  } else {
    static_assert(kind == activation::none);
    return x;
  }
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
