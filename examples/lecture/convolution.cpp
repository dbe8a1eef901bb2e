// The convolution sum in one, two and three dimensions,
//   (f * g)(n) = sum over m of f(m) g(n - m),
// and what it promises: it commutes, it is associative, it is linear, and a single one moves an image.
#include "board.hpp"
#include "lecture.hpp"

using namespace lecture;
using namespace tenon::layers;

/// The spatial extents of a map, as the kernel of a layer.
constexpr extent kernel_of(const shape& s) {
  extent e;
  for (int axis = 0; axis < s.spatial_rank(); ++axis) e.values[e.count++] = s.spatial(axis);
  return e;
}

/// f * g: a layer with the one filter g, at every place where it meets f. `flipped` reads the filter
/// backwards, as the sum wants it.
template <shape F, shape G>
constexpr auto convolve(const tensor<F>& f, const tensor<G>& g) {
  return apply<conv<1, kernel_of(G), full, flipped, no_bias>>(f, g);
}

/// What deep learning calls a convolution, and signal theory a cross-correlation: the filter is read
/// forwards,
///   corr(f, g)(n) = sum over m of f(n + m) g(m).
template <shape F, shape G>
constexpr auto correlate(const tensor<F>& f, const tensor<G>& g) {
  return apply<conv<1, kernel_of(G), full, no_bias>>(f, g);
}

// In one dimension: the product of polynomials, (1 + 2x + 3x^2) (4 + 5x) = 4 + 13x + 22x^2 + 15x^3.
constexpr tensor<shape{1, 3}> f = {{1, 2, 3}};
constexpr tensor<shape{1, 2}> g = {{4, 5}};
static_assert(convolve(f, g) == tensor<shape{1, 4}>{{4, 13, 22, 15}});
static_assert(convolve(f, g) == convolve(g, f));
static_assert(correlate(f, g) != correlate(g, f));  // only the sum with the filter backwards commutes

// In two.
constexpr tensor<shape{1, 3, 3}> image = {{1, 2, 0,  //
                                           0, 1, 3,  //
                                           2, 0, 1}};
constexpr tensor<shape{1, 2, 2}> filter = {{1, -1,  //
                                            2, 0}};
static_assert(convolve(image, filter) == convolve(filter, image));
static_assert(correlate(image, filter) != correlate(filter, image));

// In three.
constexpr tensor<shape{1, 2, 2, 3}> volume = {{1, 0, 2, 3, 1, 0, 0, 1, 1, 2, 0, 5}};
constexpr tensor<shape{1, 2, 2, 2}> cube = {{1, 2, 0, -1, 3, 0, 1, 1}};
static_assert(convolve(volume, cube) == convolve(cube, volume));

// Associative: two convolutions, one after the other, are a single one with a larger filter.
constexpr tensor<shape{1, 2, 3}> other = {{0, 1, 2,  //
                                           1, 0, -2}};
static_assert(convolve(convolve(image, filter), other) == convolve(image, convolve(filter, other)));

// Linear, in the image and in the filter.
constexpr tensor<shape{1, 3, 3}> second = {{0, 4, 1, 1, 1, 1, 3, 0, 2}};
static_assert(convolve(2 * image + 3 * second, filter) ==
              2 * convolve(image, filter) + 3 * convolve(second, filter));

// One 1 among zeros, away from the origin, translates the image.
constexpr tensor<shape{1, 3, 3}> unit = {{0, 0, 0,  //
                                          0, 0, 1,  //
                                          0, 0, 0}};
static_assert(convolve(image, unit) == tensor<shape{1, 5, 5}>{{0, 0, 0, 0, 0,  //
                                                               0, 0, 1, 2, 0,  //
                                                               0, 0, 0, 1, 3,  //
                                                               0, 0, 2, 0, 1,  //
                                                               0, 0, 0, 0, 0}});

int main() {
  heading("f * g is the product of two polynomials; it commutes. Cross-correlation does not.");
  draw({grid("f", f), grid("g", g), grid("f * g", convolve(f, g)), grid("g * f", convolve(g, f)),
        grid("corr(f, g)", correlate(f, g)), grid("corr(g, f)", correlate(g, f))});

  heading("The same in two dimensions.");
  draw({grid("f", image), grid("g", filter), grid("f * g", convolve(image, filter)),
        grid("g * f", convolve(filter, image)), grid("corr(f, g)", correlate(image, filter))});

  heading("Two filters, one after the other, are one filter.");
  draw({grid("g", filter), grid("h", other), grid("g * h", convolve(filter, other)),
        grid("(f * g) * h = f * (g * h)", convolve(convolve(image, filter), other))});

  heading("A single 1 moves the image by as much as it lies away from the origin.");
  draw({grid("f", image), grid("1 at (1, 2)", unit), grid("f moved", convolve(image, unit))});

  heading("In three dimensions: planes of f * g.");
  const auto planes = convolve(volume, cube);
  constexpr index plane = 3 * 4;
  const std::span all(planes.elements);
  draw({grid("plane 0", all.first<plane>(), 4), grid("plane 1", all.subspan<plane, plane>(), 4),
        grid("plane 2", all.last<plane>(), 4)});
}
