// A linear layer as the matrix it is, written out by the slow twin.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "tenon/model.hpp"
#include "tenon/properties.hpp"
#include "tenon/reference.hpp"

namespace tenon {
namespace detail {

template <shape In, class Axes>
struct input_of;
template <shape In, std::size_t... Axis>
struct input_of<In, std::index_sequence<Axis...>> : layers::shape_layer<op::input, In.extents[Axis]...> {};

/// Layer behind an input of shape In.
template <auto Layer, shape In>
using on_input = decltype(input_of<In, std::make_index_sequence<In.rank>>{} | Layer);

}  // namespace detail

/// The network that is `Layer`, or a chain of layers, on an input of shape `In`:
///   `network_on<conv<8, 3> | relu, shape{3, 32, 32}>::output_shape == shape{8, 30, 30}`
template <auto Layer, shape In>
using network_on = model<detail::on_input<Layer, In>{}>;

/// y = W x + b between feature maps of shape In and Out. Both are read as vectors in natural order: channels,
/// then positions, the last axis fastest. Numbers are double: sums of float weights are exact as far as 53
/// bits reach.
template <shape In, shape Out>
struct linear_map {
  static constexpr shape input_shape = In;                                      ///< of x
  static constexpr shape output_shape = Out;                                    ///< of y
  static constexpr std::size_t rows = static_cast<std::size_t>(Out.count());    ///< elements of y
  static constexpr std::size_t columns = static_cast<std::size_t>(In.count());  ///< elements of x

  std::array<double, rows * columns> weight{};  ///< W, row after row
  std::array<double, rows> bias{};              ///< b; all zero if the map is linear, not affine

  /// W[row][column]: what output element `row` takes of input element `column`.
  constexpr double at(std::size_t row, std::size_t column) const { return weight[row * columns + column]; }

  /// W x + b
  constexpr std::array<double, rows> operator()(std::span<const double, columns> x) const {
    std::array<double, rows> y = bias;
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t column = 0; column < columns; ++column) y[row] += at(row, column) * x[column];
    return y;
  }

  /// The map of the transposed matrix, from Out to In; it has no bias.
  constexpr linear_map<Out, In> transposed() const {
    linear_map<Out, In> t;
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t column = 0; column < columns; ++column)
        t.weight[column * rows + row] = at(row, column);
    return t;
  }

  /// The same matrix and constant.
  friend constexpr bool operator==(const linear_map&, const linear_map&) = default;
};

/// The matrix of a linear layer, or of a chain of them, on feature maps of shape In:
///   column j of W = Layer(e_j) - Layer(0),   b = Layer(0),   e_j the unit vector j
/// computed by tenon::reference in double, at run time or by the compiler. `weights` are the tensors of the
/// layer one behind the other, as in weights<M>::values().
/// A convolution has equal numbers along its diagonals (a Toeplitz matrix); with cyclic boundaries and a
/// stride of 1 it is circulant. conv_transpose has the transpose of the matrix of conv with the same weights.
/// Shapes: W is Out.count() x In.count(), so choose small ones; a constant expression also costs In.count()
/// passes of the reference. Ill-formed if the layer does not fit In, with the model's error,
/// or is not affine (is_affine). Throws std::invalid_argument if there are not as many weights as the layer
/// has.
template <auto Layer, shape In>
constexpr auto toeplitz(std::span<const float> weights) {
  using network = network_on<Layer, In>;
  if constexpr (!detail::is_right<detail::on_input<Layer, In>>) {
    return linear_map<In, In>{};  // after the model's error there is no second one
  } else {
    static_assert(is_affine<network>,
                  "tenon: toeplitz is the matrix of a linear layer, and this layer is not linear");
    if (weights.size() * sizeof(float) != static_cast<std::size_t>(network::weight_bytes))
      throw std::invalid_argument("tenon: toeplitz needs as many weights as the layer has");
    linear_map<In, network::output_shape> map;
    std::array<float, map.columns> x{};
    const auto image = [&] { return reference<double>(network::network.view(), weights, x); };
    const std::vector<double> of_zero = image();
    for (std::size_t row = 0; row < map.rows; ++row) map.bias[row] = of_zero[row];
    for (std::size_t column = 0; column < map.columns; ++column) {
      x[column] = 1;
      const std::vector<double> of_unit = image();
      x[column] = 0;
      for (std::size_t row = 0; row < map.rows; ++row)
        map.weight[row * map.columns + column] = of_unit[row] - of_zero[row];
    }
    return map;
  }
}

/// The same with the layer's weights numbered 1, 2, 3, ... in their order: an entry of W says which weight
/// stands there, 0 that none does.
template <auto Layer, shape In>
constexpr auto toeplitz() {
  if constexpr (!detail::is_right<detail::on_input<Layer, In>>) {
    return toeplitz<Layer, In>(std::span<const float>());
  } else {
    std::array<float, network_on<Layer, In>::weight_bytes / sizeof(float)> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i + 1);
    return toeplitz<Layer, In>(numbers);
  }
}

}  // namespace tenon
