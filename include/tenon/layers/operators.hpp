// F2. How layers compose: `|`, `+`, `name`, `block`, `repeat`. Types only; nothing is computed.
#pragma once

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include "tenon/layers/layers.hpp"

namespace tenon {

/// Layers one after the other.
template <class... Fs>
struct chain : expression {};

/// Layers side by side on the same input, outputs added element by element.
template <class... Fs>
struct sum : expression {};

/// F under a name of its own. Empty name: one numbered element, as a module inside nn.Sequential.
template <text Name, class F>
struct scoped : expression {};

template <index N, class F>
struct repeated : expression {};

namespace detail {

template <template <class...> class Join, class F>
struct terms {
  using type = Join<F>;
};
template <template <class...> class Join, class... Fs>
struct terms<Join, Join<Fs...>> {
  using type = Join<Fs...>;
};

/// Join<F, G> with nested joins of the same kind opened, which makes the operator associative.
template <template <class...> class Join, class F, class G>
using join = boost::mp11::mp_append<typename terms<Join, F>::type, typename terms<Join, G>::type>;

using tanh_function = layers::tanh_layer (*)(layers::tanh_overload);

}  // namespace detail

namespace layers {

/// First f, then g.
template <Expression F, Expression G>
consteval detail::join<chain, F, G> operator|(F, G) {
  return {};
}
template <Expression F>
consteval auto operator|(F f, detail::tanh_function) {
  return f | tanh_layer{};
}
template <Expression G>
consteval auto operator|(detail::tanh_function, G g) {
  return tanh_layer{} | g;
}

/// f and g on the same input, outputs added element by element; their shapes must be equal.
template <Expression F, Expression G>
consteval detail::join<sum, F, G> operator+(F, G) {
  return {};
}
template <Expression F>
consteval auto operator+(F f, detail::tanh_function) {
  return f + tanh_layer{};
}
template <Expression G>
consteval auto operator+(detail::tanh_function, G g) {
  return tanh_layer{} + g;
}

template <text Name>
struct name_function {
  template <Expression F>
  consteval scoped<Name, F> operator()(F) const {
    return {};
  }
  consteval auto operator()(detail::tanh_function) const { return (*this)(tanh_layer{}); }
};
/// name<"stem">(f): f under the name "stem"; its parameters become stem.weight, or stem.0.weight if f is a
/// chain.
template <text Name>
inline constexpr name_function<Name> name{};

struct block_function {
  template <Expression F>
  consteval scoped<"", F> operator()(F) const {
    return {};
  }
  consteval auto operator()(detail::tanh_function) const { return (*this)(tanh_layer{}); }
};
/// block(f): f as one numbered element, as a module inside nn.Sequential: its layers are numbered from 0
/// again.
inline constexpr block_function block{};

template <index N>
struct repeat_function {
  template <Expression F>
  consteval repeated<N, F> operator()(F) const {
    return {};
  }
  consteval auto operator()(detail::tanh_function) const { return (*this)(tanh_layer{}); }
};
/// repeat<N>(f): f N times, one after the other, each with its own parameters; each is a block(f).
template <index N>
inline constexpr repeat_function<N> repeat{};

}  // namespace layers

// The operators are found wherever an operand is: descriptors live in tenon, tenon::layers and tenon::detail.
using layers::operator|;
using layers::operator+;
namespace detail {
using layers::operator|;
using layers::operator+;
}  // namespace detail

}  // namespace tenon
