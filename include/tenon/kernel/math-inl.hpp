// Elementary functions of vectors. "Off by less than n ULP" is said of all floats and all instruction sets,
// in units of the last place of the float nearest to the exact result; where that is subnormal, in those of
// the smallest normal number. tests/activation_accuracy_test.cpp measures it.
//
// How the polynomials were made: a least-squares fit at 1000 or more Chebyshev nodes, weighted for the
// relative error of the result and reweighted (Lawson) until the largest error was least; repeated as the
// coefficients were rounded to float one by one, lowest degree first.
#if defined(TENON_KERNEL_MATH_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_MATH_INL_HPP
#undef TENON_KERNEL_MATH_INL_HPP
#else
#define TENON_KERNEL_MATH_INL_HPP
#endif

#include <limits>

#include "tenon/kernel/arithmetic-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// Sum of coefficient[k] x^k, k from 0: Horner's scheme.
template <class D, class... Floats>
HWY_INLINE hn::Vec<D> polynomial(D d, hn::Vec<D> x, float first, Floats... others) {
  if constexpr (sizeof...(others) == 0)
    return (void)x, hn::Set(d, first);
  else
    return mul_add(d, polynomial(d, x, others...), x, hn::Set(d, first));
}

/// The same by pairs of neighbours, given x^2: as many operations in half as long a chain. A function in
/// which all operations wait for each other keeps a CPU busy only if it can hold several vectors of them.
template <class D, class... Floats>
HWY_INLINE hn::Vec<D> paired_polynomial(D d, hn::Vec<D> x, hn::Vec<D> square, float first, Floats... others) {
  if constexpr (sizeof...(others) <= 1)
    return (void)square, polynomial(d, x, first, others...);
  else
    return [&](float second, auto... rest) HWY_ATTR {
      const auto pair = mul_add(d, hn::Set(d, second), x, hn::Set(d, first));
      return mul_add(d, paired_polynomial(d, x, square, rest...), square, pair);
    }(others...);
}

/// x = n ln 2 + rest, n whole and |rest| <= ln(2) / 2, for |x| <= 104; `biased` has n + Bias in its low 22
/// bits. n times the first part of ln 2 is exact, and so is what it leaves of x.
template <class D>
struct reduced {
  hn::Vec<D> rest;
  hn::Vec<hn::RebindToSigned<D>> biased;
};
template <int Bias, class D>
HWY_INLINE reduced<D> reduce(D d, hn::Vec<D> x) {
  const auto whole = hn::Set(d, 0x1.8p23f + Bias);  // floats from 2^23 to 2^24 are 1 apart
  const auto biased = mul_add(d, x, hn::Set(d, 1.44269504f), whole);
  const auto n = hn::Sub(biased, whole);
  const auto rest = neg_mul_add(d, n, hn::Set(d, 0x1.62e4p-1f), x);
  return {neg_mul_add(d, n, hn::Set(d, 1.42860677e-6f), rest), hn::BitCast(hn::RebindToSigned<D>(), biased)};
}

/// 2^(n - 127), of the low 8 bits of n: 0 for n = 0, infinity for n = 255.
template <class D>
HWY_INLINE hn::Vec<D> power_of_two(D d, hn::Vec<hn::RebindToSigned<D>> n) {
  return hn::BitCast(d, hn::ShiftLeft<23>(n));
}

/// (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2. The fit is off by 2^-26.1 of e^r - 1.
template <class D>
HWY_INLINE hn::Vec<D> exp_tail(D d, hn::Vec<D> r, hn::Vec<D> square) {
  return paired_polynomial(d, r, square, 0.49999997f, 0.166665465f, 0.0416674428f, 0.00836625323f,
                           0.00138699485f);
}
/// e^r for the same r.
template <class D>
HWY_INLINE hn::Vec<D> exp_reduced(D d, hn::Vec<D> r) {
  const auto one = hn::Set(d, 1.0f);
  return mul_add(d, mul_add(d, exp_tail(d, r, mul(d, r, r)), r, one), r, one);
}

/// e^x: off by less than 1.3 ULP, also where it is subnormal. 1 for zeros, 0 for -infinity.
template <class D>
HWY_INLINE hn::Vec<D> exp(D d, hn::Vec<D> x) {
  x = at_most(d, at_least(d, x, hn::Set(d, -104.0f)), hn::Set(d, 89.0f));
  // 2^n need not be a float, but its two halves are; only the last product is rounded.
  const auto [rest, n] = reduce<2 * 127>(d, x);
  const auto half = hn::ShiftRight<1>(n);
  const auto y = mul(d, exp_reduced(d, rest), power_of_two(d, half));
  return mul(d, y, power_of_two(d, hn::Sub(n, half)));
}
/// The same in five operations less for x < 88, but 0 below -87.68, where e^x < 2^-126.5.
template <class D>
HWY_INLINE hn::Vec<D> exp_down_to_zero(D d, hn::Vec<D> x) {
  const auto [rest, n] = reduce<127>(d, at_least(d, x, hn::Set(d, -88.0f)));
  return mul(d, exp_reduced(d, rest), power_of_two(d, n));
}
/// And infinity above 88.37, where e^x > 2^127.5: for use in divisors.
template <class D>
HWY_INLINE hn::Vec<D> exp_to_limits(D d, hn::Vec<D> x) {
  return exp_down_to_zero(d, at_most(d, x, hn::Set(d, 89.0f)));
}

/// e^x - 1: off by less than 2 ULP, by less than 2^-149 where it is subnormal. -1 for -infinity.
template <class D>
HWY_INLINE hn::Vec<D> expm1(D d, hn::Vec<D> x) {
  x = at_most(d, at_least(d, x, hn::Set(d, -18.0f)), hn::Set(d, 89.0f));
  // 2^n (e^r - 1) + (2^n - 1), of which the second part is exact where it counts. Half of it is computed, as
  // 2^128 is no float.
  const auto [r, n] = reduce<126>(d, x);
  const auto square = mul(d, r, r), scale = power_of_two(d, n);
  const auto y =
      mul_add(d, mul_add(d, exp_tail(d, r, square), square, r), scale, hn::Sub(scale, hn::Set(d, 0.5f)));
  return hn::Add(y, y);
}

/// Natural logarithm: off by less than 2 ULP. -infinity for zeros, NaN below, infinity for infinity.
///
/// x = 2^n (1 + f), sqrt(1/2) <= 1 + f < sqrt(2); log x = n ln 2 + f - f^2 / 2 + f^3 P(f), P of degree 7: off
/// by 2^-27.3 of log(1 + f). ln 2 in two parts, n times the first of which is exact.
template <class D>
HWY_INLINE hn::Vec<D> log(D d, hn::Vec<D> x) {
  const hn::RebindToSigned<D> di;
  const auto subnormal = hn::Lt(x, hn::Set(d, 0x1p-126f));
  const auto normal = hn::IfThenElse(subnormal, mul(d, x, hn::Set(d, 0x1p23f)), x);
  const auto root = hn::Set(di, 0x3f3504f3);  // the bits of sqrt(1/2)
  const auto above = hn::Sub(hn::BitCast(di, normal), root);
  const auto n =
      hn::Sub(hn::ConvertTo(d, hn::ShiftRight<23>(above)), hn::IfThenElseZero(subnormal, hn::Set(d, 23.0f)));
  const auto m = hn::BitCast(d, hn::Add(hn::And(above, hn::Set(di, 0x7fffff)), root));
  const auto f = hn::Sub(m, hn::Set(d, 1.0f)), square = mul(d, f, f);
  const auto p = paired_polynomial(d, f, square, 0.333333313f, -0.250008196f, 0.200012416f, -0.166234091f,
                                   0.1420158f, -0.131596103f, 0.127622157f, -0.0763643533f);
  auto y = mul_add(d, n, hn::Set(d, -2.12194442e-4f), mul(d, mul(d, f, square), p));
  y = hn::Add(neg_mul_add(d, hn::Set(d, 0.5f), square, y), f);
  y = mul_add(d, n, hn::Set(d, 0.693359375f), y);
  const auto infinity = hn::Set(d, std::numeric_limits<float>::infinity()), zero = hn::Zero(d);
  y = hn::IfThenElse(hn::Lt(x, infinity), y, x);  // NaN, too
  y = hn::IfThenElse(hn::Lt(x, zero), hn::Set(d, std::numeric_limits<float>::quiet_NaN()), y);
  return hn::IfThenElse(hn::Eq(x, zero), hn::Neg(infinity), y);
}

/// log(1 + z) for 0 <= z <= 1: off by less than 2 ULP. z + z^2 P(z), P of degree 8, off by 2^-27.5.
template <class D>
HWY_INLINE hn::Vec<D> log1p_of_fraction(D d, hn::Vec<D> z) {
  const auto square = mul(d, z, z);
  const auto p =
      paired_polynomial(d, z, square, -0.499999315f, 0.333304673f, -0.24958089f, 0.196926832f, -0.153472334f,
                        0.106663123f, -0.0575206578f, 0.0201267079f, -0.00330096274f);
  return mul_add(d, square, p, z);
}

/// m q / (m q + (q - m/2)^2) with the sign of x: of what is odd and ends at 1, such as tanh. With
/// tanh(atanh(y) / 2) = (m/2) / q, y = 2 (m/2) q / (q^2 + (m/2)^2) = m q / (m q + (q - m/2)^2). Half the
/// angle needs half the degree; the errors of m and q vanish where m/2 comes close to q; and no quotient is
/// above 1, as its divisor is not smaller.
template <class D>
HWY_INLINE hn::Vec<D> of_half_angle(D d, hn::Vec<D> m, hn::Vec<D> q, hn::Vec<D> x) {
  const auto gap = neg_mul_add(d, hn::Set(d, 0.5f), m, q), mq = mul(d, m, q);
  return hn::CopySignToAbs(hn::Div(mq, mul_add(d, gap, gap, mq)), x);
}

/// tanh in a network that is `fast`: off by less than 2^-14, and by less than 2^-13 |tanh x|. Odd, never
/// beyond 1, 0.99996 from 5 on; zeros keep their sign, NaN stays NaN. x P(x^2) / Q(x^2), both of degree 2,
/// P(0) = Q(0) = 1: 9 operations for 14.
template <class D>
HWY_INLINE hn::Vec<D> fast_tanh(D d, hn::Vec<D> x) {
  const auto c = at_most(d, at_least(d, x, hn::Set(d, -5.0f)), hn::Set(d, 5.0f)), u = mul(d, c, c);
  const auto p = polynomial(d, u, 1.0f, 0.102492027f, 6.71842601e-4f);
  const auto q = polynomial(d, u, 1.0f, 0.435559392f, 0.0128364721f);
  return hn::Div(mul(d, c, p), q);
}

/// tanh of each lane: off by less than 5 ULP, and by less than 6 * 2^-24 |tanh x|, with or without FMA. Odd,
/// never beyond 1; 1 from 9.1 on, x itself up to 2^-25, zeros keep their sign, NaN stays NaN. As |x| grows
/// the result may step back by a few ULP.
///
/// m = x P(x^2), q = Q(x^2), P of degree 2, Q of degree 3, P(0) = Q(0) = 1, fitted over 0 <= |x| <= 9.1: off
/// by 0.13 * 2^-24. One division and no table: 15 other operations, where by way of exp there are twice as
/// many.
template <class D>
HWY_INLINE hn::Vec<D> tanh(D d, hn::Vec<D> x) {
  if constexpr (is_fast<D>) return fast_tanh(d, x);
  const auto a = at_most(d, hn::Abs(x), hn::Set(d, 9.1f)), u = mul(d, a, a);
  const auto p = polynomial(d, u, 2.97733229e-2f, 1.14248483e-4f);
  const auto q = polynomial(d, u, 1.0f, 1.13106616e-1f, 1.20650569e-3f, 1.22901406e-6f);
  return of_half_angle(d, mul_add(d, mul(d, a, u), p, a), q, x);
}

/// The error function 2 / sqrt(pi) * integral from 0 to x of exp(-t^2): off by less than 7 ULP. Odd, never
/// beyond 1; 1 from 3.925 on, zeros keep their sign, NaN stays NaN. As |x| grows the result may step back by
/// a few ULP.
///
/// m = x P(x^2), q = Q(x^2), P of degree 3, Q of degree 4, fitted over 0 <= |x| <= 3.925: off by 0.62 *
/// 2^-24. P(0) and Q(0) were chosen as two floats whose quotient is 2 / sqrt(pi) to 2^-43.
template <class D>
HWY_INLINE hn::Vec<D> erf(D d, hn::Vec<D> x) {
  const auto a = at_most(d, hn::Abs(x), hn::Set(d, 3.925f)), u = mul(d, a, a);
  const auto p = polynomial(d, u, 1.12814498f, 0.289260596f, 0.0316044353f, 0.0024357629f);
  const auto q = polynomial(d, u, 0.999792457f, 0.271371692f, 0.0477446541f, 0.00583117735f, 9.46589716e-5f);
  return of_half_angle(d, mul(d, a, p), q, x);
}

/// 1 / (1 + e^-x): off by less than 3 ULP where e^-x < 2^127.5, 0 below. In a network that is `fast` it is
/// (1 + tanh(x/2)) / 2: off by less than 2^-15.
template <class D>
HWY_INLINE hn::Vec<D> sigmoid(D d, hn::Vec<D> x) {
  if constexpr (is_fast<D>) {
    const auto half = hn::Set(d, 0.5f);
    return mul_add(d, half, fast_tanh(d, mul(d, half, x)), half);
  }
  const auto one = hn::Set(d, 1.0f);
  return hn::Div(one, hn::Add(one, exp_to_limits(d, hn::Neg(x))));
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
