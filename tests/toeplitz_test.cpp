// Layers as matrices: entries worked out by hand by the compiler, and W x + b against the slow twin.
#include "tenon/toeplitz.hpp"

#include <random>

#include "catch.hpp"

namespace {

using namespace tenon::layers;
using tenon::network_on, tenon::shape, tenon::toeplitz;

// ---- Entries ----

/// Are the rows of W these?
template <class Map>
constexpr bool has_rows(const Map& map, std::initializer_list<double> rows) {
  return std::equal(map.weight.begin(), map.weight.end(), rows.begin(), rows.end());
}

static_assert(has_rows(toeplitz<conv<1, 3, no_bias>, shape{1, 5}>(), {1, 2, 3, 0, 0,  //
                                                                      0, 1, 2, 3, 0,  //
                                                                      0, 0, 1, 2, 3}));
static_assert(has_rows(toeplitz<conv<1, 3, no_bias, flipped>, shape{1, 4}>(), {3, 2, 1, 0,  //
                                                                               0, 3, 2, 1}));
static_assert(has_rows(toeplitz<conv<1, 3, padding{1}, cyclic, no_bias>, shape{1, 4}>(), {2, 3, 0, 1,  //
                                                                                          1, 2, 3, 0,  //
                                                                                          0, 1, 2, 3,  //
                                                                                          3, 0, 1, 2}));
static_assert(has_rows(toeplitz<conv<1, 3, padding{1}, reflect, no_bias>, shape{1, 3}>(), {2, 4, 0,  //
                                                                                           1, 2, 3,  //
                                                                                           0, 4, 2}));
static_assert(has_rows(toeplitz<conv<2, 2, groups{2}, no_bias>, shape{2, 3}>(), {1, 2, 0, 0, 0, 0,  //
                                                                                 0, 1, 2, 0, 0, 0,  //
                                                                                 0, 0, 0, 3, 4, 0,  //
                                                                                 0, 0, 0, 0, 3, 4}));
static_assert(has_rows(toeplitz<local<1, 2, no_bias>, shape{1, 3}>(), {1, 2, 0,  //
                                                                       0, 3, 4}));
static_assert(has_rows(toeplitz<linear<2, no_bias>, shape{3}>(), {1, 2, 3,  //
                                                                  4, 5, 6}));
static_assert(has_rows(toeplitz<avg_pool<2>, shape{1, 2, 4}>(), {0.25, 0.25, 0, 0, 0.25, 0.25, 0, 0,  //
                                                                 0, 0, 0.25, 0.25, 0, 0, 0.25, 0.25}));
static_assert(has_rows(toeplitz<upsample<2>, shape{1, 2}>(), {1, 0,  //
                                                              1, 0,  //
                                                              0, 1,  //
                                                              0, 1}));
static_assert(has_rows(toeplitz<permute<1, 0>, shape{2, 2}>(), {1, 0, 0, 0,  //
                                                                0, 0, 1, 0,  //
                                                                0, 1, 0, 0,  //
                                                                0, 0, 0, 1}));

// A chain is the product of its matrices: (1 2) twice is (1 4 4) with the second filter (3 4) as (3 10 8).
static_assert(has_rows(toeplitz<conv<1, 2, no_bias> | conv<1, 2, no_bias>, shape{1, 3}>(), {3, 10, 8}));

// The affine part stands by itself.
constexpr float one_tap[] = {7, -2};
static_assert(has_rows(toeplitz<conv<1, 1>, shape{1, 2}>(one_tap), {7, 0, 0, 7}));
static_assert(toeplitz<conv<1, 1>, shape{1, 2}>(one_tap).bias == std::array<double, 2>{-2, -2});
static_assert(toeplitz<conv<1, 1, untied_bias>, shape{1, 2}>().bias == std::array<double, 2>{2, 3});
static_assert(toeplitz<conv<1, 1>, shape{1, 2}>(one_tap)(std::array<double, 2>{1, 3}) ==
              std::array<double, 2>{5, 19});

// ---- A transposed convolution is the transpose of the convolution with the same weights ----

static_assert(toeplitz<conv_transpose<1, 3, no_bias>, shape{2, 4}>() ==
              toeplitz<conv<2, 3, no_bias>, shape{1, 6}>().transposed());
static_assert(toeplitz<conv_transpose<2, 3, stride{2}, padding{1}, no_bias>, shape{3, 4}>() ==
              toeplitz<conv<3, 3, stride{2}, padding{1}, no_bias>, shape{2, 7}>().transposed());
static_assert(
    toeplitz<conv_transpose<1, 3, stride{2}, padding{1}, output_padding{1}, no_bias>, shape{1, 4}>() ==
    toeplitz<conv<1, 3, stride{2}, padding{1}, no_bias>, shape{1, 8}>().transposed());
static_assert(toeplitz<conv_transpose<4, 2, dilation{2}, groups{2}, no_bias>, shape{2, 3}>() ==
              toeplitz<conv<2, 2, dilation{2}, groups{2}, no_bias>, shape{4, 5}>().transposed());
static_assert(
    toeplitz<conv_transpose<1, extent{3, 2}, stride{1, 2}, padding{1, 0}, no_bias>, shape{1, 3, 2}>() ==
    toeplitz<conv<1, extent{3, 2}, stride{1, 2}, padding{1, 0}, no_bias>, shape{1, 3, 4}>().transposed());
static_assert(toeplitz<conv_transpose<1, 2, no_bias>, shape{1, 1, 2, 2}>() ==
              toeplitz<conv<1, 2, no_bias>, shape{1, 2, 3, 3}>().transposed());

// ---- W x + b ----

/// Whole numbers from -9 to 9.
template <class Numbers>
void fill(Numbers& numbers, unsigned seed) {
  std::mt19937 random(seed);
  for (auto& x : numbers)
    x = static_cast<std::remove_reference_t<decltype(x)>>(static_cast<int>(random() % 19) - 9);
}

template <auto Layer, shape In>
void check() {
  using network = network_on<Layer, In>;
  std::vector<float> weights(network::weight_bytes / sizeof(float)), x(static_cast<std::size_t>(In.count()));
  fill(weights, 1);
  fill(x, 2);
  const auto map = toeplitz<Layer, In>(weights);
  const std::vector<double> input(x.begin(), x.end());
  const auto y = map(std::span<const double, map.columns>(input));
  const auto expected = tenon::reference<double>(network::network.view(), weights, x);
  CHECK(std::vector<double>(y.begin(), y.end()) == expected);
}

}  // namespace

TEST_CASE("W x + b is the layer", "[toeplitz]") {
  check<conv<3, 3, padding{1}>, shape{2, 5, 6}>();
  check<conv<3, 3, stride{2}, padding{2, 0, 1, 1}, dilation{1, 2}>, shape{2, 7, 8}>();
  check<conv<2, 3, same, cyclic, untied_bias>, shape{2, 4, 4}>();
  check<conv<2, 3, same, replicate, flipped>, shape{1, 3, 4, 5}>();
  check<conv<4, 2, depthwise, full>, shape{2, 9}>();
  check<conv_transpose<3, 3, stride{2}, padding{1}, output_padding{1}>, shape{2, 4, 3}>();
  check<local<2, 3, stride{2}, padding{1}>, shape{2, 6, 6}>();
  check<flatten | linear<7>, shape{2, 3, 3}>();
  check<avg_pool<2, stride{1}>, shape{2, 5, 5}>();
  check<upsample<2> | crop<1> | pad<padding{1, 0}, reflect>, shape{1, 4, 4}>();
  check<scale | shift, shape{3, 2, 2}>();
  check<conv<2, 3> | slice<0, 99, 2, axis{2}> | pixel_unshuffle<1>, shape{1, 5, 6}>();
  check<(identity + conv<2, 1>) | concat(identity, conv<1, 1>), shape{2, 3, 3}>();
}

TEST_CASE("a matrix needs the layer's weights, all of them", "[toeplitz]") {
  const float four[] = {1, 2, 3, 4};
  const auto matrix_of = [&](std::size_t count) {
    return toeplitz<conv<1, 3>, shape{1, 5}>(std::span(four).first(count));
  };
  CHECK_NOTHROW(matrix_of(4));
  CHECK_THROWS_AS(matrix_of(3), std::invalid_argument);
  CHECK_THROWS_AS(matrix_of(0), std::invalid_argument);
}
