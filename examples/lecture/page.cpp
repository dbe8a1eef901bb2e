// A page of the lecture: an image, a filter, the feature map that the filter gives, and what max pooling
// leaves of it. Computed by the compiler; and by the code that tenon makes of the network, when the program
// runs.
#include <iostream>

#include "board.hpp"
#include "lecture.hpp"

using namespace lecture;
using namespace tenon::layers;

constexpr tensor<shape{1, 6, 6}> image = {{3, 3, 2, 1, 0, 0,  //
                                           3, 3, 2, 1, 0, 0,  //
                                           3, 3, 2, 1, 0, 0,  //
                                           3, 3, 3, 2, 0, 0,  //
                                           3, 3, 2, 1, 0, 0,  //
                                           3, 2, 1, 1, 0, 0}};
constexpr tensor<shape{1, 3, 3}> filter = {{1, 0, 1,  //
                                            0, 1, 0,  //
                                            1, 0, 1}};

constexpr auto convolution = conv<1, 3, padding{1}, no_bias>;  // beyond the edge there are zeros
constexpr auto pooling = max_pool<2>;                          // the largest of each 2x2 square

constexpr auto feature_map = apply<convolution>(image, filter);
constexpr auto pooled = apply<pooling>(feature_map);

static_assert(feature_map == tensor<shape{1, 6, 6}>{{6, 8,  6,  3, 1, 0,  //
                                                     9, 13, 10, 5, 2, 0,  //
                                                     9, 14, 11, 6, 3, 0,  //
                                                     9, 13, 11, 6, 2, 0,  //
                                                     8, 13, 10, 5, 3, 0,  //
                                                     6, 7,  5,  3, 1, 0}});
static_assert(pooled == tensor<shape{1, 3, 3}>{{13, 10, 2,  //
                                                14, 11, 3,  //
                                                13, 10, 3}});

/// The same as a network that can be run; it gives both maps.
struct Page : tenon::model<input<1, 6, 6> | convolution | outputs(identity, pooling)> {};
static_assert(Page::parameter_count == 9 && Page::mac_count == 36 * 9);

#define TENON_MODEL Page
#include <tenon/instantiate.hpp>

int main() {
  draw({grid("image", image), grid("filter", filter), grid("feature map", feature_map),
        grid("2x2 maxima", pooled)});

  tenon::weights<Page> weights;
  std::ranges::copy(filter, weights.values().begin());
  tenon::executable<Page> network(weights);
  const auto [map, maxima] = network(image);
  const bool same = map == feature_map && maxima == pooled;
  std::cout << "The compiler computed this. The network, run just now, says "
            << (same ? "the same" : "something else") << ".\n";
  return same ? 0 : 1;
}
