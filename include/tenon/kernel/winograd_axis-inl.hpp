// The transforms of a Winograd convolution along one axis of one tile: see kernel/winograd.hpp.
#if defined(TENON_KERNEL_WINOGRAD_AXIS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_WINOGRAD_AXIS_INL_HPP
#undef TENON_KERNEL_WINOGRAD_AXIS_INL_HPP
#else
#define TENON_KERNEL_WINOGRAD_AXIS_INL_HPP
#endif

#include "tenon/kernel/vector-inl.hpp"
#include "tenon/kernel/winograd.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

template <winograd_axis Axis>
inline constexpr winograd_matrices matrices_of{Axis};

/// (row T + Sign * row T + 1) / 2 of B^T; row T alone for Sign = 0.
template <winograd_axis Axis, int T, int Sign>
struct input_coefficients {
  static constexpr double at(int k) {
    const auto& b = matrices_of<Axis>.b;
    return Sign == 0 ? b[T][k] : (b[T][k] + Sign * b[T + 1][k]) / 2;
  }
  static constexpr int last = [] {
    int found = -1;
    for (int k = 0; k < Axis.points(); ++k)
      if (at(k) != 0) found = k;
    return found;
  }();
};

/// sum over k of c[k] x[k], divided by the last c that is not 0.
template <class Coefficients, class D, class V>
HWY_INLINE V sum_of_inputs(D d, const V* x) {
  constexpr int last = Coefficients::last;
  static_assert(last >= 0);
  V sum = x[last];
  TENON_UNROLL
  for (int k = 0; k < last; ++k)
    if (Coefficients::at(k) != 0)
      sum =
          mul_add(d, hn::Set(d, static_cast<float>(Coefficients::at(k) / Coefficients::at(last))), x[k], sum);
  return sum;
}

/// Points of a phase: 0, pairs a and -a, perhaps one more, infinity.
template <winograd_axis Axis, int Phase>
struct phase_points {
  static constexpr int first = Axis.phase_first(Phase), count = Axis.phase_points(Phase);
  static constexpr int last = first + count - 1, pairs = (count - 2) / 2;
  static constexpr bool single = count % 2 == 1;  // before the last
};

/// Pairs of points a and -a: number T and T + 1, and those up to `End`.
template <winograd_axis Axis, int T, int End, class D, class V>
HWY_INLINE void transform_pairs(D d, const V* x, V* y) {
  using even = input_coefficients<Axis, T, 1>;
  using odd = input_coefficients<Axis, T, -1>;
  static_assert(even::at(even::last) == 1);
  const V sum = sum_of_inputs<even>(d, x), difference = sum_of_inputs<odd>(d, x);
  const V factor = hn::Set(d, static_cast<float>(odd::at(odd::last)));
  y[T] = mul_add(d, factor, difference, sum);
  y[T + 1] = neg_mul_add(d, factor, difference, sum);
  if constexpr (T + 2 < End) transform_pairs<Axis, T + 2, End>(d, x, y);
}

/// y = B^T x: one axis of one tile, the points of one phase and of those after it.
template <winograd_axis Axis, int Phase = 0, class D, class V>
HWY_INLINE void transform_inputs(D d, const V* x, V* y) {
  using points = phase_points<Axis, Phase>;
  if constexpr (Axis.phase_taps(Phase) == 1) {
    TENON_UNROLL
    for (int i = 0; i < Axis.outputs; ++i) y[points::first + i] = x[Phase + i * Axis.stride];
  } else {
    y[points::first] = sum_of_inputs<input_coefficients<Axis, points::first, 0>>(d, x);
    if constexpr (points::pairs > 0)
      transform_pairs<Axis, points::first + 1, points::first + 1 + 2 * points::pairs>(d, x, y);
    if constexpr (points::single)
      y[points::last - 1] = sum_of_inputs<input_coefficients<Axis, points::last - 1, 0>>(d, x);
    y[points::last] = sum_of_inputs<input_coefficients<Axis, points::last, 0>>(d, x);
  }
  if constexpr (Phase + 1 < Axis.stride) transform_inputs<Axis, Phase + 1>(d, x, y);
}

/// sum + factor * term; or the second alone.
template <class D, class V>
HWY_INLINE V add_term(D d, bool alone, V sum, double factor, V term) {
  const V by = hn::Set(d, static_cast<float>(factor));
  if (alone) return factor == 1 ? term : mul(d, by, term);
  return factor == 1 ? hn::Add(sum, term) : mul_add(d, by, term, sum);
}

/// y = A^T x: one axis of one tile, to which each phase adds, the first one begins. Even outputs are sums of
/// pairs, odd ones of their differences.
template <winograd_axis Axis, int Phase = 0, class D, class V>
HWY_INLINE void combine_products(D d, const V* x, V* y) {
  using points = phase_points<Axis, Phase>;
  constexpr const auto& a = matrices_of<Axis>.a;
  if constexpr (Axis.phase_taps(Phase) == 1) {
    TENON_UNROLL
    for (int j = 0; j < Axis.outputs; ++j) y[j] = add_term(d, Phase == 0, y[j], 1, x[points::first + j]);
  } else {
    V sums[points::pairs + 1], differences[points::pairs + 1];  // one more: there may be no pairs
    TENON_UNROLL
    for (int i = 0; i < points::pairs; ++i) {
      sums[i] = hn::Add(x[points::first + 1 + 2 * i], x[points::first + 2 + 2 * i]);
      differences[i] = hn::Sub(x[points::first + 1 + 2 * i], x[points::first + 2 + 2 * i]);
    }
    TENON_UNROLL
    for (int j = 0; j < Axis.outputs; ++j) {
      bool begins = Phase == 0;
      V sum = begins ? x[points::first] : y[j];
      if (j == 0) sum = add_term(d, begins, sum, a[0][points::first], x[points::first]), begins = false;
      TENON_UNROLL
      for (int i = 0; i < points::pairs; ++i) {
        sum =
            add_term(d, begins, sum, a[j][points::first + 1 + 2 * i], j % 2 == 0 ? sums[i] : differences[i]);
        begins = false;
      }
      if (points::single) sum = add_term(d, begins, sum, a[j][points::last - 1], x[points::last - 1]);
      if (j == Axis.outputs - 1) sum = add_term(d, false, sum, a[j][points::last], x[points::last]);
      y[j] = sum;
    }
  }
  if constexpr (Phase + 1 < Axis.stride) combine_products<Axis, Phase + 1>(d, x, y);
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
