// What activation<f> records of a function, judged by the compiler.
#include "tenon/formula.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <type_traits>

#include <tenon/tenon.hpp>

#include "catch.hpp"

// As in a program that is careless with names: none of these hides a function of symbols.
using namespace std;
using namespace tenon::layers;

namespace {

using tenon::formula, tenon::formula_of, tenon::instruction, tenon::symbol;
using in = instruction;

/// Postfix code: instructions, and numbers.
struct word : formula::item {
  constexpr word(instruction what) : item{what, 0} {}
  constexpr word(double number) : item{in::constant, static_cast<float>(number)} {}
};
constexpr formula code(initializer_list<word> words) {
  formula f;
  for (const word& w : words) f.append(w);
  return f;
}

constexpr instruction x = in::argument;

static_assert(formula_of([](auto v) { return v; }) == code({x}));
static_assert(formula_of([](auto v) { return +v; }) == code({x}));
static_assert(formula_of([](auto v) { return 2 * v + 1; }) == code({2, x, in::multiply, 1, in::add}));
static_assert(formula_of([](auto v) { return (v - 0.5f) / -v; }) ==
              code({x, 0.5, in::subtract, x, in::negate, in::divide}));
static_assert(formula_of([](auto v) { return 1 / (2 - v) + true; }) ==
              code({1, 2, x, in::subtract, in::divide, 1, in::add}));
static_assert(formula_of([](auto v) { return max(v, 0) - min(1.5, v); }) ==
              code({x, 0, in::maximum, 1.5, x, in::minimum, in::subtract}));
static_assert(formula_of([](auto v) { return max(v, v); }) == code({x, x, in::maximum}));
static_assert(formula_of([](auto v) { return abs(exp(log(sqrt(v)))); }) ==
              code({x, in::sqrt, in::log, in::exp, in::abs}));
static_assert(formula_of([](auto v) { return erf(tanh(sigmoid(v))); }) ==
              code({x, in::sigmoid, in::tanh, in::erf}));

// The operands of a where stand in the order in which it is written; a > b is b < a.
static_assert(formula_of([](auto v) { return where(v < 1, 2, v); }) == code({x, 1, 2, x, in::where_less}));
static_assert(formula_of([](auto v) { return where(v > 1, 2, v); }) == code({1, x, 2, x, in::where_less}));
static_assert(formula_of([](auto v) { return where(v <= 1, 2, 3); }) ==
              code({x, 1, 2, 3, in::where_less_or_equal}));
static_assert(formula_of([](auto v) { return where(1 >= v, v, 3); }) ==
              code({x, 1, x, 3, in::where_less_or_equal}));

// Statements, and functions of any kind.
constexpr auto steps = [](auto v) {
  auto y = v;
  y += 1;
  y *= v;
  y -= 2;
  y /= 3;
  return y;
};
static_assert(formula_of(steps) == code({x, 1, in::add, x, in::multiply, 2, in::subtract, 3, in::divide}));
constexpr symbol twice(symbol v) { return v + v; }
static_assert(formula_of(&twice) == code({x, x, in::add}));
struct power {
  int exponent;
  constexpr symbol operator()(symbol v) const {
    symbol y = 1;
    for (int i = 0; i < exponent; ++i) y *= v;
    return y;
  }
};
static_assert(formula_of(power{2}) == code({1, x, in::multiply, x, in::multiply}));
static_assert(formula_of(power{0}) == code({1}));

// What is no function of a symbol has no formula.
static_assert(formula_of([](float v) { return v; }).length == 0);
static_assert(formula_of([](auto) { return 1.0f; }).length == 0);
static_assert(formula_of([](auto v) { return v < 1; }).length == 0);
static_assert(formula_of([] { return 1; }).length == 0);
static_assert(formula_of(5).length == 0);

// The length is known even where the code does not fit.
static_assert(formula_of(power{15}).length == 31);
static_assert(formula_of(power{16}).length == 33);
static_assert(formula_of(power{100}).length == 201);
static_assert(formula_of([](auto v) { return power{16}(v) + power{16}(v); }).length == 67);

// Where operands begin: here of the sum, of 2 v and of the where.
constexpr formula nested = formula_of([](auto v) { return 2 * v + where(v < 0, v * v, exp(v)); });
static_assert(nested ==
              code({2, x, in::multiply, x, 0, x, x, in::multiply, x, in::exp, in::where_less, in::add}));
static_assert(nested.begin_of(11) == 0 && nested.begin_of(2) == 0 && nested.begin_of(10) == 3);
static_assert(nested.begin_of(9) == 8 && nested.begin_of(7) == 5 && nested.begin_of(4) == 4);

// The layer is its formula: two functions of one formula are one layer, in every translation unit.
constexpr auto cube = [](auto v) { return v * v * v; };
static_assert(
    is_same_v<decltype(activation<cube>), decltype(activation<[](symbol v) { return v * v * v; }>)>);
static_assert(!is_same_v<decltype(activation<cube>), decltype(activation<&twice>)>);
static_assert(tenon::Layer<remove_const_t<decltype(activation<cube>)>>);
static_assert(tenon::spell(activation<cube>.attr).view() == "activation");

struct with_formulas : tenon::model<input<3, 8, 8> | conv<4, 3> | name<"cube">(activation<cube>) |
                                    (relu + activation<power{2}>) | flatten | linear<2>> {};
static_assert(with_formulas::output_shape == tenon::shape{2});
static_assert(with_formulas::parameter_count == 4 * 3 * 9 + 4 + 4 * 36 * 2 + 2);

}  // namespace

TEST_CASE("a symbol records numbers as floats") {
  const formula f = formula_of([](auto v) { return v * 0.1; });
  CHECK(f.code[1].value == 0.1f);
  CHECK(isinf(formula_of([](auto v) { return v + numeric_limits<double>::infinity(); }).code[1].value));
}
