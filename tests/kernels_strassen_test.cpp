// 1x1 convolutions by Strassen's algorithm, against the reference.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using tenon::index;
using twin::net;

template <index C, auto... Options>
inline constexpr auto once = conv<C, 1, algorithm<tenon::method::strassen>, Options...>;
template <index C, auto... Options>
inline constexpr auto twice = conv<C, 1, algorithm<tenon::method::strassen_twice>, Options...>;

/// Maps of whole groups of pixels, and with every rest.
template <index H, index W>
using pixels = net<input<32, H, W> | once<32>>;
template <index H, index W>
using pixels_twice = net<input<64, H, W> | twice<64>>;
/// Halos around the input, the output, or both.
template <auto Pointwise>
using with_halos = net<input<3, 5, 7> | conv<64, 3, padding{1}> | Pointwise | conv<5, 3, padding{1}>>;
template <auto Pointwise>
using residual = net<input<64, 5, 3> | (identity + (Pointwise | relu | Pointwise)) | relu>;
template <auto Pointwise>
using pooled = net<input<64, 6, 8> | Pointwise | relu | max_pool<2>>;

constexpr int strassen_steps(tenon::plan_view plan) {
  int steps = 0;
  for (const tenon::step& s : plan.steps) steps += s.how == tenon::algorithm::strassen;
  return steps;
}
/// Maps of more tiles than are transformed at once, and of so many channels that all of a product are
/// multiplied before the next.
constexpr auto in_blocks = tenon::winograd_tiles_plan_of(net<input<96, 29, 31> | once<32>>::network.nodes[1],
                                                         96, 2, 2, {32, 29, 31});
static_assert(in_blocks.turns > 1 && !in_blocks.by_points);
constexpr auto by_products = tenon::winograd_tiles_plan_of(
    net<input<512, 15, 17> | twice<64>>::network.nodes[1], 512, 4, 4, {64, 15, 17});
static_assert(by_products.turns > 1 && by_products.by_points);

/// A batch norm is folded into weights of which sums are taken then: what rounding does to a channel is
/// relative to the largest of the channels that it is added to.
template <auto Pointwise>
using folded = net<input<64, 5, 7> | (Pointwise | batch_norm | relu)>;

/// Each of the networks has such a convolution.
template <class... Ms>
constexpr bool all_by_strassen = ((strassen_steps(view_of(Ms::schedule)) > 0) && ...);

}  // namespace

// clang-format off
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define TENON_BOUNDED                                                                                         \
  pixels<1, 2>, pixels<1, 3>, pixels<3, 3>, pixels<7, 7>, pixels<5, 8>,                                       \
  pixels_twice<1, 2>, pixels_twice<1, 4>, pixels_twice<1, 5>, pixels_twice<2, 3>, pixels_twice<7, 1>,          \
  net<input<32, 4, 5> | once<96>>, net<input<96, 3, 5> | once<32>>, net<input<160, 3, 3> | once<224, no_bias>>, \
  net<input<64, 4, 5> | twice<192>>, net<input<192, 3, 5> | twice<64>>, net<input<128, 3, 3> | twice<320>>,    \
  net<input<96, 29, 31> | once<32>>, net<input<512, 15, 17> | twice<64>>,                                     \
  with_halos<once<32>>, with_halos<twice<64>>,                                                                \
  net<input<64, 9, 8> | conv<64, 1> | once<32, stride{2}>>,                                                   \
  net<input<3, 9, 8> | conv<64, 3, padding{1}> | twice<64, stride{2, 3}> | conv<3, 3, padding{1}>>,           \
  BOTH(residual<once<64>>), BOTH(residual<twice<64>>), BOTH(pooled<once<32>>),                                \
  net<input<64, 37> | once<32> | tanh | conv<3, 3>>, net<input<64, 3, 4, 5> | twice<64> | gelu>,              \
  net<input<32, 4, 4> | concat(once<32> | relu | tag<"a">, once<64>) | once<32> | conv<3, 1>>
#define TENON_FOLDED folded<once<64>>, folded<twice<128>>
// clang-format on
#define TENON_MODEL TENON_BOUNDED, TENON_FOLDED
#include <tenon/instantiate.hpp>

TEST_CASE("1x1 convolutions by Strassen's algorithm agree with the reference on every target", "[kernels]") {
  STATIC_REQUIRE(all_by_strassen<TENON_BOUNDED>);
  CHECK(twin::check_all<TENON_BOUNDED>() > 0);
}

TEMPLATE_TEST_CASE("batch norms are folded into the weights whose sums Strassen's products take", "[kernels]",
                   TENON_FOLDED) {
  for (const tenon::step& s : view_of(TestType::schedule).steps) CHECK(s.how != tenon::algorithm::affine);
  const auto weights = twin::random_weights(TestType::network.view(), 1);
  const auto input = twin::random_numbers(TestType::input::count, 2);
  const auto expected = tenon::reference<double>(TestType::network.view(), weights, input);
  twin::on_every_target([&] {
    const auto y = twin::pack<TestType>(weights).bare(input);
    double worst = 0, largest = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      worst = std::max(worst, std::abs(y[i] - expected[i]));
      largest = std::max(largest, std::abs(expected[i]));
    }
    CHECK(worst <= 1e-6 * largest);
  });
}
