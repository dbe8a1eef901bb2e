// A number type for the reference that knows how far a float program may be from it: the tolerance of every
// test of a kernel is derived, operation by operation, and holds for sums in any order.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "tenon/infer/method.hpp"
#include "tenon/kernel/strassen.hpp"
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
  /// A Winograd convolution, if the layer says that it is computed so: see tenon/kernel/winograd.hpp. Its
  /// terms are A^T[j][t] * G[t][k] w[k] * B^T[t][l] x[l] along each axis; x reaches beyond the window. They
  /// cancel, and what counts for the error is how large they are.
  template <class Weight, class Input>
  friend bounded convolved(bounded sum, const tenon::node& n, tenon::index oc, const tenon::position& o,
                           tenon::index channels, Weight weight, Input input) {
    using tenon::method;
    const method how = n.attr.how;
    if (how == method::automatic || how == method::direct) return sum;
    if (how == method::strassen || how == method::strassen_twice) {
      sum.add_strassen(n, oc, o, channels, weight, input, how == method::strassen ? 1 : 2);
      return sum;
    }
    const int outputs = tenon::outputs_at_once(how);
    const int last = n.out.spatial_rank() - 1;
    const auto axis_for = [&](int axis) {
      const int wanted = tenon::outputs_at_once(how, axis, last + 1);
      return axis < 0 ? tenon::winograd_axis{}
                      : tenon::winograd_axis_for(n.win.kernel[axis], n.win.stride[axis], wanted);
    };
    if (tenon::is_winograd_rows(how))
      sum.add_winograd(n, o, channels, weight, input, {tenon::winograd_rows_of(n, outputs), {}}, true);
    else if (tenon::is_winograd_column(how))
      sum.add_winograd(n, o, channels, weight, input, {axis_for(0), {}}, true);
    else
      sum.add_winograd(n, o, channels, weight, input, {axis_for(last - 1), axis_for(last)}, false);
    // Weights are packed with a factor, and a sum of them has two more terms, whose factors are rounded, too;
    // so are those of A^T.
    if (how == method::winograd_plain)
      for (int axis : {last - 1, last}) sum.roundings_ += 2.0 * static_cast<double>(n.win.kernel[axis]) + 2;
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
  /// Magnitudes of A^T, G and B^T.
  struct magnitudes : tenon::winograd_axis, tenon::winograd_matrices {
    explicit magnitudes(tenon::winograd_axis axis)
        : tenon::winograd_axis(axis), tenon::winograd_matrices(axis) {
      const auto make_positive = [](auto& rows) {
        for (auto& row : rows)
          for (double& x : row) x = std::abs(x);
      };
      make_positive(a), make_positive(g), make_positive(b);
    }
  };
  /// The axes are the last two of the layer, or its rows alone: {rows, {}}; then columns are taps as they
  /// are.
  template <class Weight, class Input>
  void add_winograd(const tenon::node& n, const tenon::position& o, tenon::index channels, Weight weight,
                    Input input, tenon::winograd_shape shape, bool rows_alone) {
    const magnitudes rows(shape.rows), columns(shape.columns);
    const int rank = n.out.spatial_rank(), last = rank - 1;
    // What is summed over beside the axes: planes in 3-D, or the columns of rows alone.
    const tenon::index others = rows_alone ? n.win.kernel[1] : rank == 3 ? n.win.kernel[0] : 1;
    const auto inner = [&](int axis, int outputs) {
      return axis < 0 ? 0 : o.at[axis] / n.win.dilation[axis] % outputs;
    };
    const tenon::index row = inner(last - 1, shape.rows.outputs), column = inner(last, shape.columns.outputs);
    const auto tap_at = [&](tenon::index other, tenon::index r, tenon::index c) {
      tenon::position k{};
      if (rank >= 2) k.at[last - 1] = r;
      k.at[last] = rows_alone ? other : c;
      if (rank == 3) k.at[0] = other;
      return k;
    };
    // Row by row, inputs below the last row are not there: the last one is read instead.
    const tenon::index outputs_there =
        tenon::is_winograd_rows(n.attr.how)
            ? std::min<tenon::index>(rows.outputs, n.out.spatial(0) - (o.at[0] - row))
            : rows.outputs;
    const tenon::index last_input = (outputs_there - 1) * rows.stride + rows.taps - 1;
    for (tenon::index channel = 0; channel < channels; ++channel) {
      for (tenon::index other = 0; other < others; ++other) {
        constexpr int most = tenon::max_winograd_points;
        double u[most][most], v[most][most], wide[most][most];
        for (int p = 0; p < rows.points(); ++p) {
          for (int q = 0; q < columns.points(); ++q) {
            u[p][q] = smallest_normal;
            for (int k = 0; k < rows.taps; ++k)
              for (int l = 0; l < columns.taps; ++l)
                u[p][q] += rows.g[p][k] * columns.g[q][l] * weight(channel, tap_at(other, k, l)).magnitude_;
          }
        }
        for (int p = 0; p < rows.points(); ++p) {
          for (int q = 0; q < columns.points(); ++q) {
            const tenon::index r = std::min<tenon::index>(p, last_input) - row * rows.stride;
            wide[p][q] = input(channel, tap_at(other, r, q - column * columns.stride)).magnitude_;
          }
        }
        for (int p = 0; p < rows.points(); ++p) {
          for (int q = 0; q < columns.points(); ++q) {
            v[p][q] = 0;
            for (int r = 0; r < rows.points(); ++r) v[p][q] += rows.b[p][r] * wide[r][q];
          }
        }
        for (int p = 0; p < rows.points(); ++p) {
          for (int q = 0; q < columns.points(); ++q) {
            double sum = smallest_normal;
            for (int c = 0; c < columns.points(); ++c) sum += columns.b[q][c] * v[p][c];
            magnitude_ += rows.a[row][p] * columns.a[column][q] * u[p][q] * sum;
          }
        }
      }
    }
    // Of the weights, and of each axis: a sum of inputs has the terms of a phase, whose coefficients,
    // products and common factor are rounded too; a sum of products has those of all phases.
    for (const magnitudes& m : {rows, columns})
      roundings_ += m.points() > 1 ? m.phase_points(0) + m.points() + 7 : 0;
    roundings_ += 2;
    inherited_ += summed() * underflow;
  }
  /// A 1x1 convolution by Strassen's algorithm: see tenon/kernel/strassen.hpp. Its terms are products of sums
  /// over other parts of the channels and over other pixels, which cancel.
  template <class Weight, class Input>
  void add_strassen(const tenon::node& n, tenon::index oc, const tenon::position& o, tenon::index channels,
                    Weight weight, Input input, int halvings) {
    using tenon::index, tenon::strassen;
    const index parts = 1 << halvings, points = halvings == 1 ? 7 : 49;
    const index in_part = channels / parts, out_part = n.out.channels() / parts;
    const int rank = n.out.spatial_rank();
    index number = 0;
    for (int axis = 0; axis < rank; ++axis) number = number * n.out.spatial(axis) + o.at[axis];
    // Where the pixels of the group are from this one; the last one stands in for those that are not there.
    std::vector<tenon::position> pixels(static_cast<std::size_t>(parts));
    for (index p = 0; p < parts; ++p) {
      index at = std::min(number / parts * parts + p, n.out.positions() - 1);
      for (int axis = rank - 1; axis >= 0; at /= n.out.spatial(axis), --axis)
        pixels[static_cast<std::size_t>(p)].at[axis] =
            (at % n.out.spatial(axis) - o.at[axis]) * n.win.stride[axis];
    }
    const index part = oc / out_part, pixel = number % parts;
    for (index ic = 0; ic < in_part; ++ic) {
      double w[4][4], x[4][4];
      for (index i = 0; i < parts; ++i) {
        for (index h = 0; h < parts; ++h) {
          const index other = i * out_part + oc % out_part;
          w[i][h] = weight((other - oc) * channels + h * in_part + ic, tenon::position{}).magnitude_;
          x[h][i] = input(h * in_part + ic, pixels[static_cast<std::size_t>(i)]).magnitude_;
        }
      }
      for (index t = 0; t < points; ++t) {
        double u = smallest_normal, v = smallest_normal;
        for (index i = 0; i < parts; ++i) {
          for (index h = 0; h < parts; ++h) {
            u += std::abs(strassen::of_weights(halvings, t, i, h)) * w[i][h];
            v += std::abs(strassen::of_input(halvings, t, h, i)) * x[h][i];
          }
        }
        magnitude_ += std::abs(strassen::of_product(halvings, part, pixel, t)) * u * v;
      }
    }
    // Of the weights, of each sum of two inputs and four products, and of adding the bias.
    roundings_ += 1 + halvings * (1 + 3) + 1;
    inherited_ += summed() * underflow;
  }
  /// Roundings that a term has met when the sum is there.
  double summed() const { return roundings_ + terms_ - 1; }
  static double gamma(double n) { return n * u / (1 - n * u); }
  /// What the program's number can be at most.
  double largest() const { return inherited_ + (1 + gamma(summed())) * magnitude_; }

  double value_ = 0, inherited_ = 0, magnitude_ = 0, roundings_ = 0, terms_ = 1;
};
