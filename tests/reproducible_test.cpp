// Reproducible networks give the same bits on every instruction set, fused or not, alone or in a batch, on
// one thread or several.
#include "in_parts.hpp"

namespace {

using namespace tenon::layers;
using tenon::method;

/// Every step is cut, however small; and none is fused.
template <class M>
struct cut : tenon::model<M::expression, tenon::lowering{.share_from = 0}> {};

// clang-format off
inline constexpr auto rows = algorithm<method::winograd_rows>, by_2 = algorithm<method::winograd_2>, by_4 = algorithm<method::winograd_4>;
/// Convolutions of all kinds, and what follows them. Some values between are outputs, too: what comes later may hide
/// the last bits.
struct Convolutions : tenon::model<input<3, 14, 14> | conv<16, 3, padding{1}, rows> | batch_norm | tanh | avg_pool<2> | conv<37, 3, padding{1}, rows> | silu | group_norm<37> | tag<"first">
  | conv<17, 3, padding{1}, by_4> | gelu | conv<9, 3, padding{1}, by_2> | tag<"second"> | conv<18, 3, groups{9}, stride{2}> | conv<18, 2, padding{1}, depthwise> | hard_swish
  | (identity + conv<18, 1>) | conv_transpose<11, 3, stride{2}> | tag<"third"> | local<5, 3, stride{2}> | layer_norm | flatten | linear<37> | sigmoid | linear<150> | mish | linear<10> | outputs(identity, softmax, from<"first">, from<"second">, from<"third">)> {};
struct Columns : tenon::model<input<5, 9, 8> | conv<17, 3, padding{1}, algorithm<method::winograd_2x1>> | relu | conv<9, 5, padding{2}, algorithm<method::winograd_4x1>> | relu | conv<35, 3, padding{1}, algorithm<method::winograd_plain>>> {};
/// Vectors along the width; what lies planar.
struct Digits : tenon::model<input<1, 20, 21> | conv<6, 5> | tanh | avg_pool<2> | conv<16, 5> | tanh | max_pool<2> | flatten | linear<33> | elu | linear<5> | log_softmax> {};
/// Pools, normalisations and what moves elements.
struct Maps : tenon::model<input<5, 13, 14> | pad<padding{1}> | l2_pool<2, stride{1}> | conv<21, 3, stride{2}> | local_response_norm<5> | lp_pool<3, 2> | prelu | upsample<3, bilinear>
  | (identity * (global_avg_pool | conv<21, 1> | hard_sigmoid)) | instance_norm | softmax_with<axis{1}> | avg_pool<3, stride{2}> | layer_norm_with<per_position> | scale | permute<1, 2, 0>> {};
/// A dilated line, and a box.
struct Line : tenon::model<input<3, 70> | (conv<12, 3, causal, dilation{4}> | tanh) * (conv<12, 3, causal, dilation{4}> | sigmoid) | layer_norm | softmax_with<axis{1}> | global_lp_pool<2>> {};
struct Box : tenon::model<input<2, 5, 7, 8> | conv<9, 3, padding{1}> | softplus | conv<9, 3, by_2> | max_pool<2> | global_lp_pool<3>> {};
/// By Strassen's algorithm.
struct Pointwise : tenon::model<input<32, 5, 7> | conv<128, 1, algorithm<method::strassen>> | gelu | conv<64, 1, algorithm<method::strassen_twice>> | batch_norm> {};
/// Every activation that computes.
inline constexpr auto tangent = identity | tanh;
inline constexpr auto exponential = identity | exp;
inline constexpr auto logarithm = relu | add_constant<1> | log;
inline constexpr auto formula = activation<[](auto x) { return erf(x) * 3 + x; }>;
struct Activations : tenon::model<input<67> | outputs(tangent, sigmoid, silu, gelu, gelu_tanh, mish, softplus, elu, selu, celu_with<alpha{2.5}>, softsign, hard_swish, leaky_relu<>,
  exponential, logarithm, formula)> {};

template <class M> using exact = tenon::reproducible<M>;
// (Sanitizers take long to compile, and see no more in the others than in the tests of kernels.)
#if TENON_SANITIZED
#define TENON_MODEL exact<Digits>, exact<cut<Digits>>, Digits
#else
#define TENON_MODEL \
  exact<Convolutions>, exact<Columns>, exact<cut<Columns>>, exact<Digits>, exact<Maps>, exact<Line>, exact<Box>, exact<Pointwise>, exact<Activations>, exact<tenon::unfused<Digits>>, exact<cut<Digits>>, \
  Digits
#endif
// clang-format on

/// Does a step of one of these networks compute so?
template <class... Ms>
constexpr bool occurs(tenon::algorithm how) {
  bool found = false;
  const auto look = [&](tenon::plan_view plan) {
    for (const tenon::step& s : plan.steps) found = found || s.how == how;
  };
  (look(view_of(Ms::schedule)), ...);
  return found;
}
constexpr bool all_occur = [] {
  bool all = true;
  for (int how = 0; how <= static_cast<int>(tenon::algorithm::copy); ++how)
    all = all && occurs<TENON_MODEL>(static_cast<tenon::algorithm>(how));
  return all;
}();
static_assert(all_occur || TENON_SANITIZED);

}  // namespace

#include <tenon/instantiate.hpp>

namespace {

/// Outputs on every target.
template <tenon::Model M>
std::vector<std::vector<float>> outputs_on_targets() {
  std::vector<std::vector<float>> all;
  twin::on_every_target([&] { all.push_back(in_parts::trial<M>().serial); });
  return all;
}

template <tenon::Model M>
std::size_t count_differences() {
  const auto all = outputs_on_targets<M>();
  std::size_t differences = 0;
  for (const auto& y : all) differences += !twin::same_bits(y, all.front());
  return differences;
}

}  // namespace

TEST_CASE("reproducible networks give the same bits on every target", "[reproducible]") {
  in_parts::each(tenon_models{}, []<class M>() {
    if constexpr (M::lowered_with.numbers == tenon::numerics::reproducible) {
      INFO(twin::title(M::network.view()));
      CHECK(count_differences<M>() == 0);
    }
  });
}

TEST_CASE("others need not", "[reproducible]") {
  int targets = 0;
  twin::on_every_target([&] { ++targets; });
  if (targets < 2) return;
  CHECK(count_differences<Digits>() > 0);
}

TEST_CASE("in parts and in batches, too", "[reproducible]") {
  const auto logits = outputs_on_targets<exact<Digits>>().front();
  twin::on_every_target([&] {
    in_parts::trial<exact<cut<Digits>>> digits;
    CHECK(twin::same_bits(digits.serial, logits));
    CHECK(digits.agrees<3>(in_parts::backwards{3}));
    CHECK(digits.agrees<3>(in_parts::crowd{3}));
    using M = exact<Digits>;
    const auto memory = std::make_unique<M::batch_workspace>();
    constexpr std::size_t n = 5, pixels = M::input_shape.count(), classes = M::output_shape.count();
    std::vector<float> x, y(n * classes);
    for (std::size_t i = 0; i < n; ++i) x.insert(x.end(), digits.x.begin(), digits.x.begin() + pixels);
    const std::array<const float*, 1> in{x.data()};
    const std::array<float*, 1> out{y.data()};
    in_parts::trial<M>().net.run_batch(in, out, tenon::index{n}, *memory);
    for (std::size_t i = 0; i < n; ++i) CHECK(twin::same_bits({y.data() + i * classes, classes}, logits));
  });
}
