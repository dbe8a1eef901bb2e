// Feature maps joined: products with one element for many, concatenation in place, tags, several inputs and
// outputs.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

// clang-format off
template <tenon::index C> constexpr auto three = conv<C, 3, padding{1}> | relu;
template <auto... Layers> using map = net<(input<3, 8, 7> | ... | Layers)>;
template <auto... Layers> using after = net<((input<3, 8, 7> | conv<8, 3, padding{1}>) | ... | Layers)>;
template <tenon::index C, tenon::index R> constexpr auto excite = identity * (global_avg_pool | conv<R, 1> | relu | conv<C, 1> | sigmoid);
constexpr auto dense = concat(identity, batch_norm | relu | conv<5, 3, padding{1}>);
using inception = after<concat(conv<4, 1>, conv<3, 1> | three<5>, max_pool<3, stride{1}, padding{1}> | conv<2, 1>)>;
using unet = map<three<4>, tag<"top">, max_pool<2, ceil_mode>, three<8>, conv_transpose<4, 2, stride{2}>, crop<extent{0, 0, 0, 1}>, concat(identity, from<"top">), three<4>>;
using shuffled = after<concat(split<0, 2>, split<1, 2> | conv<4, 1> | relu | conv<4, 3, depthwise, padding{1}>), channel_shuffle<2>>;
template <tenon::index G> constexpr auto mix = channel_shuffle<G>;
constexpr auto halves = concat(split<0, 2>, split<1, 2> | conv<6, 3, padding{1}>);
template <tenon::index G> using sliced = after<conv<12, 1>, mix<G>, halves, conv<3, 1>>;
using sliced_output = net<input<8, 3, 2, 4> | conv<8, 1> | mix<2> | outputs(split<1, 2>, split<0, 4> | relu)>;
using sliced_by_six = after<conv<12, 1>, mix<6>, identity, halves>;
using sliced_input = net<input<8, 3, 4> | mix<2> | concat(split<0, 2>, split<1, 2>)>;
using sliced_vector = net<input<12> | mix<3> | outputs(split<0, 2>, split<1, 2>)>;
using sliced_and_read = after<conv<12, 1>, mix<2>, concat(identity, split<0, 2>)>;
using gated = net<input<4, 30> | tag<"in"> | ((conv<4, 2, causal> | tanh) * (from<"in"> | conv<4, 2, causal> | sigmoid)) | tag<"gate"> | outputs(conv<4, 1> + from<"in">, from<"gate"> | conv<3, 1>)>;
using siamese = net<name<"left">(input<2, 6, 6>) | three<4> | (identity - (name<"right">(input<2, 6, 6>) | conv<4, 3, padding{1}>)) | flatten | linear<3>>;
using twice = after<tag<"a">, concat(identity, from<"a">), conv<3, 1>>;
using echo = net<input<2, 3> | outputs(identity, relu, identity)>;
using vectors = net<input<5> | concat(linear<3> | relu, identity, linear<20>) | linear<4>>;
using nested = after<dense, dense, dense, conv<4, 3, padding{1}>>;
using halo = after<concat(three<8> | tag<"a">, from<"a"> | conv<4, 3, padding{1}>), conv<8, 5, padding{2}>>;
using edge_of_output = net<input<3, 4, 4> | global_avg_pool | conv<4, 1> | concat(identity, conv<5, 3, padding{1}>)>;
using end = after<concat(conv<8, 1>, conv<9, 3, padding{1}>)>;
// clang-format on

/// Slices that take their channels from the input of a shuffle.
constexpr int slices_of_shuffles(tenon::plan_view plan) {
  int slices = 0;
  for (const tenon::step& s : plan.steps) slices += s.through >= 0;
  return slices;
}
template <class M>
constexpr int slices = slices_of_shuffles(view_of(M::schedule));
static_assert(slices<sliced<2>> == 2 && slices<sliced<3>> == 2 && slices<sliced_output> == 2 &&
              slices<sliced_by_six> == 2 && slices<sliced_input> == 2 && slices<sliced_vector> == 2);
static_assert(slices<sliced<4>> == 0 && slices<sliced_and_read> == 0 &&
              slices<tenon::unfused<sliced<2>>> == 0);

}  // namespace

// clang-format off
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define TENON_MODEL \
  after<excite<8, 2>>, BOTH(after<excite<8, 3> , relu>), \
  net<input<3, 20, 12> | conv<75, 1> | excite<75, 4> | conv<9, 3, padding{1}>>, \
  net<input<3, 20, 12> | conv<75, 3, padding{1}> | excite<75, 4> | (identity - conv<75, 3, padding{1}>)>, \
  after<identity * conv<8, 1>>, \
  after<identity - conv<8, 1> , relu>, map<maximum(identity, conv<3, 1>, conv<3, 3, padding{1}>)>, \
  net<input<1, 5, 6> | (identity * conv<7, 1>)>, after<(global_avg_pool - identity)>, \
  net<input<20> | (linear<20> * (linear<20> | sigmoid))>, \
  net<input<2, 3, 4, 5> | (identity * (global_max_pool | sigmoid))>, \
  net<input<2, 3, 2, 2, 3> | (relu - identity)>, BOTH(inception), BOTH(unet), BOTH(shuffled), BOTH(gated), \
  BOTH(sliced<2>), BOTH(sliced<3>), sliced<4>, sliced_output, sliced_and_read, sliced_by_six, sliced_input, sliced_vector, \
  BOTH(siamese), BOTH(twice), echo, BOTH(vectors), BOTH(nested), BOTH(halo), BOTH(edge_of_output), BOTH(end), \
  map<concat(identity, conv<5, 3, padding{1}>)>, map<concat_along<1>(identity, relu)>, \
  after<concat_along<-1>(identity, conv<8, 3, padding{1}> | crop<extent{0, 0, 0, 3}>) , conv<4, 3, padding{1}>>, \
  net<input<2, 3, 4, 5> | concat_along<1>(identity, conv<2, 1>)>, \
  net<input<3, 10> | concat(conv<4, 3, padding{1}>, identity) | conv<2, 3>>, \
  net<concat(name<"a">(input<3, 4, 4>), name<"b">(input<2, 4, 4>) | relu) | conv<4, 3>>
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("joined feature maps agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}

TEST_CASE(
    "a network with several inputs takes one argument for each; with several outputs it gives a tuple") {
  tenon::weights<siamese> weights;
  const std::vector<float> numbers = twin::random_numbers(weights.values().size(), 1);
  std::copy(numbers.begin(), numbers.end(), weights.values().begin());
  tenon::executable<siamese> two_inputs(weights);
  siamese::input_at<0> left;
  siamese::input_at<1> right;
  const std::vector<float> both = twin::random_numbers(2 * left.size(), 2);
  std::copy_n(both.begin(), left.size(), left.begin());
  std::copy_n(both.begin() + static_cast<std::ptrdiff_t>(left.size()), right.size(), right.begin());
  const siamese::output y = two_inputs(left, right);
  double worst = 0;
  const auto expected =
      twin::expect(siamese::network.view(), view_of(siamese::schedule), weights.values(), both);
  CHECK(twin::compare({y.data(), y.size()}, expected, worst) == "");

  tenon::executable<echo> three_outputs(tenon::weights<echo>{});
  const echo::input x{1, -2, 3, -4, 5, -6};
  const auto [same, positive, again] = three_outputs(x);
  CHECK(std::equal(x.begin(), x.end(), same.begin()));
  CHECK(std::equal(x.begin(), x.end(), again.begin()));
  CHECK(std::ranges::equal(positive, echo::output_at<1>{1, 0, 3, 0, 5, 0}));
}
