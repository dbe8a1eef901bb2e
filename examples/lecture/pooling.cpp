// Pooling takes the norm of the feature map over a window: L1 (the mean, but for a factor), L2, or
// L-infinity, which is the maximum where nothing is negative. It forgets where in the window a feature was,
// and so hides small translations.
#include <cmath>

#include "board.hpp"
#include "lecture.hpp"

using namespace lecture;
using namespace tenon::layers;

// ---- three norms ----

constexpr tensor<shape{1, 4, 4}> signed_map = {{3, -4, 0, 0,  //
                                                0, 0, 0, -2,  //
                                                1, 1, 6, 0,   //
                                                1, 1, 0, 8}};
static_assert(apply<l1_pool<2>>(signed_map) == tensor<shape{1, 2, 2}>{{7, 2, 4, 14}});
static_assert(apply<l2_pool<2>>(signed_map) == tensor<shape{1, 2, 2}>{{5, 2, 2, 10}});
static_assert(apply<linf_pool<2>>(signed_map) == tensor<shape{1, 2, 2}>{{4, 2, 1, 8}});
static_assert(apply<max_pool<2>>(signed_map) ==
              tensor<shape{1, 2, 2}>{{3, 0, 1, 8}});  // -4 and -2 are not large

// Behind a relu nothing is negative: the largest element is the L-infinity norm, the mean is a quarter of the
// L1 norm.
constexpr auto map = apply<relu>(signed_map);
static_assert(apply<max_pool<2>>(map) == apply<linf_pool<2>>(map));
static_assert(4 * apply<avg_pool<2>>(map) == apply<l1_pool<2>>(map));

// ---- translations ----

// A feature may move within its window: nobody notices. When it leaves, the pooled feature moves.
constexpr tensor<shape{1, 4, 4}> feature = {{9, 0, 0, 0}};
constexpr auto seen = apply<max_pool<2>>(feature);
static_assert(apply<max_pool<2>>(translate(feature, {0, 1})) == seen);
static_assert(apply<max_pool<2>>(translate(feature, {1, 1})) == seen);
static_assert(apply<max_pool<2>>(translate(feature, {0, 2})) == translate(seen, {0, 1}));

/// A ring, and what an edge filter with a relu makes of it: a map with a few large features.
auto ring_of_edges() {
  tensor<shape{1, 32, 32}> image;
  for (int y = 0; y < 32; ++y)
    for (int x = 0; x < 32; ++x)
      image[std::size_t(32 * y + x)] =
          std::abs(std::hypot(float(y) - 15.5f, float(x) - 15.5f) - 8) < 2.5f ? 1.0f : 0.0f;
  constexpr float horizontal_edge[] = {-1, -2, -1, 0, 0, 0, 1, 2, 1};
  return apply<conv<1, 3, padding{1}, cyclic, no_bias> | relu>(image, horizontal_edge);
}

/// |P(T_v f) - P(f)| / |P(f)|, the mean over all v of one length along an axis.
template <auto P, shape S>
double change(const tensor<S>& f, index length) {
  const auto norm = [](const auto& a, float factor, const auto& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
      sum += std::pow(double(a[i]) + double(factor) * double(b[i]), 2);
    return std::sqrt(sum);
  };
  const auto here = apply<P>(f);
  double sum = 0;
  for (const displacement v : {displacement{length, 0}, {-length, 0}, {0, length}, {0, -length}})
    sum += norm(apply<P>(translate(f, v)), -1, here) / norm(here, 0, here);
  return sum / 4;
}

template <auto P>
std::vector<std::string> row(std::string name, const auto& f) {
  std::vector<std::string> cells = {std::move(name)};
  for (const index length : {1, 2, 3, 4}) cells.push_back(fixed(change<P>(f, length), 2));
  return cells;
}

int main() {
  heading("Norms over 2x2 windows. The maximum is one of them where nothing is negative.");
  draw({grid("f", signed_map), grid("L1", apply<l1_pool<2>>(signed_map)),
        grid("L2", apply<l2_pool<2>>(signed_map)), grid("L-infinity", apply<linf_pool<2>>(signed_map)),
        grid("maximum", apply<max_pool<2>>(signed_map))});

  heading("A feature moves by one and by two pixels; under 2x2 maxima one of them cannot be seen.");
  draw({grid("f", feature), grid("by 1", translate(feature, {0, 1})),
        grid("by 2", translate(feature, {0, 2})), grid("pooled f", seen),
        grid("by 1", apply<max_pool<2>>(translate(feature, {0, 1}))),
        grid("by 2", apply<max_pool<2>>(translate(feature, {0, 2})))});

  heading(
      "The edges of a ring, translated by v pixels: |P(T_v f) - P(f)| / |P(f)|, the larger the window, the "
      "less.");
  const auto f = ring_of_edges();
  table({{"pooling P", "v = 1", "v = 2", "v = 3", "v = 4"},
         row<identity>("none", f),
         row<max_pool<2>>("maximum, 2x2", f),
         row<max_pool<4>>("maximum, 4x4", f),
         row<max_pool<8>>("maximum, 8x8", f),
         row<l2_pool<8>>("L2, 8x8", f),
         row<l1_pool<8>>("L1, 8x8", f),
         row<global_max_pool>("maximum of all", f),
         row<global_lp_pool<1>>("L1 of all", f)});
}
