// Activations beside double over all of float, in ULP, on every target: the numbers that kernel/math-inl.hpp
// states.
#include <hwy/targets.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <vector>

#include <tenon/tenon.hpp>

#include "catch.hpp"

namespace {

using namespace tenon::layers;

constexpr std::size_t wide = 4096;
template <auto Activation>
struct over : tenon::model<input<wide> | Activation> {};
/// Each number beside a 0, the larger of them subtracted from both: exp(-|x|) and what divides it.
struct pairs : tenon::model<input<2, 1, wide> | softmax> {};

inline constexpr auto tangent = identity | tanh;
inline constexpr auto exponential = identity | exp;
inline constexpr auto logarithm = identity | log;
/// What only formulas use.
inline constexpr auto error_function = activation<[](auto x) { return erf(x); }>;

}  // namespace

#define TENON_MODEL                                                                                       \
  over<relu>, over<relu6>, over<leaky_relu<>>, over<hard_swish>, over<hard_sigmoid>, over<softsign>,      \
      over<thresholded_relu<1>>, over<clip<-1, 2>>, over<multiply_by<2>>, over<add_constant<3>>,          \
      over<sigmoid>, over<tangent>, over<exponential>, over<logarithm>, over<error_function>, over<silu>, \
      over<gelu>, over<gelu_tanh>, over<mish>, over<softplus>, over<elu>, over<elu_with<alpha{0.3}>>,     \
      over<selu>, over<celu>, over<celu_with<alpha{2.5}>>, over<celu_with<alpha{-0.7}>>, pairs,           \
      tenon::fast<over<tangent>>, tenon::fast<over<sigmoid>>, tenon::fast<over<silu>>,                    \
      tenon::fast<over<gelu_tanh>>
#include <tenon/instantiate.hpp>

namespace {

constexpr float endless = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// Every 1009th float from `least` to `most`, by their bits: from zero over the subnormals to the largest;
/// zeros, the smallest numbers, whole ones where formulas change, and both ends are among them.
std::vector<float> sample(float least, float most) {
  std::vector<float> x;
  const auto put = [&](float v) {
    for (const float either : {v, -v})
      if (least <= either && either <= most) x.push_back(either);
  };
  for (std::uint32_t bits = 0; bits < std::bit_cast<std::uint32_t>(endless); bits += 1009)
    put(std::bit_cast<float>(bits));
  for (std::uint32_t bits = 0; bits < 64; ++bits) put(std::bit_cast<float>(bits));
  for (const float v :
       {std::numeric_limits<float>::min(), 1.0f, 2.0f, 3.0f, 6.0f, std::abs(least), std::abs(most)})
    put(v);
  x.resize((x.size() + wide - 1) / wide * wide, most);
  return x;
}

/// |computed - exact|, in units of the last place of the float nearest to `exact`, or of the smallest normal
/// one; equal infinities and what is not a number are 0 apart.
double ulp_apart(float computed, double exact) {
  const auto nearest = static_cast<float>(exact);
  if (std::isnan(exact)) return std::isnan(computed) ? 0 : static_cast<double>(endless);
  if (std::isinf(nearest)) return computed == nearest ? 0 : static_cast<double>(endless);
  const float place = std::max(std::abs(nearest), std::numeric_limits<float>::min());
  const double ulp = static_cast<double>(place) - static_cast<double>(std::nextafter(place, 0.0f));
  return std::abs(static_cast<double>(computed) - exact) / ulp;
}

struct worst_case {
  double ulp = 0;
  float at = 0;
  void see(double error, float x) {
    if (!(error <= ulp)) ulp = error, at = x;  // NaN is the worst
  }
};

/// Runs M on each target of this CPU, `wide` numbers at a time; see(y, i, case) judges batch i of the
/// results.
template <tenon::Model M, class Fill, class See>
void judge(const char* name, std::size_t batches, double bound, Fill fill, See see) {
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    tenon::executable<M> run{tenon::weights<M>{}};
    const auto x = std::make_unique<typename M::input>();
    worst_case worst;
    for (std::size_t i = 0; i < batches; ++i) {
      fill(*x, i);
      const auto y = std::make_unique<typename M::output>(run(*x));
      see(*y, i, worst);
    }
    std::printf("%-12s %-7s %6.3f ULP at %.9g\n", name, run.target(), worst.ulp,
                static_cast<double>(worst.at));
    INFO(name << " on " << run.target() << ": " << worst.ulp << " ULP at " << worst.at);
    CHECK(worst.ulp <= bound);
  }
  hwy::SetSupportedTargetsForTest(0);
}

/// How far a result is from the exact one: see(computed, exact, x).
using distance = double (*)(float, double, float);
constexpr distance in_ulp = [](float computed, double exact, float) { return ulp_apart(computed, exact); };
/// Errors as parts of 2^-24 |x|.
constexpr distance beside_x = [](float computed, double exact, float x) {
  const double error = std::abs(static_cast<double>(computed) - exact);
  return error / (0x1p-24 * std::max(std::abs(static_cast<double>(x)), 0x1p-126));
};
/// Errors beyond 2^-120, which is nothing.
constexpr distance above_nothing = [](float computed, double exact, float) {
  const bool close = std::abs(static_cast<double>(computed) - exact) < 0x1p-120;
  return close ? 0 : ulp_apart(computed, exact);
};

struct range {
  float least = -endless, most = endless;
};

/// Holds an activation against exact(x) everywhere in a range.
template <auto Activation, class M = over<Activation>, class Exact>
void measure(const char* name, double bound, Exact exact, range all = {}, distance apart = in_ulp) {
  const std::vector<float> x = sample(all.least, all.most);
  std::vector<double> expected(x.size());
  std::transform(x.begin(), x.end(), expected.begin(),
                 [&](float v) { return exact(static_cast<double>(v)); });
  judge<M>(
      name, x.size() / wide, bound,
      [&](auto& in, std::size_t i) { std::copy_n(x.begin() + i * wide, wide, in.data()); },
      [&](const auto& y, std::size_t i, worst_case& worst) {
        for (std::size_t k = 0; k < wide; ++k)
          worst.see(apart(y[k], expected[i * wide + k], x[i * wide + k]), x[i * wide + k]);
      });
}

/// What one input becomes on every target: f(y).
template <tenon::Model M, class F>
void on_every_target(float x, F f) {
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    tenon::executable<M> run{tenon::weights<M>{}};
    const auto in = std::make_unique<typename M::input>();
    std::fill(in->begin(), in->end(), x);
    const auto y = std::make_unique<typename M::output>(run(*in));
    INFO("x = " << x << " on " << run.target());
    f((*y)[0]);
    CHECK(std::all_of(y->begin(), y->end(), [&](float v) {
      return std::bit_cast<std::uint32_t>(v) == std::bit_cast<std::uint32_t>((*y)[0]);
    }));
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace

TEST_CASE("piecewise linear activations are rounded once, hard_swish four times", "[accuracy]") {
  measure<relu>("relu", 0, [](double x) { return std::max(x, 0.0); });
  measure<relu6>("relu6", 0, [](double x) { return std::clamp(x, 0.0, 6.0); });
  measure<clip<-1, 2>>("clip", 0, [](double x) { return std::clamp(x, -1.0, 2.0); });
  measure<thresholded_relu<1>>("thresholded", 0, [](double x) { return x > 1 ? x : 0; });
  measure<multiply_by<2>>("multiply_by", 0, [](double x) { return x * 2; });
  measure<add_constant<3>>("add_constant", 1, [](double x) { return x + 3; });
  // In the slope of 0.01 and in the product.
  measure<leaky_relu<>>("leaky_relu", 0.5,
                        [](double x) { return x < 0 ? x * static_cast<double>(0.01f) : x; });
  // In x + 3, of one rounding; two products; a sixth.
  measure<hard_swish>("hard_swish", 4, [](double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; },
                      {-3e38f, endless});
  // In the product and the sum, of which the larger is 1/2 below zero.
  measure<hard_sigmoid>(
      "hard_sigmoid", 2,
      [](double x) { return std::clamp(static_cast<double>(1.0f / 6) * x + 0.5, 0.0, 1.0); },
      {-1.5f, endless});
}

TEST_CASE("rational functions and those of the exponential are as exact as they say", "[accuracy]") {
  measure<softsign>("softsign", 2, [](double x) { return x / (1 + std::abs(x)); });
  measure<tangent>("tanh", 5, [](double x) { return std::tanh(x); });
  measure<error_function>("erf", 7, [](double x) { return std::erf(x); });
  measure<exponential>("exp", 1.3, [](double x) { return std::exp(x); });
  measure<logarithm>("log", 1, [](double x) { return std::log(x); });
}

TEST_CASE("activations of fast networks are as exact as they say", "[accuracy]") {
  // In units of 2^-20.
  constexpr distance absolute = [](float computed, double exact, float) {
    return std::isnan(exact) && std::isnan(computed)
               ? 0
               : 0x1p20 * std::abs(static_cast<double>(computed) - exact);
  };
  constexpr distance relative = [](float computed, double exact, float x) {
    const double least = std::max(std::abs(exact), 0x1p-126);
    return absolute(computed, exact, x) / least;
  };
  constexpr distance of_x = [](float computed, double exact, float x) {
    return absolute(computed, exact, x) / std::max(std::abs(static_cast<double>(x)), 0x1p-126);
  };
  const auto tangent_of = [](double x) { return std::tanh(x); };
  const auto logistic = [](double x) { return 1 / (1 + std::exp(-x)); };
  const auto swish = [](double x) { return x / (1 + std::exp(-x)); };
  const auto cubic = [](double x) {
    return x / (1 + std::exp(-1.5957691216057308 * (x + 0.044715 * x * x * x)));
  };
  measure<tangent, tenon::fast<over<tangent>>>("fast tanh", 0x1p6, tangent_of, {}, absolute);
  measure<tangent, tenon::fast<over<tangent>>>("  |tanh x|", 0x1p7, tangent_of, {}, relative);
  measure<sigmoid, tenon::fast<over<sigmoid>>>("fast sigmoid", 0x1p5, logistic, {}, absolute);
  measure<silu, tenon::fast<over<silu>>>("fast silu", 0x1p5, swish, {-1e30f, 1e30f}, of_x);
  measure<gelu_tanh, tenon::fast<over<gelu_tanh>>>("fast gelu", 0x1p5, cubic, {-1e30f, 1e30f}, of_x);
}

TEST_CASE("exponential units are off by less than 4 ULP", "[accuracy]") {
  const auto unit = [](double above, double inside, double below) {
    return [=](double x) { return x >= 0 ? above * x : below * std::expm1(inside * x); };
  };
  measure<elu>("elu", 2, unit(1, 1, 1));
  measure<elu_with<alpha{0.3}>>("elu 0.3", 3, unit(1, 1, static_cast<double>(0.3f)));
  measure<selu>("selu", 3,
                unit(static_cast<double>(tenon::selu_scale), 1, static_cast<double>(tenon::selu_slope)));
  measure<celu>("celu", 2, unit(1, 1, 1));
  measure<celu_with<alpha{2.5}>>("celu 2.5", 4, unit(1, 1 / 2.5, 2.5));
  // The exponent grows up to the end of the range, and with it what an error of 1 / alpha does.
  const double below = static_cast<double>(-0.7f);
  measure<celu_with<alpha{-0.7}>>("celu -0.7", 4, unit(1, 1 / below, below), {-1, endless});
}

TEST_CASE("gates are off by a few ULP, and by nothing where they are tiny", "[accuracy]") {
  const auto logistic = [](double x) { return 1 / (1 + std::exp(-x)); };
  measure<sigmoid>("sigmoid", 3, logistic, {-88.3f, endless});
  measure<sigmoid>("  for all x", 3, logistic, {}, above_nothing);
  const auto swish = [](double x) { return std::isinf(x) && x < 0 ? x * 0 : x / (1 + std::exp(-x)); };
  measure<silu>("silu", 3, swish, {-88.3f, endless});
  measure<silu>("  for all x", 3, swish, {}, above_nothing);
  const auto normal = [](double x) { return x == -endless ? 0 : x * std::erfc(-x * M_SQRT1_2) / 2; };
  measure<gelu>("gelu", 8, normal, {-13.1f, endless});
  measure<gelu>("  for all x", 8, normal, {}, above_nothing);
  const auto cubic = [](double x) {
    return x / (1 + std::exp(-1.5957691216057308 * (x + 0.044715 * x * x * x)));
  };
  measure<gelu_tanh>("gelu_tanh", 7, cubic, {-2, endless});
  measure<gelu_tanh>("  2^-24 |x|", 2.2, cubic, {-1e30f, 1e30f}, beside_x);
  const auto tamed = [](double x) { return x * std::tanh(std::log1p(std::exp(std::min(x, 700.0)))); };
  measure<mish>("mish", 5, tamed, {-87.6f, endless});
  measure<mish>("  for all x", 5, tamed, {}, above_nothing);
  const auto soft = [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); };
  measure<softplus>("softplus", 3, soft, {-87.6f, endless});
  measure<softplus>("  for all x", 3, soft, {}, above_nothing);
}

TEST_CASE("softmax's exp is off by less than 3 ULP where it is normal", "[accuracy]") {
  const std::vector<float> x = sample(-87.0f, 87.0f);
  judge<pairs>(
      "softmax", x.size() / wide, 3,
      [&](auto& in, std::size_t i) { std::copy_n(x.begin() + i * wide, wide, in.data()); },
      [&](const auto& y, std::size_t i, worst_case& worst) {
        for (std::size_t k = 0; k < wide; ++k) {
          const float v = x[i * wide + k];
          worst.see(ulp_apart(y[k], 1 / (1 + std::exp(-static_cast<double>(v)))), v);
          worst.see(ulp_apart(y[wide + k], 1 / (1 + std::exp(static_cast<double>(v)))), v);
        }
      });
}

/// Odd, never beyond 1, with the sign of x; 1 from `end` on. Where x is tiny, `slope` times x, off by no more
/// than `bound` ULP.
template <auto Activation>
void check_form(const char* name, float end, double slope, double bound) {
  const std::vector<float> x = sample(0, endless);
  judge<over<Activation>>(
      name, 2 * x.size() / wide, 0,
      [&](auto& in, std::size_t i) {
        for (std::size_t k = 0; k < wide; ++k)
          in[k] = std::copysign(x[(i * wide + k) / 2], k % 2 == 0 ? 1.0f : -1.0f);
      },
      [&](const auto& y, std::size_t i, worst_case& worst) {
        for (std::size_t k = 0; k < wide; k += 2) {
          const float v = std::abs(x[(i * wide + k) / 2]);
          const bool fine = y[k] == -y[k + 1] && !std::signbit(y[k]) && std::signbit(y[k + 1]) && y[k] <= 1 &&
                            (v < end || y[k] == 1) &&
                            (v > 0x1p-25f || ulp_apart(y[k], slope * static_cast<double>(v)) <= bound);
          worst.see(fine ? 0 : 1, v);
        }
      });
}

TEST_CASE("tanh and erf are odd, never beyond 1, and linear where x is tiny", "[accuracy]") {
  check_form<tangent>("tanh's form", 9.1f, 1, 0);
  check_form<error_function>("erf's form", 3.925f, 1.1283791670955126, 7);
}

namespace {

bool alike(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// NaN stays NaN; the values at both infinities; and at zeros of both signs.
template <auto Activation>
void check_ends(float at_infinity, float at_minus_infinity, float at_zero) {
  using M = over<Activation>;
  on_every_target<M>(not_a_number, [](float y) { CHECK(std::isnan(y)); });
  on_every_target<M>(-not_a_number, [](float y) { CHECK(std::isnan(y)); });
  on_every_target<M>(endless, [&](float y) { CHECK(alike(y, at_infinity)); });
  on_every_target<M>(-endless, [&](float y) { CHECK(alike(y, at_minus_infinity)); });
  on_every_target<M>(0.0f, [&](float y) { CHECK(y == at_zero); });
  on_every_target<M>(-0.0f, [&](float y) { CHECK(y == at_zero); });
}

}  // namespace

TEST_CASE("what is not a number stays so; infinities and zeros give what the formulas say", "[accuracy]") {
  check_ends<relu>(endless, 0, 0);
  check_ends<relu6>(6, 0, 0);
  check_ends<leaky_relu<>>(endless, -endless, 0);
  check_ends<hard_swish>(endless, not_a_number, 0);
  check_ends<hard_sigmoid>(1, 0, 0.5f);
  check_ends<softsign>(not_a_number, not_a_number, 0);
  check_ends<thresholded_relu<1>>(endless, 0, 0);
  check_ends<clip<-1, 2>>(2, -1, 0);
  check_ends<multiply_by<2>>(endless, -endless, 0);
  check_ends<add_constant<3>>(endless, -endless, 3);
  check_ends<sigmoid>(1, 0, 0.5f);
  check_ends<tangent>(1, -1, 0);
  check_ends<error_function>(1, -1, 0);
  check_ends<exponential>(endless, 0, 1);
  check_ends<logarithm>(endless, not_a_number, -endless);
  check_ends<silu>(endless, not_a_number, 0);
  check_ends<gelu>(endless, 0, 0);
  check_ends<gelu_tanh>(endless, not_a_number, 0);
  check_ends<mish>(endless, not_a_number, 0);
  check_ends<softplus>(endless, 0, 0.693147182f);
  check_ends<elu>(endless, -1, 0);
  check_ends<selu>(endless, -tenon::selu_slope, 0);
  check_ends<celu_with<alpha{2.5}>>(endless, -2.5f, 0);
  check_ends<celu_with<alpha{-0.7}>>(endless, -endless, 0);
}
