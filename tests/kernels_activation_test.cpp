// Activations over all of float: each within its derived bound, which takes exp and tanh at their word.
#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;

constexpr std::size_t wide = 4096;
template <auto Activation>
using on_vector = twin::net<input<wide> | Activation>;
/// Each number beside a 0: what exp is for where x < 0.
using pairs = twin::net<input<2, 1, wide> | softmax>;

/// Every 4,099th float from one infinity to the other, in the order of their bits, `wide` of them at a time.
template <class F>
void sweep(F f) {
  std::vector<float> x;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 4099) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (!std::isfinite(value)) continue;
    x.push_back(value);
    if (x.size() == wide) f(x), x.clear();
  }
  x.resize(wide, 0.5f);
  f(x);
}

/// All floats, where they are beyond `least` or `most` these, as the prefix of the input; the rest of it is
/// 0.
template <tenon::Model M>
void check_everywhere(float least, float most) {
  std::vector<twin::runner> runners;
  twin::on_every_target([&] { runners.push_back(twin::pack<M>({})); });
  double worst = 0;
  sweep([&](const std::vector<float>& numbers) {
    std::vector<float> x(M::input::count);
    std::transform(numbers.begin(), numbers.end(), x.begin(),
                   [=](float v) { return std::clamp(v, least, most); });
    const auto expected = twin::expect(M::network.view(), view_of(M::schedule), {}, x);
    for (const twin::runner& run : runners) {
      INFO(twin::title(M::network.view()) << " on " << run.target);
      CHECK(twin::compare(run.bare(x), expected, worst) == "");
    }
  });
  twin::say(M::network.view(), worst);
}
template <tenon::Model M>
void check_everywhere(float most = std::numeric_limits<float>::max()) {
  check_everywhere<M>(-most, most);
}

inline constexpr auto tangent = identity | tanh;
inline constexpr auto exponential = identity | exp;
inline constexpr auto logarithm = identity | log;

}  // namespace

#define TENON_MODEL                                                                                         \
  on_vector<relu>, on_vector<relu6>, on_vector<leaky_relu<>>, on_vector<leaky_relu<slope{-2.5}>>,           \
      on_vector<sigmoid>, on_vector<tangent>, on_vector<hard_swish>, on_vector<elu>,                        \
      on_vector<elu_with<alpha{-0.5}>>, on_vector<selu>, on_vector<celu>, on_vector<celu_with<alpha{2.5}>>, \
      on_vector<celu_with<alpha{-0.7}>>, on_vector<gelu>, on_vector<gelu_tanh>, on_vector<silu>,            \
      on_vector<mish>, on_vector<hard_sigmoid>, on_vector<hard_sigmoid_with<alpha{-0.2}, beta{0.4}>>,       \
      on_vector<softplus>, on_vector<softsign>, on_vector<thresholded_relu<1.5>>, on_vector<clip<-1, 2.5>>, \
      on_vector<exponential>, on_vector<logarithm>, on_vector<multiply_by<-3>>,                             \
      on_vector<add_constant<0.1>>, pairs
#include <tenon/instantiate.hpp>

TEST_CASE("piecewise linear activations are right for every float", "[kernels]") {
  check_everywhere<on_vector<relu>>();
  check_everywhere<on_vector<relu6>>();
  check_everywhere<on_vector<leaky_relu<>>>();
  check_everywhere<on_vector<hard_swish>>();
  check_everywhere<on_vector<hard_sigmoid>>();
  check_everywhere<on_vector<hard_sigmoid_with<alpha{-0.2}, beta{0.4}>>>();
  check_everywhere<on_vector<thresholded_relu<1.5>>>();
  check_everywhere<on_vector<clip<-1, 2.5>>>();
  check_everywhere<on_vector<softsign>>();
}

TEST_CASE("activations that grow are right for every float whose results are finite", "[kernels]") {
  check_everywhere<on_vector<leaky_relu<slope{-2.5}>>>(4e37f);
  check_everywhere<on_vector<multiply_by<-3>>>(1e38f);
  check_everywhere<on_vector<add_constant<0.1>>>(3e38f);
  check_everywhere<on_vector<exponential>>(-1e4f, 88);
  check_everywhere<on_vector<celu_with<alpha{-0.7}>>>(-60, 1e38f);
}

TEST_CASE("transcendental activations are as exact for every float as they say", "[kernels]") {
  check_everywhere<on_vector<sigmoid>>(1e4f);
  check_everywhere<on_vector<tangent>>();
  check_everywhere<on_vector<elu>>(3e38f);
  check_everywhere<on_vector<elu_with<alpha{-0.5}>>>(3e38f);
  check_everywhere<on_vector<selu>>(3e38f);
  check_everywhere<on_vector<celu>>(3e38f);
  check_everywhere<on_vector<celu_with<alpha{2.5}>>>(3e38f);
  check_everywhere<on_vector<gelu>>();
  check_everywhere<on_vector<gelu_tanh>>();
  check_everywhere<on_vector<silu>>();
  check_everywhere<on_vector<mish>>();
  check_everywhere<on_vector<softplus>>();
  check_everywhere<on_vector<logarithm>>(0x1p-149f, std::numeric_limits<float>::max());
  check_everywhere<pairs>(200);
}

TEST_CASE("sigmoid and tanh end at their limits", "[kernels]") {
  std::vector<float> x{
      105, 200, 1e4f, 1e30f, std::numeric_limits<float>::max(), std::numeric_limits<float>::infinity()};
  x.resize(wide);
  std::transform(x.begin(), x.begin() + 6, x.begin() + 6, std::negate<>());
  twin::on_every_target([&] {
    const auto gate = twin::pack<on_vector<sigmoid>>({}).bare(x),
               swing = twin::pack<on_vector<tangent>>({}).bare(x);
    for (std::size_t i = 0; i < 12; ++i) {
      INFO("x = " << x[i]);
      CHECK(gate[i] == (i < 6 ? 1 : 0));
      CHECK(swing[i] == (i < 6 ? 1 : -1));
    }
  });
}
