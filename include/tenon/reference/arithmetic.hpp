// What the slow twin asks of its numbers, for float and double, at run time and in constant expressions.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "tenon/reference/map.hpp"

namespace tenon {

/// What the reference asks of its numbers beside + - * /; a number type of your own brings its overloads.
namespace arithmetic {

/// exp(x) - 1 for |x| <= 1, as its Taylor series.
constexpr double expm1_series(double x) {
  double sum = 0, term = x;
  for (int n = 2; sum + term != sum; ++n) {
    sum += term;
    term *= x / n;
  }
  return sum;
}

/// e^x. In constant expressions 2^k * e^r, x = k * ln 2 + r, within a few units in the last place.
constexpr double exp(double x) {
  if (!std::is_constant_evaluated()) return std::exp(x);
  if (x > 710) return std::numeric_limits<double>::infinity();
  if (x < -746) return 0;
  // ln 2 in two parts: k * high is exact.
  constexpr double high = 0x1.62e42feep-1, low = 0x1.a39ef35793c76p-33;
  const int k = static_cast<int>(x / high);
  double y = 1 + expm1_series((x - k * high) - k * low);
  for (int i = 0; i < k; ++i) y *= 2;
  for (int i = 0; i > k; --i) y /= 2;
  return y;
}

constexpr double tanh(double x) {
  if (!std::is_constant_evaluated()) return std::tanh(x);
  if (x < 0) return -tanh(-x);
  if (x > 0.5) return 1 - 2 / (exp(2 * x) + 1);
  const double t = expm1_series(2 * x);
  return t / (t + 2);
}

/// The square root of x >= 0. In constant expressions Newton's iteration, which falls until it has arrived.
constexpr double sqrt(double x) {
  if (!std::is_constant_evaluated()) return std::sqrt(x);
  if (x == 0) return 0;
  double root = x > 1 ? x : 1;
  for (double next = (root + x / root) / 2; next < root; next = (root + x / root) / 2) root = next;
  return root;
}

constexpr float exp(float x) { return static_cast<float>(exp(double{x})); }
constexpr float tanh(float x) { return static_cast<float>(tanh(double{x})); }
constexpr float sqrt(float x) { return static_cast<float>(sqrt(double{x})); }

/// |x|
constexpr double magnitude(double x) { return x < 0 ? -x : x; }
constexpr float magnitude(float x) { return x < 0 ? -x : x; }

/// The natural logarithm of x > 0. In constant expressions k * ln 2 + 2 artanh((m - 1) / (m + 1)), x = 2^k *
/// m.
constexpr double log(double x) {
  if (!std::is_constant_evaluated()) return std::log(x);
  int k = 0;
  for (; x > 1.5; x /= 2) ++k;
  for (; x < 0.75; x *= 2) --k;
  const double t = (x - 1) / (x + 1);
  double sum = 0, power = t;
  for (int n = 1; sum + power / n != sum; n += 2) sum += power / n, power *= t * t;
  return 2 * sum + k * 0.693147180559945309417;
}
constexpr float log(float x) { return static_cast<float>(log(double{x})); }

/// The cube root of x >= 0. In constant expressions Newton's iteration, which falls until it has arrived.
constexpr double cbrt(double x) {
  if (!std::is_constant_evaluated()) return std::cbrt(x);
  if (x == 0) return 0;
  const auto step = [x](double root) { return (2 * root + x / (root * root)) / 3; };
  double root = x > 1 ? x : 1;
  for (double next = step(root); next < root; next = step(root)) root = next;
  return root;
}
constexpr float cbrt(float x) { return static_cast<float>(cbrt(double{x})); }

template <class T>
constexpr T maximum(const T& a, const T& b) {
  return a < b ? b : a;
}
template <class T>
constexpr T minimum(const T& a, const T& b) {
  return b < a ? b : a;
}

/// A sum that is finished: from here on it is one number in memory, however it was summed.
template <class T>
constexpr T finished(const T& x) {
  return x;
}

/// A sum over the window of convolution `layer` at output `o`, of weight(channel, k) * input(channel, k) for
/// `channels` channels and all taps k. A number type that knows of faster algorithms looks at it here.
template <class T, class Weight, class Input>
constexpr T convolved(const T& sum, const node& /*layer*/, const position& /*o*/, index /*channels*/, Weight,
                      Input) {
  return sum;
}

}  // namespace arithmetic

}  // namespace tenon
