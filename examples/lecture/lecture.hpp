// What the programs of the lecture share: a layer as a function of a feature map, sums of maps, translations.
#pragma once

#include <algorithm>
#include <span>

#include <tenon/tenon.hpp>
#include <tenon/toeplitz.hpp>

namespace lecture {

using tenon::index, tenon::shape, tenon::tensor, tenon::network_on;

/// F(x) as the textbook's loops compute it, at run time or by the compiler. F is a layer or a chain of them,
/// `weights` are its weights one behind the other.
template <auto F, shape In>
constexpr auto apply(const tensor<In>& x, std::span<const float> weights = {}) {
  using network = network_on<F, In>;
  tensor<network::output_shape> y{};
  std::ranges::copy(tenon::reference<float>(network::network.view(), weights, x), y.begin());
  return y;
}

template <shape S>
constexpr tensor<S> operator+(tensor<S> f, const tensor<S>& g) {
  for (std::size_t i = 0; i < f.size(); ++i) f[i] += g[i];
  return f;
}
template <shape S>
constexpr tensor<S> operator*(float a, tensor<S> f) {
  for (float& element : f) element *= a;
  return f;
}

/// A vector of whole pixels, down and to the right.
struct displacement {
  index rows = 0, columns = 0;
};

/// T_v f on the torus: (T_v f)(x) = f(x - v), and what leaves the image on one side enters on the other.
template <shape S>
constexpr tensor<S> translate(const tensor<S>& f, displacement v) {
  constexpr index rows = S.spatial(0), columns = S.spatial(1);
  const auto wrap = [](index i, index extent) { return (i % extent + extent) % extent; };
  tensor<S> moved{};
  for (index i = 0; i < S.count(); ++i) {
    const index c = i / (rows * columns), y = i / columns % rows, x = i % columns;
    const index from = (c * rows + wrap(y - v.rows, rows)) * columns + wrap(x - v.columns, columns);
    moved[static_cast<std::size_t>(i)] = f[static_cast<std::size_t>(from)];
  }
  return moved;
}

}  // namespace lecture
