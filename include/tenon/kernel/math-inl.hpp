// The hyperbolic tangent of vectors.
#if defined(TENON_KERNEL_MATH_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_MATH_INL_HPP
#undef TENON_KERNEL_MATH_INL_HPP
#else
#define TENON_KERNEL_MATH_INL_HPP
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// tanh of each lane: off by less than 5 ULP, and by less than 6 * 2^-24 |tanh x|, with or without FMA. Odd,
/// never beyond 1; 1 from 9.1 on, x itself up to 2^-25, zeros keep their sign, NaN stays NaN. As |x| grows
/// the result may step back by a few ULP.
///
/// Half the angle needs half the degree: with tanh(x/2) = (m/2) / q, m and q polynomials,
///   tanh x = 2 (m/2) q / (q^2 + (m/2)^2) = m q / (m q + (q - m/2)^2).
/// The errors of m and q vanish where m/2 comes close to q, and no quotient is above 1, as its divisor is not
/// smaller. One division and no table: 15 other operations, where by way of exp there are twice as many.
///
/// m = x P(x^2), q = Q(x^2), P of degree 2, Q of degree 3, P(0) = Q(0) = 1: a least-squares fit at 3000
/// Chebyshev nodes of 0 <= x^2 <= 9.1^2, weighted for the relative error of tanh x, reweighted (Lawson) until
/// the largest error was least, then repeated as the coefficients were rounded to float one by one. The fit
/// is off by 0.13 * 2^-24.
template <class D>
HWY_INLINE hn::Vec<D> tanh(D d, hn::Vec<D> x) {
  const auto positive = hn::Abs(x), most = hn::Set(d, 9.1f);
  const auto a = hn::IfThenElse(hn::Gt(positive, most), most, positive);  // some targets' Min would lose NaN
  const auto u = hn::Mul(a, a);
  auto p = hn::MulAdd(hn::Set(d, 1.14248483e-4f), u, hn::Set(d, 2.97733229e-2f));
  auto q = hn::MulAdd(hn::Set(d, 1.22901406e-6f), u, hn::Set(d, 1.20650569e-3f));
  q = hn::MulAdd(q, u, hn::Set(d, 1.13106616e-1f));
  q = hn::MulAdd(q, u, hn::Set(d, 1.0f));
  const auto m = hn::MulAdd(hn::Mul(a, u), p, a);
  const auto gap = hn::NegMulAdd(hn::Set(d, 0.5f), m, q), mq = hn::Mul(m, q);
  return hn::CopySignToAbs(hn::Div(mq, hn::MulAdd(gap, gap, mq)), x);
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
