// What the reference asks of its numbers beside + - * /; a number type of your own brings its overloads. For
// float and double: usable in constant expressions, there within a few units in the last place; at run time
// the C library's.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

namespace tenon::arithmetic {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
/// ln 2 in two parts: the product of the first and a whole number below 2^21 is exact.
inline constexpr double log2_high = 0x1.62e42feep-1, log2_low = 0x1.a39ef35793c76p-33;

/// exp(x) - 1 for |x| <= 1, as its Taylor series.
constexpr double expm1_series(double x) {
  double sum = 0, term = x;
  for (int n = 2; sum + term != sum; ++n) {
    sum += term;
    term *= x / n;
  }
  return sum;
}

/// log(1 + x) for |x| <= 0.5: 2 (s + s^3 / 3 + s^5 / 5 + ...), s = x / (2 + x).
constexpr double log1p_series(double x) {
  const double s = x / (2 + x);
  double sum = 0, power = s;
  for (int n = 1; sum + power / n != sum; n += 2) {
    sum += power / n;
    power *= s * s;
  }
  return 2 * sum;
}

/// e^x = 2^k * e^r, x = k * ln 2 + r.
constexpr double exp(double x) {
  if (!std::is_constant_evaluated()) return std::exp(x);
  if (x != x) return x;
  if (x > 709.782712893384) return infinity;  // an overflow is no constant expression
  if (x < -746) return 0;
  const int k = static_cast<int>(x / log2_high);
  double y = 1 + expm1_series((x - k * log2_high) - k * log2_low);
  for (int i = 0; i < k; ++i) y *= 2;
  for (int i = 0; i > k; --i) y /= 2;
  return y;
}

/// e^x - 1
constexpr double expm1(double x) {
  if (!std::is_constant_evaluated()) return std::expm1(x);
  if (x != x) return x;
  return x >= -0.5 && x <= 0.5 ? expm1_series(x) : exp(x) - 1;
}

/// The natural logarithm: x = 2^k m, sqrt(1/2) <= m < sqrt(2).
constexpr double log(double x) {
  if (!std::is_constant_evaluated()) return std::log(x);
  if (!(x >= 0)) return not_a_number;
  if (x == 0) return -infinity;
  if (x == infinity) return x;
  constexpr double root = 1.4142135623730951;
  int k = 0;
  for (; x < root / 2; x *= 2) --k;
  for (; x >= root; x /= 2) ++k;
  return k * log2_high + (k * log2_low + log1p_series(x - 1));
}

/// log(1 + x)
constexpr double log1p(double x) {
  if (!std::is_constant_evaluated()) return std::log1p(x);
  if (x != x) return x;
  return x > -0.4 && x < 0.4 ? log1p_series(x) : log(1 + x);
}

constexpr double tanh(double x) {
  if (!std::is_constant_evaluated()) return std::tanh(x);
  if (x != x) return x;
  if (x < 0) return -tanh(-x);
  if (x > 0.5) return 1 - 2 / (exp(2 * x) + 1);
  const double t = expm1_series(2 * x);
  return t / (t + 2);
}

/// The square root: Newton's iteration, which falls until it has arrived.
constexpr double sqrt(double x) {
  if (!std::is_constant_evaluated()) return std::sqrt(x);
  if (!(x >= 0)) return not_a_number;
  if (x == 0 || x == infinity) return x;
  double root = x > 1 ? x : 1;
  for (double next = (root + x / root) / 2; next < root; next = (root + x / root) / 2) root = next;
  return root;
}

/// exp(-x^2), x^2 in two parts, the first of them exact.
constexpr double gaussian(double x) {
  const double high = static_cast<float>(x);
  return exp(-high * high) * exp((high - x) * (high + x));
}

constexpr double erfc(double x);

/// 2 / sqrt(pi) * integral of exp(-t^2) from 0 to x: up to 1 as
/// 2 / sqrt(pi) * exp(-x^2) * (x + 2 x^3 / 3 + 4 x^5 / 15 + ... + 2^n x^(2n + 1) / (1 * 3 * ... * (2n + 1))).
constexpr double erf(double x) {
  if (!std::is_constant_evaluated()) return std::erf(x);
  if (x != x) return x;
  if (x < 0) return -erf(-x);
  if (x > 1) return 1 - erfc(x);
  double sum = 0, term = x;
  for (int n = 1; sum + term != sum; ++n) {
    sum += term;
    term *= 2 * x * x / (2 * n + 1);
  }
  return 1.1283791670955126 * gaussian(x) * sum;
}

/// 1 - erf(x): above 1 as exp(-x^2) / (sqrt(pi) * (x + (1/2) / (x + (2/2) / (x + (3/2) / ...)))).
constexpr double erfc(double x) {
  if (!std::is_constant_evaluated()) return std::erfc(x);
  if (x != x) return x;
  if (x <= 1) return 1 - erf(x);
  if (x > 28) return 0;
  double fraction = x;
  for (int n = 16 + static_cast<int>(250 / (x * x)); n > 0; --n) fraction = x + n / (2 * fraction);
  return gaussian(x) / (1.7724538509055161 * fraction);
}

/// The cube root of x >= 0: Newton's iteration, which falls until it has arrived.
constexpr double cbrt(double x) {
  if (!std::is_constant_evaluated()) return std::cbrt(x);
  if (!(x > 0) || x == infinity) return x;
  const auto step = [x](double root) { return (2 * root + x / (root * root)) / 3; };
  double root = x > 1 ? x : 1;
  for (double next = step(root); next < root; next = step(root)) root = next;
  return root;
}

constexpr float exp(float x) { return static_cast<float>(exp(double{x})); }
constexpr float expm1(float x) { return static_cast<float>(expm1(double{x})); }
constexpr float log(float x) { return static_cast<float>(log(double{x})); }
constexpr float log1p(float x) { return static_cast<float>(log1p(double{x})); }
constexpr float tanh(float x) { return static_cast<float>(tanh(double{x})); }
constexpr float cbrt(float x) { return static_cast<float>(cbrt(double{x})); }
constexpr float sqrt(float x) { return static_cast<float>(sqrt(double{x})); }
constexpr float erf(float x) { return static_cast<float>(erf(double{x})); }
constexpr float erfc(float x) { return static_cast<float>(erfc(double{x})); }

/// As std::max and std::min: the first operand where one is not a number.
template <class T>
constexpr T maximum(const T& a, const T& b) {
  return a < b ? b : a;
}
template <class T>
constexpr T minimum(const T& a, const T& b) {
  return b < a ? b : a;
}
template <class T>
constexpr T abs(const T& x) {
  return x > T(0) ? x : T(0) - x;
}
/// yes if a < b, else no; the same for a <= b.
template <class T>
constexpr T where_less(const T& a, const T& b, const T& yes, const T& no) {
  return a < b ? yes : no;
}
template <class T>
constexpr T where_less_or_equal(const T& a, const T& b, const T& yes, const T& no) {
  return a <= b ? yes : no;
}

// Activations that a number type may want to know as one operation. Formulas: tenon/layers/layers.hpp,
// written so that nothing cancels or overflows.

template <class T>
constexpr T sigmoid(const T& x) {
  return T(1) / (T(1) + exp(T(0) - x));
}
template <class T>
constexpr T silu(const T& x) {
  return x / (T(1) + exp(T(0) - x));
}
template <class T>
constexpr T softplus(const T& x) {
  return maximum(x, T(0)) + log1p(exp(T(0) - abs(x)));
}
template <class T>
constexpr T mish(const T& x) {
  return x * tanh(log1p(exp(x)));
}
template <class T>
constexpr T gelu(const T& x) {
  return x * (erfc(x * T(-0.70710678118654752)) / T(2));
}
template <class T>
constexpr T gelu_tanh(const T& x) {
  const T u = T(0.79788456080286536) * (x + T(0.044715) * x * x * x);
  return x / (T(1) + exp(T(-2) * u));
}

}  // namespace tenon::arithmetic
