// Activations that need the exponential or the logarithm, fused into other kernels.
#include <cmath>

#include "catch.hpp"
#include "fused_nets.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

inline constexpr auto exponential = identity | exp;
inline constexpr auto logarithm = identity | log;
using exponential_of_sums = net<input<3, 5, 6> | sigmoid | conv<7, 3> | exponential>;
using exponential_of_pool = net<input<3, 6, 7> | sigmoid | conv<5, 3> | max_pool<2> | exponential>;
using logarithm_of_sums = net<input<3, 5, 6> | conv<7, 3> | logarithm>;
using logarithm_of_pool = net<input<3, 6, 7> | conv<5, 3> | max_pool<2> | logarithm | flatten | linear<3>>;

}  // namespace

// clang-format off
#define LOGARITHMS BOTH(logarithm_of_sums), BOTH(logarithm_of_pool)
#define OTHERS                                                                                                \
  FUSED_NETS(elu), FUSED_NETS(selu), FUSED_NETS(celu_with<alpha{0.5}>), FUSED_NETS(gelu), FUSED_NETS(gelu_tanh), \
  FUSED_NETS(silu), FUSED_NETS(mish), FUSED_NETS(softplus), BOTH(exponential_of_sums), BOTH(exponential_of_pool)
#define TENON_MODEL LOGARITHMS, OTHERS
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("fused exponentials agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<OTHERS>() > 0);
}

namespace {

/// The logarithm takes what is positive: so are all weights and inputs.
template <tenon::Model M>
double check_positive() {
  const auto positive = [](std::vector<float> x) {
    for (float& v : x) v = std::abs(v) + 0.1f;
    return x;
  };
  const auto network = M::network.view();
  const auto weights = positive(twin::random_weights(network, 1));
  const auto input = positive(twin::random_numbers(M::input::count, 2));
  const auto expected = twin::expect(network, view_of(M::schedule), weights, input);
  double worst = 0;
  twin::on_every_target([&] {
    const twin::runner run = twin::pack<M>(weights);
    INFO(twin::title(network) << " on " << run.target);
    CHECK(twin::compare(run.bare(input), expected, worst) == "");
  });
  for (const bounded& y : expected) CHECK(y.error() < 1e-3);
  return worst;
}
template <tenon::Model... Ms>
double check_all_positive() {
  return std::max({check_positive<Ms>()...});
}

}  // namespace

TEST_CASE("a fused logarithm agrees with the reference on every target", "[kernels]") {
  CHECK(check_all_positive<LOGARITHMS>() > 0);
}
