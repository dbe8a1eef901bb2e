// activation<f>: a user's function fused like a built-in activation, and equal to one of the same formula.
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "fused_nets.hpp"

namespace {

using namespace tenon::layers;

// Between them they have every instruction.
inline constexpr auto squared_relu = [](auto x) { return max(x, 0) * max(x, 0); };
inline constexpr auto quick_gelu = [](auto x) { return x * sigmoid(1.702 * x); };
inline constexpr auto waves = [](auto x) {
  return where(x > 0.5, sqrt(x + 1), -exp(min(x, 1))) + where(x <= -2, 3, erf(x)) / (1 + abs(x));
};
inline constexpr auto soft_threshold = [](auto x) { return max(x - 0.5f, 0) + min(x + 0.5f, 0); };
inline constexpr auto bounded_log = [](auto x) { return log(x * x + 0.25) - tanh(x); };
/// A struct, written for tenon::symbol.
struct scaled {
  float factor;
  constexpr tenon::symbol operator()(tenon::symbol x) const { return factor * x; }
};
inline constexpr auto unchanged = [](auto x) { return x; };
inline constexpr auto three = [](auto x) { return decltype(x)(3); };

inline constexpr auto stairs = [](auto x) { return where(x < 1, 2, where(x <= 1, 3, 4)); };

inline constexpr auto relu_by_hand = [](auto x) { return max(x, 0); };
inline constexpr auto tanh_by_hand = [](auto x) { return tanh(x); };
inline constexpr auto softsign_by_hand = [](auto x) { return x / (1 + abs(x)); };
inline constexpr auto leaky_by_hand = [](auto x) { return where(x >= 0, x, x * 0.01f); };
inline constexpr auto tangent = identity | tanh;

template <auto Activation>
using alone = twin::net<input<23> | Activation>;

/// As many steps as with relu, which is fused everywhere.
template <template <auto> class Net, auto F>
constexpr bool is_fused = Net<activation<F>>::schedule.step_count == Net<relu>::schedule.step_count;
static_assert(is_fused<twin::after_conv, waves> && is_fused<twin::after_others, scaled{2}>);
// Not monotone: the second one waits for the pool, as it would for a hard_swish.
static_assert(twin::around_pool<activation<squared_relu>>::schedule.step_count ==
              twin::around_pool<hard_swish>::schedule.step_count);

}  // namespace

// clang-format off
#define FUSED(f) twin::after_conv<activation<f>>, alone<activation<f>>
#define BY_HAND(f, built_in) twin::after_conv<activation<f>>, twin::after_conv<built_in>
#define FORMULAS                                                                                              \
  FUSED_NETS(activation<waves>), FUSED_NETS(activation<squared_relu>), FUSED(quick_gelu), FUSED(soft_threshold), \
  FUSED(bounded_log), FUSED(scaled{0.25f}), FUSED(unchanged)
#define TENON_MODEL                                                                                               \
  FORMULAS, BY_HAND(relu_by_hand, relu), BY_HAND(tanh_by_hand, tangent), BY_HAND(softsign_by_hand, softsign),     \
  BY_HAND(leaky_by_hand, leaky_relu<>), alone<activation<three>>, alone<activation<stairs>>
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("a user's function agrees with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<FORMULAS>() > 0);
}

namespace {

template <tenon::Model ByHand, tenon::Model BuiltIn>
void check_same() {
  const auto weights = twin::random_weights(BuiltIn::network.view(), 1);
  const auto input = twin::random_numbers(BuiltIn::input::count, 2);
  twin::on_every_target([&] {
    const twin::runner a = twin::pack<ByHand>(weights), b = twin::pack<BuiltIn>(weights);
    INFO(twin::title(BuiltIn::network.view()) << " on " << a.target);
    CHECK(twin::same_bits(a.bare(input), b.bare(input)));
  });
}

}  // namespace

TEST_CASE("a formula gives the same bits as the built-in activation of that formula", "[kernels]") {
  check_same<BY_HAND(relu_by_hand, relu)>();
  check_same<BY_HAND(tanh_by_hand, tangent)>();
  check_same<BY_HAND(softsign_by_hand, softsign)>();
  check_same<BY_HAND(leaky_by_hand, leaky_relu<>)>();
}

TEST_CASE("a function may ignore its argument", "[kernels]") {
  twin::on_every_target([] {
    for (const float y : twin::pack<alone<activation<three>>>({}).bare(std::vector<float>(23, 1.0f)))
      CHECK(y == 3);
  });
}

TEST_CASE("comparisons are strict or not, and false for what is not a number", "[kernels]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> x{0.5f, std::nextafter(1.0f, 0.0f), 1, std::nextafter(1.0f, 2.0f), 1.5f, nan};
  x.resize(23);
  twin::on_every_target([&] {
    std::vector<float> y = twin::pack<alone<activation<stairs>>>({}).bare(x);
    y.resize(6);
    CHECK(y == std::vector<float>{2, 2, 3, 4, 4, 4});
  });
}
