// The reference against numbers worked out by hand, most of them by the compiler; and what convolution
// promises.
#include "tenon/reference.hpp"

#include <array>
#include <tenon/tenon.hpp>

#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using tenon::reference;
using twin::net;
using floats = std::vector<float>;

/// The output of M in floats.
template <tenon::Model M>
constexpr floats run(const floats& weights, const floats& input) {
  return reference<float>(M::network.view(), weights, input);
}

constexpr bool near(const floats& a, const floats& b, float tolerance) {
  for (std::size_t i = 0; i < b.size(); ++i)
    if (!(a[i] - b[i] <= tolerance && b[i] - a[i] <= tolerance)) return false;
  return a.size() == b.size();
}

// ---- A page of a lecture, evaluated by the compiler
// --------------------------------------------------------

constexpr std::array<float, 36> page = {3, 3, 2, 1, 0, 0,  //
                                        3, 3, 2, 1, 0, 0,  //
                                        3, 3, 2, 1, 0, 0,  //
                                        3, 3, 3, 2, 0, 0,  //
                                        3, 3, 2, 1, 0, 0,  //
                                        3, 2, 1, 1, 0, 0};
constexpr std::array<float, 9> cross = {1, 0, 1,  //
                                        0, 1, 0,  //
                                        1, 0, 1};
using filtered = net<input<1, 6, 6> | conv<1, 3, padding{1}, no_bias>>;
using pooled = net<input<1, 6, 6> | conv<1, 3, padding{1}, no_bias> | max_pool<2>>;

static_assert(reference<float>(filtered::network.view(), cross, page) == floats{6, 8,  6,  3, 1, 0,  //
                                                                                9, 13, 10, 5, 2, 0,  //
                                                                                9, 14, 11, 6, 3, 0,  //
                                                                                9, 13, 11, 6, 2, 0,  //
                                                                                8, 13, 10, 5, 3, 0,  //
                                                                                6, 7,  5,  3, 1, 0});
static_assert(reference<double>(pooled::network.view(), cross, page) == std::vector<double>{13, 10, 2,  //
                                                                                            14, 11, 3,  //
                                                                                            13, 10, 3});

// ---- A whole network
// ---------------------------------------------------------------------------------------

// conv -> (1 2 3 / 4 5 6 / 7 8 9) * (1 1 / 1 1) - 20 = (-8 -4 / 4 8), relu, max 8, linear -> (17, -8),
// softmax.
using small = net<input<1, 3, 3> | conv<1, 2> | relu | max_pool<2> | flatten | linear<2> | softmax>;
static_assert(near(run<small>({1, 1, 1, 1, -20, 2, -1, 1, 16}, {1, 2, 3, 4, 5, 6, 7, 8, 9}),
                   {0.99987661f, 0.00012339458f}, 1e-7f));  // 1 / (1 + exp(-9))

// ---- Each layer
// --------------------------------------------------------------------------------------------

// conv: two filters of one tap over two channels, with biases; then stride, dilation, groups and padding per
// side.
static_assert(run<net<input<2, 1, 2> | conv<2, 1>>>({1, 10, 2, -1, 5, 0}, {1, 2, 3, 4}) ==
              floats{36, 47, -1, 0});
static_assert(run<net<input<1, 1, 5> | conv<1, extent{1, 2}, stride{1, 3}, no_bias>>>({1, 10},
                                                                                      {1, 2, 3, 4, 5}) ==
              floats{21, 54});
static_assert(run<net<input<1, 1, 5> | conv<1, extent{1, 2}, dilation{3}, no_bias>>>({1, 10},
                                                                                     {1, 2, 3, 4, 5}) ==
              floats{41, 52});
static_assert(run<net<input<2, 1, 2> | conv<4, 1, groups{2}, no_bias>>>({1, 2, 3, 4}, {1, 2, 3, 4}) ==
              floats{1, 2, 2, 4, 9, 12, 12, 16});
static_assert(run<net<input<2, 1, 2> | conv<2, 1, depthwise>>>({2, 3, 0, 1}, {1, 2, 3, 4}) ==
              floats{2, 4, 10, 13});
static_assert(run<net<input<1, 1, 2> | conv<1, 2, padding{0, 1, 1, 0}, no_bias>>>({1, 2, 3, 4}, {5, 6}) ==
              floats{10, 17});
static_assert(run<net<input<1, 2, 2> | conv<1, 2, full, no_bias>>>({1, 2, 3, 4}, {1, 0, 0, 0}) ==
              floats{4, 3, 0, 2, 1, 0, 0, 0, 0});
static_assert(run<net<input<1, 1, 3> | conv<1, extent{1, 2}, same, no_bias>>>({1, 10}, {1, 2, 3}) ==
              floats{21, 32, 3});
static_assert(run<net<input<1, 1, 3> | conv<1, extent{1, 2}, same_lower, no_bias>>>({1, 10}, {1, 2, 3}) ==
              floats{10, 21, 32});

static_assert(run<net<input<3> | linear<2>>>({1, 2, 3, -1, 0, 1, 10, 20}, {1, 1, 2}) == floats{19, 21});
static_assert(run<net<input<2> | linear<1, no_bias>>>({3, 4}, {1, 2}) == floats{11});

// Pools: padding is never the largest, but counts in an average unless excluded; what hangs over never
// counts.
static_assert(run<net<input<1, 1, 4> | max_pool<extent{1, 2}>>>({}, {4, -1, -5, -3}) == floats{4, -3});
static_assert(run<net<input<1, 1, 2> | max_pool<extent{1, 3}, stride{1}, padding{0, 1}>>>({}, {-4, -3}) ==
              floats{-3, -3});
static_assert(run<net<input<1, 1, 3> | max_pool<extent{1, 2}, ceil_mode>>>({}, {1, 2, -3}) == floats{2, -3});
static_assert(run<net<input<1, 1, 4> | avg_pool<extent{1, 2}>>>({}, {1, 2, 3, 5}) == floats{1.5, 4});
static_assert(run<net<input<1, 1, 2> | avg_pool<extent{1, 2}, stride{1}, padding{0, 1}>>>({}, {2, 4}) ==
              floats{1, 3, 2});
static_assert(run<net<input<1, 1, 2> | avg_pool<extent{1, 2}, stride{1}, padding{0, 1}, exclude_padding>>>(
                  {}, {2, 4}) == floats{2, 3, 4});
static_assert(run<net<input<1, 1, 3> | avg_pool<extent{1, 2}, ceil_mode>>>({}, {1, 2, 7}) == floats{1.5, 7});
static_assert(run<net<input<2, 1, 2> | global_avg_pool>>({}, {1, 2, 3, 5}) == floats{1.5, 4});

// (x - mean) / sqrt(var + epsilon) * weight + bias, channel by channel.
static_assert(run<net<input<2, 1, 2> | batch_norm_with<epsilon{0.5}>>>({2, 3, 10, 0, 1, 0, 3.5, 0.5},
                                                                       {1, 5, 2, -2}) ==
              floats{10, 14, 6, -6});

static_assert(run<net<input<3> | relu>>({}, {-1, 0, 2}) == floats{0, 0, 2});
static_assert(run<net<input<3> | relu6>>({}, {-1, 3, 7}) == floats{0, 3, 6});
static_assert(run<net<input<2> | leaky_relu<slope{0.25}>>>({}, {-4, 4}) == floats{-1, 4});
static_assert(run<net<input<2> | leaky_relu<slope{-0.5}>>>({}, {-4, 4}) == floats{2, 4});
static_assert(run<net<input<4> | hard_swish>>({}, {-4, -1.5, 1.5, 4}) == floats{0, -0.375, 1.125, 4});
static_assert(near(run<net<input<3> | sigmoid>>({}, {0, 2, -100}), {0.5f, 0.88079708f, 0}, 1e-7f));
static_assert(near(run<net<input<4> | tanh>>({}, {0, 0.25f, -2, 50}), {0, 0.24491866f, -0.96402758f, 1},
                   1e-7f));
static_assert(run<net<input<2, 1, 2> | softmax>>({}, {7, 0, 7, 0}) == floats{0.5, 0.5, 0.5, 0.5});
static_assert(near(run<net<input<3> | softmax>>({}, {1001, 1002, 1000}),
                   {0.24472847f, 0.66524096f, 0.09003057f}, 1e-7f));

static_assert(run<net<input<2> | (identity + relu)>>({}, {-1, 2}) == floats{-1, 4});
static_assert(run<net<input<2, 1, 2> | dropout | flatten | identity>>({}, {1, 2, 3, 4}) ==
              floats{1, 2, 3, 4});

}  // namespace

// ---- Properties
// --------------------------------------------------------------------------------------------

namespace {

using plain = net<input<2, 9, 9> | conv<3, 3, no_bias>>;
using framed = net<input<2, 9, 9> | conv<3, 3, padding{1}, no_bias>>;

std::vector<double> evaluate(tenon::graph_view network, const floats& weights, const floats& input) {
  return reference<double>(network, weights, input);
}

/// Whole numbers: products and sums of them are exact.
floats whole_numbers(std::size_t count, unsigned seed) {
  floats numbers = twin::random_numbers(count, seed);
  for (float& x : numbers) x = static_cast<float>(static_cast<int>(8 * x));
  return numbers;
}

/// Channels of 9x9 moved one row down and two columns to the right; zeros move in.
floats moved(const floats& x) {
  floats y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    if (i % 81 >= 9 && i % 9 >= 2) y[i] = x[i - 9 - 2];
  return y;
}

}  // namespace

TEST_CASE("a convolution is linear in its input and in its filters", "[reference]") {
  const floats f = whole_numbers(162, 1), g = whole_numbers(162, 2), w = whole_numbers(54, 3),
               v = whole_numbers(54, 4);
  floats f3g = f, w2v = w;
  for (std::size_t i = 0; i < f.size(); ++i) f3g[i] += 3 * g[i];
  for (std::size_t i = 0; i < w.size(); ++i) w2v[i] -= 2 * v[i];
  const auto network = framed::network.view();
  const auto wf = evaluate(network, w, f), wg = evaluate(network, w, g), vf = evaluate(network, v, f);
  const auto sum_of_inputs = evaluate(network, w, f3g), sum_of_filters = evaluate(network, w2v, f);
  for (std::size_t i = 0; i < wf.size(); ++i) {
    CHECK(sum_of_inputs[i] == wf[i] + 3 * wg[i]);
    CHECK(sum_of_filters[i] == wf[i] - 2 * vf[i]);
  }
}

TEST_CASE("a convolution moves with its input, and zero padding breaks that at the edge", "[reference]") {
  const floats f = whole_numbers(162, 5), w = whole_numbers(54, 6);
  const auto here = evaluate(plain::network.view(), w, f),
             there = evaluate(plain::network.view(), w, moved(f));
  for (std::size_t i = 0; i < here.size(); ++i)
    if (i % 49 >= 7 && i % 7 >= 2) CHECK(there[i] == here[i - 7 - 2]);

  const auto in_frame = evaluate(framed::network.view(), w, f),
             moved_in_frame = evaluate(framed::network.view(), w, moved(f));
  std::size_t broken = 0;
  for (std::size_t i = 0; i < in_frame.size(); ++i) {
    const std::size_t row = i % 81 / 9, column = i % 9;
    if (row < 1 || column < 2) continue;
    const bool same = moved_in_frame[i] == in_frame[i - 9 - 2];
    if (row > 1 && row < 8 && column > 2 && column < 8) CHECK(same);
    broken += !same;
  }
  CHECK(broken > 0);
}

TEST_CASE("float and double agree within the bound of each output", "[reference]") {
  using deep = net<input<2, 9, 9> | conv<4, 3> | batch_norm | relu | avg_pool<2> | flatten | linear<5> |
                   tanh | softmax>;
  const auto network = deep::network.view();
  const floats weights = twin::random_weights(network, 7), input = twin::random_numbers(162, 8);
  const auto single = reference<float>(network, weights, input);
  const auto exact = reference<double>(network, weights, input);
  const auto known = reference<bounded>(network, weights, input);
  for (std::size_t i = 0; i < single.size(); ++i) {
    CHECK(exact[i] == known[i].value());
    CHECK(std::abs(single[i] - exact[i]) <= known[i].error());
    CHECK(known[i].error() < 1e-4);
  }
}
