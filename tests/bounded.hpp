// A number type for the reference that knows how far a float program may be from it: the tolerance of every
// test of a kernel is derived, operation by operation, and holds for sums in any order.
#pragma once

#include <algorithm>
#include <cmath>

#include "tenon/kernel/winograd.hpp"
#include "tenon/reference.hpp"

/// A real number, and a bound on the error of a float program that computes it.
///
/// The program computes a sum of terms, in whatever order, with or without FMA. If no term meets more than n
/// roundings, each of relative error u = 2^-24, then (Higham, Accuracy and Stability, lemma 3.1)
///   |computed - value| <= gamma(n) * magnitude + inherited,   gamma(n) = n u / (1 - n u)
/// where magnitude = sum of |terms| and `inherited` comes from errors of the terms themselves and from
/// underflow. A term meets the roundings it was made with and, in the worst order, one addition fewer than
/// there are terms. Products distribute over the terms of unfinished sums; this is why the bound also holds
/// where a batch norm was folded into the weights before the sum was taken.
///
/// `value` is computed in double; its own error, below n 2^-53 * magnitude, is what the one extra rounding in
/// `error()` is for.
class bounded {
 public:
  static constexpr double u = 0x1p-24;
  /// A subnormal result is off by at most half of this, whatever its operation.
  static constexpr double underflow = 0x1p-149;
  /// Results of exp below it may be flushed to zero.
  static constexpr double smallest_normal = 0x1p-126;
  /// A result that is off by n ULP has met at most 2 n roundings. The errors of functions are those that
  /// kernel/math-inl.hpp and kernel/activation-inl.hpp state.
  static constexpr double roundings_of(double ulp) { return 2 * ulp; }

  bounded() = default;
  /// A number that the program has exactly.
  explicit bounded(double exact) : value_(exact), magnitude_(std::abs(exact)) {}

  double value() const { return value_; }
  double error() const { return inherited_ + gamma(summed() + 1) * magnitude_; }

  friend bounded operator+(const bounded& a, const bounded& b) {
    return {a.value_ + b.value_, a.inherited_ + b.inherited_ + underflow, a.magnitude_ + b.magnitude_,
            std::max(a.roundings_, b.roundings_), a.terms_ + b.terms_};
  }
  friend bounded operator-(const bounded& a, const bounded& b) {
    return a + bounded(-b.value_, b.inherited_, b.magnitude_, b.roundings_, b.terms_);
  }
  friend bounded operator*(const bounded& a, const bounded& b) {
    return {a.value_ * b.value_, a.inherited_ * b.largest() + b.inherited_ * a.largest() + underflow,
            a.magnitude_ * b.magnitude_, a.summed() + b.summed() + 1, 1};
  }
  /// a / b, or a times the rounded 1 / b. Where b overflows, as exp may, the program has 0 for a / b, which
  /// is below a 2^-128.
  friend bounded operator/(const bounded& a, const bounded& b) {
    const double value = a.value_ / b.value_, least = std::max(std::abs(b.value_) - b.error(), 0.0);
    const double error = (a.error() + std::abs(value) * b.error()) / least;
    return of_operation(value, error + underflow + a.largest() * smallest_normal, 2);
  }

  friend bounded finished(const bounded& x) { return of_operation(x.value_, x.error(), 0); }
  /// Two output rows of a convolution may be computed together: see tenon/kernel/winograd.hpp. Its terms are
  /// A^T[j][t] * G[t][k] w[k] * B^T[t][l] x[l]; x reaches one row beyond the window. They cancel, and what
  /// counts for the error is how large they are.
  template <class Weight, class Input>
  friend bounded convolved(bounded sum, const tenon::node& n, const tenon::position& o, tenon::index channels,
                           Weight weight, Input input) {
    const tenon::window& w = n.win;
    if (n.groups * w.stride[0] * w.stride[1] * w.dilation[0] * w.dilation[1] > 1) return sum;
    if (w.kernel[0] == 3) sum.add_winograd<3>(n, o, channels, weight, input);
    if (w.kernel[0] == 5) sum.add_winograd<5>(n, o, channels, weight, input);
    return sum;
  }
  friend bounded maximum(const bounded& a, const bounded& b) {
    return of_operation(std::max(a.value_, b.value_), std::max(a.error(), b.error()), 0);
  }
  friend bounded minimum(const bounded& a, const bounded& b) {
    return of_operation(std::min(a.value_, b.value_), std::max(a.error(), b.error()), 0);
  }
  friend bounded sqrt(const bounded& x) {
    const double root = std::sqrt(x.value_);
    return of_operation(root, root - std::sqrt(std::max(x.value_ - x.error(), 0.0)), 1);
  }
  /// Off by at most 8 roundings; x^(1/3) is steepest where x is least.
  friend bounded cbrt(const bounded& x) {
    const double root = std::cbrt(x.value_);
    return of_operation(root, root - std::cbrt(std::max(x.value_ - x.error(), 0.0)), 8);
  }
  friend bounded abs(const bounded& x) { return of_operation(std::abs(x.value_), x.error(), 0); }
  /// yes if a < b, else no; either where the program may see it otherwise.
  friend bounded where_less(const bounded& a, const bounded& b, const bounded& yes, const bounded& no) {
    const bool less = a.value_ < b.value_;
    const bounded &chosen = less ? yes : no, &other = less ? no : yes;
    if (std::abs(a.value_ - b.value_) > a.error() + b.error()) return chosen;
    const double apart = std::abs(chosen.value_ - other.value_);
    return of_operation(chosen.value_, std::max(chosen.error(), apart + other.error()), 0);
  }
  friend bounded where_less_or_equal(const bounded& a, const bounded& b, const bounded& yes,
                                     const bounded& no) {
    return where_less(b, a, no, yes);
  }

  /// For any x up to 700; a float program has long overflowed there.
  friend bounded exp(const bounded& x) {
    const double value = std::exp(std::min(x.value_, 700.0));
    return of_operation(value, value * std::expm1(x.error()) + smallest_normal, roundings_of(1.3));
  }
  friend bounded expm1(const bounded& x) {
    return of_increasing([](double v) { return std::expm1(std::min(v, 700.0)); }, x, roundings_of(2),
                         underflow);
  }
  friend bounded log(const bounded& x) {
    return of_increasing([](double v) { return std::log(std::max(v, 0.0)); }, x, roundings_of(2));
  }
  friend bounded tanh(const bounded& x) {
    return of_increasing([](double v) { return std::tanh(v); }, x, 6);
  }
  friend bounded erf(const bounded& x) {
    return of_increasing([](double v) { return std::erf(v); }, x, roundings_of(7));
  }
  friend bounded sigmoid(const bounded& x) {
    return of_increasing([](double v) { return tenon::arithmetic::sigmoid(v); }, x, roundings_of(3),
                         smallest_normal);
  }
  friend bounded softplus(const bounded& x) {
    return of_increasing([](double v) { return tenon::arithmetic::softplus(v); }, x, roundings_of(3),
                         smallest_normal);
  }
  // The slopes of these are nowhere above 1.1, 1.09, 1.13 and 1.13.
  friend bounded silu(const bounded& x) {
    return of_operation(tenon::arithmetic::silu(x.value_), 1.1 * x.error() + 0x1p-120, roundings_of(3));
  }
  friend bounded mish(const bounded& x) {
    return of_operation(tenon::arithmetic::mish(x.value_), 1.09 * x.error() + 0x1p-120, roundings_of(5));
  }
  friend bounded gelu(const bounded& x) {
    return of_operation(tenon::arithmetic::gelu(x.value_), 1.13 * x.error() + smallest_normal,
                        roundings_of(8));
  }
  friend bounded gelu_tanh(const bounded& x) {
    const double off = 2.2 * u * (std::abs(x.value_) + x.error());
    return of_operation(tenon::arithmetic::gelu_tanh(x.value_), 1.13 * x.error() + off + smallest_normal, 0);
  }

 private:
  bounded(double value, double inherited, double magnitude, double roundings, double terms)
      : value_(value), inherited_(inherited), magnitude_(magnitude), roundings_(roundings), terms_(terms) {}

  /// A result that is one number: `error` is that of the operands, then it is rounded.
  static bounded of_operation(double value, double error, double roundings) {
    return {value, error, std::abs(value) + error, roundings, 1};
  }
  /// A function that never falls.
  template <class F>
  static bounded of_increasing(F f, const bounded& x, double roundings, double absolute = 0) {
    const double value = f(x.value_), e = x.error();
    const double error = std::max(f(x.value_ + e) - value, value - f(x.value_ - e));
    return of_operation(value, error + absolute, roundings);
  }
  template <int R, class Weight, class Input>
  void add_winograd(const tenon::node& n, const tenon::position& o, tenon::index channels, Weight weight,
                    Input input) {
    static constexpr tenon::winograd_matrices<R> m;
    const tenon::index second = o.at[0] % 2;  // is it the second row of its pair?
    const bool alone = second == 0 && o.at[0] + 1 == n.out.spatial(0);
    for (tenon::index channel = 0; channel < channels; ++channel) {
      for (tenon::index column = 0; column < n.win.kernel[1]; ++column) {
        for (int t = 0; t <= R; ++t) {
          double u = smallest_normal, v = smallest_normal;
          for (int k = 0; k < R; ++k) u += std::abs(m.g[t][k]) * weight(channel, {{k, column}}).magnitude_;
          for (int l = 0; l <= R; ++l) {
            // A row without a partner reads its last input row twice.
            const int row = alone && l == R ? R - 1 : l;
            v += std::abs(m.b[t][l]) * input(channel, {{row - second, column}}).magnitude_;
          }
          magnitude_ += std::abs(m.a[second][t]) * u * v;
        }
      }
    }
    roundings_ += 3 * R + 6;  // of both transforms and their inverse
    inherited_ += summed() * underflow;
  }
  /// Roundings that a term has met when the sum is there.
  double summed() const { return roundings_ + terms_ - 1; }
  static double gamma(double n) { return n * u / (1 - n * u); }
  /// What the program's number can be at most.
  double largest() const { return inherited_ + (1 + gamma(summed())) * magnitude_; }

  double value_ = 0, inherited_ = 0, magnitude_ = 0, roundings_ = 0, terms_ = 1;
};
