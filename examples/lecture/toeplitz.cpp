// A layer is a matrix: y = W x. A linear layer fills it with numbers of their own; a local one leaves zeros
// where it does not look; a convolution has the same few in every row (a Toeplitz matrix), and without an
// edge each row is the one above it, moved by one: a circulant matrix.
#include "board.hpp"
#include "lecture.hpp"

using namespace lecture;
using namespace tenon::layers;
using tenon::toeplitz;

constexpr auto cyclic_conv = conv<1, 3, padding{1}, cyclic, no_bias>;

// Without weights of your own they are numbered 1, 2, 3, ...: the entry says which of them stands there.
constexpr auto full_matrix = toeplitz<flatten | linear<6, no_bias>, shape{1, 6}>();
constexpr auto local_matrix = toeplitz<local<1, 3, padding{1}, no_bias>, shape{1, 6}>();
constexpr auto conv_matrix = toeplitz<conv<1, 3, padding{1}, no_bias>, shape{1, 6}>();
constexpr auto cyclic_matrix = toeplitz<cyclic_conv, shape{1, 6}>();

/// Are the numbers along each diagonal equal? If the diagonals go on at the other end of the row: circulant.
template <class Map>
constexpr bool equal_diagonals(const Map& w, bool wrap) {
  for (std::size_t row = 1; row < w.rows; ++row)
    for (std::size_t column = wrap ? 0 : 1; column < w.columns; ++column)
      if (w.at(row, column) != w.at(row - 1, (column + w.columns - 1) % w.columns)) return false;
  return true;
}
static_assert(!equal_diagonals(full_matrix, false) && !equal_diagonals(local_matrix, false));
static_assert(equal_diagonals(conv_matrix, false) && !equal_diagonals(conv_matrix, true));
static_assert(equal_diagonals(cyclic_matrix, true));

// The matrix is the layer: W x + b, here with weights and a bias.
constexpr float filter[] = {2, -1, 3, 10};
constexpr tensor<shape{1, 6}> x = {{1, 4, 1, 5, 9, 2}};
constexpr auto as_layer = apply<conv<1, 3, padding{1}>>(x, filter);
constexpr auto as_matrix =
    toeplitz<conv<1, 3, padding{1}>, shape{1, 6}>(filter)(std::array<double, 6>{1, 4, 1, 5, 9, 2});
static_assert(std::ranges::equal(as_matrix, as_layer));

// conv_transpose with the same filters is the transposed matrix; so it takes a strided convolution's shapes
// back.
constexpr auto down = toeplitz<conv<2, 3, stride{2}, padding{1}, no_bias>, shape{1, 7}>();
constexpr auto up = toeplitz<conv_transpose<1, 3, stride{2}, padding{1}, no_bias>, shape{2, 4}>();
static_assert(up == down.transposed());

// A stride leaves out rows: those of the convolution with a stride of 1 that it steps over.
constexpr auto dense = toeplitz<conv<1, 3, padding{1}, no_bias>, shape{1, 7}>();
constexpr auto strided = toeplitz<conv<1, 3, stride{2}, padding{1}, no_bias>, shape{1, 7}>();
static_assert([] {
  for (std::size_t row = 0; row < strided.rows; ++row)
    for (std::size_t column = 0; column < strided.columns; ++column)
      if (strided.at(row, column) != dense.at(2 * row, column)) return false;
  return true;
}());

// In two dimensions: circulant blocks, in a circulant order.
constexpr auto plane = toeplitz<cyclic_conv, shape{1, 4, 4}>();
static_assert([] {
  const auto moved = [](std::size_t i) {
    return (i / 4 + 1) % 4 * 4 + (i % 4 + 1) % 4;
  };  // by one, down and right
  for (std::size_t row = 0; row < 16; ++row)
    for (std::size_t column = 0; column < 16; ++column)
      if (plane.at(moved(row), moved(column)) != plane.at(row, column)) return false;
  return true;
}());

/// The matrix with dots for its zeros.
template <class Map>
panel matrix(std::string title, const Map& w) {
  const std::vector<float> numbers(w.weight.begin(), w.weight.end());
  return grid(std::move(title), numbers, index(w.columns), ".");
}

int main() {
  heading(
      "Six inputs, six outputs: 36 weights, 18 (two of them only see the edge), 3 and 3. An entry is a "
      "weight's number.");
  draw({matrix("linear", full_matrix), matrix("local", local_matrix)});
  draw({matrix("conv, zeros beyond the edge", conv_matrix), matrix("conv, cyclic", cyclic_matrix)});

  heading("Stride 2 from 7 to two channels of 4, and conv_transpose from there to 7: W and its transpose.");
  draw({matrix("conv", down), matrix("conv_transpose", up)});

  heading("A cyclic convolution of a 4x4 image: circulant blocks in a circulant order.");
  draw({matrix("conv, cyclic", plane)});
}
