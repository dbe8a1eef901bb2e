// The reference's activations and elementary functions, evaluated by the compiler, against numbers worked out
// elsewhere to 17 digits and against the C library.
#include <array>
#include <cmath>

#include <tenon/tenon.hpp>

#include "catch.hpp"
#include "tenon/reference.hpp"

namespace {

using namespace tenon::layers;
namespace arithmetic = tenon::arithmetic;

template <auto Expression>
struct net : tenon::model<Expression> {};

constexpr float points[] = {-40, -3, -0.5f, 0, 0.25f, 2, 30};

/// Is an activation's output for `points` what it should be, in float and in double, to these relative
/// errors?
template <auto Activation>
constexpr bool gives(std::array<double, 7> expected, double in_float, double in_double) {
  const auto view = net<input<7> | Activation>::network.view();
  const auto near = [&](const auto& y, double tolerance) {
    for (std::size_t i = 0; i < 7; ++i)
      if (arithmetic::abs(static_cast<double>(y[i]) - expected[i]) >
          tolerance * arithmetic::abs(expected[i]) + 1e-300)
        return false;
    return true;
  };
  return near(tenon::reference<float>(view, {}, points), in_float) &&
         near(tenon::reference<double>(view, {}, points), in_double);
}
/// A few roundings of either.
template <auto Activation>
constexpr bool gives(std::array<double, 7> expected) {
  return gives<Activation>(expected, 6 * 0x1p-24, 16 * 0x1p-53);
}

static_assert(gives<relu>({0, 0, 0, 0, 0.25, 2, 30}));
static_assert(gives<relu6>({0, 0, 0, 0, 0.25, 2, 6}));
static_assert(gives<leaky_relu<slope{0.25}>>({-10, -0.75, -0.125, 0, 0.25, 2, 30}));
static_assert(gives<clip<-1, 2.5>>({-1, -1, -0.5, 0, 0.25, 2, 2.5}));
static_assert(gives<thresholded_relu<0.25>>({0, 0, 0, 0, 0, 2, 30}));
static_assert(gives<thresholded_relu<-1>>({0, 0, -0.5, 0, 0.25, 2, 30}));
static_assert(gives<multiply_by<-0.5>>({20, 1.5, 0.25, 0, -0.125, -1, -15}));
static_assert(gives<add_constant<0.5>>({-39.5, -2.5, 0, 0.5, 0.75, 2.5, 30.5}));
static_assert(gives<hard_sigmoid_with<alpha{0.25}, beta{0.5}>>({0, 0, 0.375, 0.5, 0.5625, 1, 1}));
static_assert(gives<hard_swish>({0, 0, -0.20833333333333333, 0, 0.13541666666666667, 1.6666666666666667,
                                 30}));
static_assert(gives<softsign>({-0.97560975609756098, -0.75, -0.33333333333333333, 0, 0.2, 0.66666666666666667,
                               0.96774193548387097}));
static_assert(gives<sigmoid>({4.248354255291589e-18, 0.047425873177566781, 0.37754066879814544, 0.5,
                              0.5621765008857981, 0.88079707797788244, 0.99999999999990642}));
static_assert(gives<identity | tanh>({-1, -0.99505475368673045, -0.46211715726000976, 0, 0.24491866240370913,
                                      0.96402758007581688, 1}));
static_assert(gives<elu>({-1, -0.95021293163213606, -0.39346934028736658, 0, 0.25, 2, 30}));
static_assert(gives<elu_with<alpha{2}>>({-2, -1.9004258632642721, -0.78693868057473316, 0, 0.25, 2, 30}));
// Its numbers are floats.
static_assert(gives<selu>({-1.7580993408473768, -1.6705687287671119, -0.69175818780287137, 0,
                           0.26267524683887012, 2.101401974710961, 31.521029620664415},
                          6 * 0x1p-24, 0x1p-24));
static_assert(gives<celu_with<alpha{2}>>({-1.9999999958776928, -1.5537396797031403, -0.44239843385719026, 0,
                                          0.25, 2, 30}));
// Where alpha is negative, what is below zero falls like an exponential: -2 (exp(x / -2) - 1).
static_assert(gives<celu_with<alpha{-2}>>({-970330388.81958056, -6.9633781406761296, -0.56805083337548297, 0,
                                           0.25, 2, 30}));
// An error of the exponent, -4.5 and -6.7 at x = -3, is one of the result.
static_assert(gives<gelu>({0, -0.0040496940948902836, -0.15426876936299345, 0, 0.14967658142073093,
                           1.9544997361036416, 30},
                          20 * 0x1p-24, 40 * 0x1p-53));
static_assert(gives<gelu_tanh>({0, -0.0036373920817730188, -0.15428599017485608, 0, 0.149675350701685,
                                1.954597694087775, 30},
                               20 * 0x1p-24, 40 * 0x1p-53));
static_assert(gives<silu>({-1.6993417021166356e-16, -0.14227761953270034, -0.18877033439907272, 0,
                           0.14054412522144953, 1.7615941559557649, 29.999999999997193}));
static_assert(gives<mish>({-1.6993417021166356e-16, -0.14564746127562459, -0.22074377465173, 0,
                           0.16957240966381759, 1.9439589595339945, 30}));
static_assert(gives<softplus>({4.248354255291589e-18, 0.048587351573742059, 0.47407698418010668,
                               0.69314718055994531, 0.82593941987884356, 2.1269280110429725,
                               30.000000000000094}));
static_assert(gives<identity | exp>({4.248354255291589e-18, 0.049787068367863943, 0.60653065971263342, 1,
                                     1.2840254166877415, 7.3890560989306502, 10686474581524.462}));
static_assert(gives<softplus | log>({-40, -3.0243920376323965, -0.74638555659268561, -0.36651292058166433,
                                     -0.1912338497018189, 0.75467869034348849, 3.4011973816621585},
                                    6 * 0x1p-24, 64 * 0x1p-53));

// Formulas of the user's own.
static_assert(gives<activation<[](auto x) { return max(x, 0) - 2 * min(x, 1) / 4; }>>({20, 1.5, 0.25, 0,
                                                                                       0.125, 1.5, 29.5}));
static_assert(gives<activation<[](auto x) { return where(x > 0.25, x, where(x <= -3, -1, 0.5)); }>>(
    {-1, -1, 0.5, 0.5, 0.5, 2, 30}));
static_assert(gives<activation<[](auto x) { return -sqrt(abs(x) * 4); }>>(
    {-12.649110640673517, -3.4641016151377546, -1.4142135623730951, 0, -1, -2.8284271247461901,
     -10.954451150103322}));
static_assert(gives<activation<[](auto x) { return x * sigmoid(x); }>>(
    {-1.6993417021166356e-16, -0.14227761953270034, -0.18877033439907272, 0, 0.14054412522144953,
     1.7615941559557649, 29.999999999997193}));
static_assert(gives<activation<[](auto x) { return x * (1 + erf(x / 1.4142135f)) / 2; }>>(
    {0, -0.0040496940948902836, -0.15426876936299345, 0, 0.14967658142073093, 1.9544997361036416, 30}, 1e-4,
    1e-4));
static_assert(gives<activation<[](auto x) { return log(exp(tanh(x))); }>>(
    {-1, -0.99505475368673045, -0.46211715726000976, 0, 0.24491866240370913, 0.96402758007581688, 1},
    20 * 0x1p-24, 64 * 0x1p-53));

constexpr double x[] = {-745,  -87.5, -20.25, -3.1, -2,  -1.01, -1,   -0.5, -0.1, -1e-3,
                        -1e-9, 0,     1e-12,  0.01, 0.3, 0.7,   1,    1.01, 1.5,  2,
                        2.5,   3.5,   5.3,    12,   26,  27.2,  88.7, 709.5};
constexpr std::size_t count = std::size(x);
template <class F>
constexpr std::array<double, count> table(F f) {
  std::array<double, count> y{};
  for (std::size_t i = 0; i < count; ++i) y[i] = f(x[i]);
  return y;
}

}  // namespace

TEST_CASE("elementary functions in constant expressions are those of the C library", "[reference]") {
  namespace a = tenon::arithmetic;
  const auto compare = [](const std::array<double, count>& computed, auto exact) {
    for (std::size_t i = 0; i < count; ++i) {
      INFO("x = " << x[i]);
      const double is = computed[i], should_be = exact(x[i]);
      CHECK((is == should_be || std::abs(is - should_be) <= 8 * 0x1p-53 * std::abs(should_be) + 0x1p-1074));
    }
  };
  // The compiler's table beside the run-time branch of the same function.
#define COMPARE(f, argument)                                         \
  {                                                                  \
    constexpr auto of = [](double v) { return a::f(argument); };     \
    static constexpr std::array<double, count> computed = table(of); \
    compare(computed, [](double v) { return std::f(argument); });    \
    compare(table(of), [](double v) { return std::f(argument); });   \
  }
  COMPARE(exp, v)
  COMPARE(expm1, v)
  COMPARE(tanh, v)
  COMPARE(erf, v)
  COMPARE(erfc, v)
  COMPARE(log, (v < 0 ? -v : v))
  COMPARE(log1p, (v < -1 ? -v : v))
  COMPARE(sqrt, (v < 0 ? -v : v))
#undef COMPARE
}

namespace {

constexpr bool is_nan(double v) { return v != v; }
constexpr double endless = std::numeric_limits<double>::infinity();
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
static_assert(arithmetic::exp(-1e4) == 0 && arithmetic::exp(1e4) == endless &&
              arithmetic::exp(709.9) == endless);
static_assert(arithmetic::expm1(-endless) == -1 && arithmetic::expm1(endless) == endless);
static_assert(arithmetic::log(0.0) == -endless && arithmetic::log(endless) == endless &&
              is_nan(arithmetic::log(-1.0)));
static_assert(arithmetic::log(5e-324) < -744 && arithmetic::log1p(-1.0) == -endless);
static_assert(arithmetic::erf(endless) == 1 && arithmetic::erfc(-endless) == 2 &&
              arithmetic::erfc(endless) == 0);
static_assert(arithmetic::tanh(-endless) == -1 && arithmetic::sqrt(endless) == endless);
static_assert(is_nan(arithmetic::sqrt(-1.0)));
static_assert(is_nan(arithmetic::exp(undefined)) && is_nan(arithmetic::expm1(undefined)) &&
              is_nan(arithmetic::log(undefined)) && is_nan(arithmetic::log1p(undefined)) &&
              is_nan(arithmetic::tanh(undefined)) && is_nan(arithmetic::erf(undefined)) &&
              is_nan(arithmetic::erfc(undefined)) && is_nan(arithmetic::sqrt(undefined)));
static_assert(is_nan(arithmetic::maximum(undefined, 0.0)) && is_nan(arithmetic::minimum(undefined, 0.0)));

}  // namespace
