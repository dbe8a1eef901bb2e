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

}  // namespace

#define TENON_MODEL \
  over<relu>, over<relu6>, over<leaky_relu<>>, over<hard_swish>, over<sigmoid>, over<identity | tanh>, pairs
#include <tenon/instantiate.hpp>

namespace {

/// Every 499th float of [0, most], from zero over the denormals, each beside its negative; zeros, the
/// smallest numbers and `most` are among them.
std::vector<float> sample(float most) {
  std::vector<float> x;
  const auto put = [&](float v) { x.push_back(v), x.push_back(-v); };
  for (std::uint32_t bits = 0; bits < std::bit_cast<std::uint32_t>(most); bits += 499)
    put(std::bit_cast<float>(bits));
  for (std::uint32_t bits = 0; bits < 64; ++bits) put(std::bit_cast<float>(bits));
  for (const float v : {std::numeric_limits<float>::min(), most}) put(v);
  x.resize((x.size() + wide - 1) / wide * wide, 0.5f);
  return x;
}

/// |computed - exact|, in units of the last place of the float nearest to `exact`; equal infinities are 0
/// apart.
double ulp_apart(float computed, double exact) {
  const auto nearest = static_cast<float>(exact);
  if (computed == nearest && std::isinf(nearest)) return 0;
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

template <auto Activation, class Exact>
void measure(const char* name, double bound, Exact exact,
             float most = std::numeric_limits<float>::infinity()) {
  using M = over<Activation>;
  const std::vector<float> x = sample(most);
  std::vector<double> expected(x.size());
  std::transform(x.begin(), x.end(), expected.begin(),
                 [&](float v) { return exact(static_cast<double>(v)); });
  judge<M>(
      name, x.size() / wide, bound,
      [&](auto& in, std::size_t i) { std::copy_n(x.begin() + i * wide, wide, in.data()); },
      [&](const auto& y, std::size_t i, worst_case& worst) {
        for (std::size_t k = 0; k < wide; ++k)
          worst.see(ulp_apart(y[k], expected[i * wide + k]), x[i * wide + k]);
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
  // In the slope of 0.01 and in the product.
  measure<leaky_relu<>>("leaky_relu", 0.5,
                        [](double x) { return x < 0 ? x * static_cast<double>(0.01f) : x; });
  // In x + 3, of one rounding; two products; a sixth. Beyond 5e37 the product by 6 overflows.
  measure<hard_swish>(
      "hard_swish", 4, [](double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; }, 5e37f);
}

TEST_CASE("tanh is off by less than 5 ULP", "[accuracy]") {
  measure<identity | tanh>("tanh", 5, [](double x) { return std::tanh(x); });
}

TEST_CASE("sigmoid is off by less than 4 ULP where exp(-x) is finite", "[accuracy]") {
  measure<sigmoid>(
      "sigmoid", 4, [](double x) { return 1 / (1 + std::exp(-x)); }, 87.0f);
}

TEST_CASE("softmax's exp is off by less than 3 ULP where it is normal", "[accuracy]") {
  const std::vector<float> x = sample(87.0f);
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

TEST_CASE("tanh is odd, never beyond 1, and x itself where x is tiny", "[accuracy]") {
  const std::vector<float> x = sample(std::numeric_limits<float>::infinity());
  judge<over<identity | tanh>>(
      "tanh's form", x.size() / wide, 0,
      [&](auto& in, std::size_t i) { std::copy_n(x.begin() + i * wide, wide, in.data()); },
      [&](const auto& y, std::size_t i, worst_case& worst) {
        for (std::size_t k = 0; k + 1 < wide; k += 2) {
          const float v = x[i * wide + k];
          const bool fine = y[k] == -y[k + 1] && std::signbit(y[k]) == std::signbit(v) &&
                            std::abs(y[k]) <= 1 && (std::abs(v) > 0x1p-25f || y[k] == v) &&
                            (std::abs(v) < 9.1f || std::abs(y[k]) == 1);
          worst.see(fine || v == 0.5f ? 0 : 1, v);
        }
      });
}

TEST_CASE("what is not a number stays so", "[accuracy]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  on_every_target<over<identity | tanh>>(nan, [](float y) { CHECK(std::isnan(y)); });
  on_every_target<over<identity | tanh>>(-nan, [](float y) { CHECK(std::isnan(y)); });
}
