// What theory says of a network: receptive fields, linearity, translation; said by types, and seen to be true
// of the reference.
#include "tenon/properties.hpp"

#include <cmath>
#include <random>

#include "catch.hpp"
#include "tenon/model.hpp"
#include "tenon/reference.hpp"

using namespace tenon::layers;
using tenon::extents;
using tenon::index;

namespace {

template <auto Expression>
struct net : tenon::model<Expression> {};

// ---- receptive fields
// ------------------------------------------------------------------------------------------------

template <auto Expression>
constexpr extents sees = net<Expression>::receptive_field;

static_assert(sees<input<1, 32, 32> | conv<1, 3>> == extents{3, 3});
static_assert(sees<input<1, 32, 32> | conv<1, 3> | conv<1, 3> | relu> == extents{5, 5});
static_assert(sees<input<1, 32, 32> | conv<1, 3> | max_pool<2> | conv<1, 3>> == extents{8, 8});
static_assert(
    sees<input<1, 32, 32> | conv<1, extent{3, 5}, dilation{2, 1}, stride{1, 2}> | conv<1, extent{1, 3}>> ==
    extents{5, 9});
static_assert(sees<input<1, 32, 32> | conv<1, 3> | batch_norm | softmax> == extents{3, 3});
static_assert(sees<input<1, 32, 32> | (identity + (conv<1, 3, same> | conv<1, 3, same>))> == extents{5, 5});
static_assert(sees<input<1, 64> | conv<1, 2, causal> | conv<1, 2, dilation{2}, causal> |
                   conv<1, 2, dilation{4}, causal>> == extents{8});
static_assert(sees<input<1, 16, 16, 16> | conv<1, 3> | avg_pool<2>> == extents{4, 4, 4});
// Fields that lie apart: one looks up and left, the other down and right.
static_assert(sees<input<1, 32, 32> | (conv<1, 3, padding{2, 2, 0, 0}> + conv<1, 3, padding{0, 0, 2, 2}>)> ==
              extents{5, 5});
// flatten moves elements and sees no more; what joins positions sees all of them.
static_assert(sees<input<1, 32, 32> | conv<1, 3> | flatten | relu> == extents{3, 3});
static_assert(sees<input<1, 32, 32> | conv<1, 3> | flatten | linear<10>> == extents{32, 32});
static_assert(sees<input<1, 32, 32> | conv<1, 3> | flatten | softmax> == extents{32, 32});
static_assert(sees<input<1, 32, 32> | conv<1, 3> | flatten | group_norm<2>> == extents{32, 32});
static_assert(sees<input<1, 32, 32> | conv<1, 3, stride{4}> | global_avg_pool> == extents{31, 31});
static_assert(sees<input<1, 32, 32> | conv<1, 3> | instance_norm> == extents{32, 32});
static_assert(sees<input<1, 32, 32> | conv<1, 3> | layer_norm_with<per_position>> == extents{3, 3});
static_assert(sees<input<1, 32, 32> | conv<1, 3> | layer_norm_with<axis{2}>> == extents{3, 32});
static_assert(sees<input<1, 32, 32> | softmax_with<axis{1}>> == extents{32, 1});
static_assert(sees<input<1, 32, 32> | ((conv<9, 3> | global_avg_pool | flatten) + (flatten | linear<9>))> ==
              extents{32, 32});
static_assert(sees<input<10> | linear<3>> == extents{});
// Padding counts: the 28x28 image of LeNet-5 has 2 more on each side.
static_assert(sees<input<1, 28, 28> | conv<6, 5, padding{2}> | max_pool<2> | conv<16, 5> | max_pool<2> |
                   flatten | linear<10>> == extents{32, 32});

// Higher resolution: neighbours see unequal numbers of elements, the largest counts.
static_assert(sees<input<1, 8, 8> | upsample<2>> == extents{1, 1});
static_assert(sees<input<1, 8, 8> | upsample<2> | conv<1, 3>> == extents{2, 2});
static_assert(sees<input<1, 8, 8> | upsample<2> | conv<1, 4>> == extents{3, 3});
static_assert(sees<input<1, 8, 8> | max_pool<2> | upsample<2>> == extents{2, 2});
static_assert(sees<input<1, 8, 8> | max_pool<2> | upsample<2> | conv<1, 3, padding{1}>> == extents{4, 4});
static_assert(sees<input<1, 8, 8> | upsample<2, bilinear>> == extents{2, 2});
static_assert(sees<input<1, 8, 8> | upsample<2, bilinear, align_corners>> == extents{2, 2});
static_assert(sees<input<1, 8, 8> | conv_transpose<1, 2, stride{2}>> == extents{1, 1});
static_assert(sees<input<1, 8, 8> | conv_transpose<1, 4, stride{2}, padding{1}>> == extents{2, 2});
static_assert(sees<input<1, 8, 8> | conv_transpose<1, 3>> == extents{3, 3});
static_assert(sees<input<4, 8, 8> | pixel_shuffle<2> | conv<1, 2>> == extents{2, 2});
static_assert(sees<input<1, 8, 8> | pixel_unshuffle<2> | conv<1, 2>> == extents{4, 4});
static_assert(sees<input<1, 7, 10> | adaptive_avg_pool<3>> == extents{3, 4});
static_assert(sees<input<1, 8, 8> | adaptive_avg_pool<4>> == extents{2, 2});
// A skip around a halved map: one element and the four that its half is made of, or the like one before it.
static_assert(sees<input<1, 8, 8> | (identity + (avg_pool<2> | upsample<2>))> == extents{2, 2});
static_assert(sees<input<1, 8, 8> | (conv<1, 3, same> + (max_pool<2> | upsample<2>))> == extents{3, 3});
// Moves.
static_assert(sees<input<1, 8, 8> | crop<2> | conv<1, 3>> == extents{3, 3});
static_assert(sees<input<1, 8, 8> | pad<padding{2}> | conv<1, 3>> == extents{3, 3});
static_assert(sees<input<1, 8, 8> | slice<0, 8, 2, axis{2}> | conv<1, 3>> == extents{3, 5});
static_assert(sees<input<1, 8, 8> | slice<7, -9, -1, axis{2}> | conv<1, 3>> == extents{3, 3});
static_assert(sees<input<1, 8, 9> | conv<1, extent{3, 1}> | permute<0, 2, 1>> == extents{3, 1});
static_assert(sees<input<3, 8, 9> | conv<1, extent{3, 1}> | permute<1, 0, 2>> == extents{8, 1});
static_assert(sees<input<2, 8, 8> | reshape<4, 4, 8>> == extents{8, 8});
static_assert(sees<input<2, 8, 1> | conv<2, extent{3, 1}> | squeeze<>> == extents{3, 1});
static_assert(sees<input<1, 8, 8> | concat_along<1>(conv<1, 3, same>, identity)> == extents{3, 3});
static_assert(sees<input<4, 8, 8> | (identity * (global_avg_pool | conv<4, 1> | sigmoid))> == extents{8, 8});
static_assert(sees<input<4, 8, 8> | (conv<4, 3, same> * (conv<1, extent{8, 1}> | sigmoid))> ==
              extents{9, 3});  // the rows before the first and all eight
// What is far larger than any map is still counted.
static_assert(sees<input<1, 1, 1> | max_pool<1, stride{1'000'000}> | max_pool<1, stride{1'000'000}> |
                   conv<1, 2, padding{1}>> == extents{1'000'000'000'001, 1'000'000'000'001});

// Several inputs and outputs: each has a field in each.
struct TwoOfEach : tenon::model<concat(name<"a">(input<1, 16, 16>) | tag<"a"> | conv<1, 3, padding{1}>,
                                       name<"b">(input<1, 32, 32>) | conv<1, 5, stride{2}, padding{2}>) |
                                outputs(conv<1, 1>, from<"a"> | conv<1, 7>)> {};
static_assert(tenon::receptive_field(TwoOfEach::network.view(), 0, 0) == extents{3, 3});
static_assert(tenon::receptive_field(TwoOfEach::network.view(), 0, 1) == extents{5, 5});
static_assert(tenon::receptive_field(TwoOfEach::network.view(), 1, 0) == extents{7, 7});
static_assert(tenon::receptive_field(TwoOfEach::network.view(), 1, 1) == extents{0, 0});
static_assert(TwoOfEach::receptive_field == extents{3, 3});

// ---- linear and affine
// ----------------------------------------------------------------------------------------

template <auto Expression>
constexpr bool linear_map = tenon::is_linear<net<Expression>>;
template <auto Expression>
constexpr bool affine_map = tenon::is_affine<net<Expression>>;

constexpr auto linear_net = input<2, 6, 6> | conv<3, 3, no_bias, same, reflect> | avg_pool<2> | scale |
                            (identity - conv<3, 1, no_bias>) | upsample<2, bilinear> | permute<2, 0, 1> |
                            flatten | linear<4, no_bias>;
constexpr auto affine_net = input<2, 6, 6> | conv<3, 3> | batch_norm | global_avg_pool | flatten | linear<4>;
static_assert(linear_map<linear_net> && affine_map<linear_net>);
static_assert(!linear_map<affine_net> && affine_map<affine_net>);
static_assert(linear_map<input<1, 8, 8> | conv_transpose<1, 3, no_bias> | local<1, 3, no_bias>>);
static_assert(!linear_map<input<1, 8, 8> | pad<padding{1}, fill{1}>> &&
              affine_map<input<1, 8, 8> | pad<padding{1}, fill{1}>> &&
              linear_map<input<1, 8, 8> | pad<padding{1}, replicate>>);
static_assert(linear_map<input<8> | multiply_by<3>> && !linear_map<input<8> | add_constant<3>> &&
              affine_map<input<8> | add_constant<3>>);
static_assert(!affine_map<input<1, 8, 8> | conv<1, 3> | relu>);
static_assert(!affine_map<input<1, 8, 8> | max_pool<2>> && !affine_map<input<1, 8, 8> | l1_pool<2>>);
static_assert(!affine_map<input<1, 8, 8> | layer_norm> && !affine_map<input<8> | softmax>);
static_assert(!affine_map<input<4, 8, 8> | (identity * conv<4, 1>)>);
static_assert(!affine_map<input<4, 8, 8> | maximum(identity, conv<4, 1>)>);

// ---- translation
// ----------------------------------------------------------------------------------------------

template <auto Expression>
constexpr tenon::equivariance moves = tenon::equivariance_of(net<Expression>::network.view());
constexpr tenon::equivariance on_a_ring(extents stride, extents shift) { return {true, true, stride, shift}; }
constexpr tenon::equivariance inside(extents stride, extents shift) { return {true, false, stride, shift}; }
constexpr tenon::equivariance nowhere{};

// Boundaries: a ring, none, zeros.
static_assert(moves<input<1, 8, 8> | conv<1, 3, same, cyclic> | relu> == on_a_ring({1, 1}, {1, 1}));
static_assert(moves<input<1, 8, 8> | conv<1, 3> | relu> == inside({1, 1}, {1, 1}));
static_assert(moves<input<1, 8, 8> | conv<1, 1>> == on_a_ring({1, 1}, {1, 1}));
static_assert(moves<input<1, 8, 8> | conv<1, 3, same>> == nowhere);
static_assert(moves<input<1, 8, 8> | conv<1, 3, same, reflect>> == nowhere);
static_assert(moves<input<1, 8, 8> | conv<1, 3, same, replicate>> == nowhere);
static_assert(moves<input<1, 8, 8> | conv<1, 3> | conv<1, 3, same, cyclic>> == nowhere);  // no ring any more
static_assert(moves<input<1, 8, 8> | conv<1, 3, same, cyclic> | conv<1, 3>> == inside({1, 1}, {1, 1}));
static_assert(moves<input<1, 8, 8> | pad<padding{2}, cyclic> | conv<1, 5>> == on_a_ring({1, 1}, {1, 1}));
static_assert(moves<input<1, 8, 8> | conv<1, 3, full, cyclic>> ==
              inside({1, 1}, {1, 1}));  // 10 of a ring of 8
static_assert(moves<input<1, 8, 8> | conv<1, 3, full, cyclic> | global_avg_pool> == nowhere);
// Strides multiply; 9 is no multiple of 2, so its ring does not close.
static_assert(moves<input<1, 8, 8> | conv<1, 3, stride{2}, same, cyclic> | max_pool<2>> ==
              on_a_ring({4, 4}, {1, 1}));
static_assert(moves<input<1, 9, 8> | conv<1, 3, stride{2}, same, cyclic>> == inside({2, 2}, {1, 1}));
static_assert(moves<input<1, 8, 12> | avg_pool<2, stride{2, 3}>> == on_a_ring({2, 3}, {1, 1}));
static_assert(moves<input<1, 64> | conv<1, 3, dilation{2}> | max_pool<2>> == inside({2}, {1}));
static_assert(moves<input<1, 4, 4, 4> | conv<2, 3, same, cyclic>> == on_a_ring({1, 1, 1}, {1, 1, 1}));
static_assert(moves<input<1, 7, 7> | max_pool<2, ceil_mode>> == nowhere);  // its last window hangs over
static_assert(moves<input<1, 8, 8> | max_pool<3, stride{1}, padding{1}>> == nowhere);
// Higher resolution: one step of the input is several of the output.
static_assert(moves<input<1, 8, 8> | upsample<2>> == on_a_ring({1, 1}, {2, 2}));
static_assert(moves<input<1, 8, 8> | max_pool<2> | upsample<2>> == on_a_ring({2, 2}, {2, 2}));
static_assert(moves<input<1, 8, 8> | upsample<2> | avg_pool<4>> == on_a_ring({2, 2}, {1, 1}));
static_assert(moves<input<1, 8, 8> | upsample<2, bilinear>> == nowhere);
static_assert(moves<input<1, 8, 8> | conv_transpose<1, 2, stride{2}>> == on_a_ring({1, 1}, {2, 2}));
static_assert(moves<input<1, 8, 8> | conv_transpose<1, 3, stride{2}>> == nowhere);
static_assert(moves<input<1, 8, 8> | conv_transpose<1, 4, stride{2}, padding{2}>> == inside({1, 1}, {2, 2}));
static_assert(moves<input<4, 8, 8> | pixel_shuffle<2> | pixel_unshuffle<2>> == on_a_ring({1, 1}, {1, 1}));
// Joins keep step.
constexpr auto ring = conv<4, 3, same, cyclic>;
static_assert(moves<input<4, 8, 8> | (identity + (ring | relu | ring))> == on_a_ring({1, 1}, {1, 1}));
static_assert(moves<input<4, 8, 8> | (identity + (max_pool<2> | upsample<2>))> == on_a_ring({2, 2}, {2, 2}));
static_assert(moves<input<4, 8, 8> | (identity * (global_avg_pool | conv<4, 1> | sigmoid))> ==
              on_a_ring({1, 1}, {1, 1}));
static_assert(moves<input<4, 8, 8> | (conv<4, 3> | (identity * (global_avg_pool | sigmoid)))> == nowhere);
static_assert(moves<input<4, 8, 8> | concat(identity, ring)> == on_a_ring({1, 1}, {1, 1}));
static_assert(moves<input<4, 8, 8> | concat_along<1>(identity, ring)> == nowhere);
// Parameters of their own for each position.
static_assert(moves<input<1, 8, 8> | local<1, 1>> == nowhere);
static_assert(moves<input<1, 8, 8> | conv<1, 1, untied_bias>> == nowhere);
static_assert(moves<input<4, 8, 8> | layer_norm> == nowhere);
static_assert(moves<input<4, 8, 8> | layer_norm_with<no_affine>> == on_a_ring({1, 1}, {1, 1}));
static_assert(moves<input<4, 8, 8> | instance_norm | batch_norm | softmax> == on_a_ring({1, 1}, {1, 1}));
static_assert(moves<input<4, 8, 8> | conv<4, 3> | instance_norm> == nowhere);
// A vector has no positions, but what comes before it may not change.
static_assert(moves<input<4, 8, 8> | ring | flatten | linear<10>> == nowhere);
static_assert(moves<input<4, 8, 8> | ring | global_avg_pool | flatten | linear<10>> ==
              on_a_ring({1, 1}, {0, 0}));
static_assert(moves<input<4, 8, 8> | ring | max_pool<2> | global_avg_pool | flatten | linear<10>> ==
              on_a_ring({2, 2}, {0, 0}));
static_assert(moves<input<10> | linear<3>> == nowhere);
// One axis is enough to break it.
static_assert(moves<input<1, 8, 8> | conv<1, 3, padding{1, 0}>> == nowhere);
static_assert(moves<input<1, 8, 8> | slice<0, 8, 2, axis{2}>> == on_a_ring({1, 2}, {1, 1}));
static_assert(moves<input<1, 8, 8> | slice<7, -9, -1, axis{2}>> == nowhere);
static_assert(moves<input<1, 8, 8> | crop<1>> == inside({1, 1}, {1, 1}));

using Ring = net<input<4, 8, 8> | ring | relu | avg_pool<2>>;
static_assert(tenon::is_translation_equivariant<Ring> && !tenon::is_translation_invariant<Ring> &&
              tenon::equivariance_stride<Ring> == extents{2, 2});
static_assert(tenon::is_translation_invariant<net<input<4, 8, 8> | ring | relu | global_max_pool | flatten>>);
static_assert(!tenon::is_translation_invariant<net<input<4, 8, 8> | max_pool<2> | global_avg_pool>>);
static_assert(!tenon::is_translation_equivariant<TwoOfEach>);

// ---- what is claimed, seen in the reference
// -------------------------------------------------------------------------

using values = std::vector<float>;

values random_values(std::size_t count, unsigned seed, float least = -1) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(least, least + 2);
  values v(count);
  for (float& x : v) x = uniform(engine);
  return v;
}

template <class M>
std::vector<double> run(const values& x) {
  static const values weights = random_values(M::weight_bytes / sizeof(float), 1, 0.25f);  // variances, too
  return tenon::reference<double>(M::network.view(), weights, x);
}

bool near(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most < 1e-9;  // doubles of order one, sums of some hundred terms
}

/// x moved cyclically by `by` elements along a spatial axis.
template <class T>
std::vector<T> moved(const std::vector<T>& x, const tenon::shape& s, int axis, index by) {
  index inner = 1, extent = s.extents[1 + axis];
  for (int i = axis + 2; i < s.rank; ++i) inner *= s.extents[i];
  std::vector<T> y(x.size());
  for (index i = 0; i < index(x.size()); ++i) {
    const index at = i / inner % extent, to = ((at + by) % extent + extent) % extent;
    y[std::size_t(i + (to - at) * inner)] = x[std::size_t(i)];
  }
  return y;
}

/// Is G(T x) = T' G(x) as the equivariance of M says? Elements that wrapped around count if it is cyclic.
template <class M>
bool commutes(tenon::equivariance e) {
  const values x = random_values(std::size_t(M::input_shape.count()), 2);
  const tenon::shape out = M::output_shape;
  for (int axis = 0; axis < e.stride.count; ++axis) {
    std::vector<double> expected = run<M>(x);
    if (e.shift.values[axis] != 0) expected = moved(expected, out, axis, e.shift.values[axis]);
    std::vector<double> found = run<M>(moved(x, M::input_shape, axis, e.stride.values[axis]));
    if (!e.cyclic) {
      index inner = 1;
      for (int i = axis + 2; i < out.rank; ++i) inner *= out.extents[i];
      for (index i = 0; i < index(found.size()); ++i)
        if (i / inner % out.extents[1 + axis] < e.shift.values[axis])
          found[std::size_t(i)] = expected[std::size_t(i)] = 0;
    }
    if (!near(expected, found)) return false;
  }
  return true;
}

template <auto... Expressions>
void check_claims() {
  const bool kept[] = {moves<Expressions>.holds && commutes<net<Expressions>>(moves<Expressions>)...};
  for (bool k : kept) CHECK(k);
}
/// Where no claim is made, a step of one element shows why.
template <auto... Expressions>
void check_breaches() {
  const tenon::equivariance cyclic{true, true, {1, 1}, {1, 1}};
  const bool broken[] = {!moves<Expressions>.holds && !commutes<net<Expressions>>(cyclic)...};
  for (bool b : broken) CHECK(b);
}

TEST_CASE("networks commute with translations as their types say") {
  check_claims<input<2, 8, 8> | conv<3, 3, same, cyclic> | relu | conv<2, 5, same, cyclic>,
               input<2, 8, 8> | conv<3, 3> | batch_norm | relu | conv<2, 3, dilation{2}>,
               input<2, 8, 8> | conv<3, 3, same, cyclic> | conv<2, 3>,
               input<2, 8, 8> | conv<3, 3, full, cyclic> | sigmoid,
               input<2, 8, 8> | conv<3, 3, stride{2}, same, cyclic> | max_pool<2>,
               input<2, 9, 8> | conv<3, 3, stride{2}, same, cyclic>,
               input<2, 9, 7> | conv<3, 2> | avg_pool<3, stride{2}>,
               input<2, 12> | conv<3, 4, same, cyclic> | l2_pool<3>,
               input<2, 4, 4, 4> | conv<3, 3, same, cyclic> | max_pool<2>>();
  check_claims<input<2, 8, 8> | upsample<2> | conv<2, 3, same, cyclic>,
               input<2, 8, 8> | conv_transpose<3, 2, stride{2}> | relu,
               input<2, 8, 8> | conv_transpose<3, 4, stride{2}, padding{2}>,
               input<4, 8, 8> | pixel_shuffle<2> | conv<2, 3, same, cyclic> | pixel_unshuffle<2>,
               input<4, 8, 8> | (identity + (max_pool<2> | upsample<2>)),
               input<4, 8, 8> | (identity * (global_avg_pool | conv<4, 1> | sigmoid)) | ring,
               input<4, 8, 8> | instance_norm | ring | layer_norm_with<no_affine>,
               input<4, 8, 8> | slice<1, 8, 2, axis{1}> | adaptive_avg_pool<extent{2, 4}>,
               input<4, 8, 8> | ring | max_pool<2> | global_avg_pool | flatten | linear<5>>();
}

TEST_CASE("padding that is no ring, unshared parameters and interpolation break translation") {
  check_breaches<input<2, 8, 8> | conv<3, 3, same>, input<2, 8, 8> | conv<3, 3, same, reflect>,
                 input<2, 8, 8> | conv<3, 3, same, replicate>, input<2, 8, 8> | local<2, 1>,
                 input<2, 8, 8> | conv<2, 1, untied_bias>, input<2, 8, 8> | layer_norm,
                 input<2, 8, 8> | max_pool<3, stride{1}, padding{1}>>();
}

template <class M>
bool is_additive() {
  const std::size_t count = std::size_t(M::input_shape.count());
  const values x = random_values(count, 3), y = random_values(count, 4);
  values both(count);
  for (std::size_t i = 0; i < count; ++i) both[i] = 2 * x[i] - y[i];
  const std::vector<double> gx = run<M>(x), gy = run<M>(y);
  std::vector<double> expected(gx.size()), at_zero = run<M>(values(count));
  for (std::size_t i = 0; i < gx.size(); ++i) expected[i] = 2 * gx[i] - gy[i];
  double rounding = 1e-5;  // of 2x - y, which is a float
  bool homogeneous = true;
  const std::vector<double> found = run<M>(both);
  for (std::size_t i = 0; i < gx.size(); ++i) {
    homogeneous = homogeneous && std::abs(at_zero[i]) < 1e-12;
    if (std::abs(found[i] - expected[i]) > rounding * (1 + std::abs(expected[i]))) return false;
  }
  return homogeneous == tenon::is_linear<M>;
}

TEST_CASE("a linear network is additive and homogeneous, an affine one additive up to a constant") {
  CHECK(is_additive<net<linear_net>>());
  CHECK(is_additive<net<affine_net>>());
  CHECK(is_additive<net<input<2, 6, 6> | pad<padding{1}, fill{2}> | conv_transpose<2, 3, no_bias>>>());
  CHECK_FALSE(is_additive<net<input<2, 6, 6> | conv<2, 3> | relu6>>());
  CHECK_FALSE(is_additive<net<input<2, 6, 6> | (identity * conv<2, 1>)>>());
}

/// The largest number of elements, first to last, that change an output when they change; along one axis.
template <class M>
index widest(int axis) {
  const tenon::shape in = M::input_shape;
  const values x = random_values(std::size_t(in.count()), 5);
  const std::vector<double> y = run<M>(x);
  std::vector<index> first(y.size(), 1 << 30), last(y.size(), -1);
  index inner = 1, widest = 0;
  for (int i = axis + 2; i < in.rank; ++i) inner *= in.extents[i];
  for (index i = 0; i < in.count(); ++i) {
    values changed = x;
    changed[std::size_t(i)] += 0.125f;
    const std::vector<double> z = run<M>(changed);
    const index at = i / inner % in.extents[1 + axis];
    for (std::size_t o = 0; o < y.size(); ++o)
      if (y[o] != z[o]) first[o] = std::min(first[o], at), last[o] = std::max(last[o], at);
  }
  for (std::size_t o = 0; o < y.size(); ++o) widest = std::max(widest, last[o] - first[o] + 1);
  return widest;
}

template <auto... Expressions>
void check_fields() {
  const bool equal[] = {(widest<net<Expressions>>(0) == sees<Expressions>.values[0] &&
                         widest<net<Expressions>>(1) == sees<Expressions>.values[1])...};
  for (bool e : equal) CHECK(e);
}

TEST_CASE("receptive fields are what outputs depend on") {
  check_fields<
      input<1, 9, 10> | conv<1, extent{3, 2}, stride{1, 2}, padding{1}> | avg_pool<2>,
      input<1, 9, 9> | conv<1, 2, dilation{3}> | conv<1, 2>,
      input<1, 6, 6> | upsample<2> | conv<1, 3, padding{1}>,
      input<1, 6, 6> | upsample<extent{3, 2}, bilinear>,
      input<1, 6, 6> | upsample<2, bilinear, align_corners> | conv<1, 2>,
      input<1, 6, 6> | conv_transpose<1, extent{3, 5}, stride{2}, padding{1}> | conv<1, 2>,
      input<1, 8, 8> | avg_pool<2> | upsample<2> | conv<1, 3, padding{1}>,
      input<1, 8, 8> | (conv<1, 3, same> + (avg_pool<2> | conv_transpose<1, 2, stride{2}>)),
      input<1, 7, 10> | adaptive_avg_pool<3> | conv<1, 2>, input<1, 7, 7> | conv<1, 2> | adaptive_avg_pool<4>,
      input<4, 5, 5> | pixel_shuffle<2> | conv<1, 2>, input<1, 8, 8> | slice<1, 8, 2, axis{1}> | conv<1, 2>,
      input<2, 6, 6> | conv<2, extent{2, 3}> | permute<0, 2, 1> | permute<0, 2, 1>,
      input<2, 6, 6> | conv<2, 2> | softmax_with<axis{2}>>();
}

}  // namespace
