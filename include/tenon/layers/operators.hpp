// F2. How layers compose: `|`, `+`, `-`, `*`, concat, tags, names, blocks. Types only; nothing is computed.
#pragma once

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include "tenon/layers/layers.hpp"

namespace tenon {

/// Layers one after the other.
template <class... Fs>
struct chain : expression {};

/// Layers side by side on the same input, outputs joined by an operation: added, multiplied, ...
template <op Kind, class... Fs>
struct joined : expression {};
template <class... Fs>
using sum = joined<op::add, Fs...>;

/// The same, outputs joined along an axis.
template <int Axis, class... Fs>
struct concatenated : expression {};

/// F under a name of its own. Empty name: one numbered element, as a module inside nn.Sequential.
template <text Name, class F>
struct scoped : expression {};

/// F N times. Each is a numbered element, or has a name of its own: Prefix and a number that counts from
/// First.
template <index N, class F, text Prefix = "", index First = 0>
struct repeated : expression {};

/// The feature map at this place, under a name; and the map of that name, at another place.
template <text Name>
struct tagged : expression {};
template <text Name>
struct recalled : expression {};

/// The outputs of a network that has several.
template <class... Fs>
struct results : expression {};

namespace detail {

template <class Join, class F>
struct terms {
  using type = boost::mp11::mp_list<F>;
};
template <class... Fs, class... Gs>
struct terms<chain<Gs...>, chain<Fs...>> {
  using type = boost::mp11::mp_list<Fs...>;
};
template <op Kind, class... Fs, class... Gs>
struct terms<joined<Kind, Gs...>, joined<Kind, Fs...>> {
  using type = boost::mp11::mp_list<Fs...>;
};

template <class... Fs>
using chain_of = boost::mp11::mp_rename<boost::mp11::mp_append<typename terms<chain<>, Fs>::type...>, chain>;

template <op Kind>
struct join_by {
  template <class... Fs>
  using fn = joined<Kind, Fs...>;
};
/// Fs joined, with nested joins of the same kind opened, which makes the operator associative.
template <op Kind, class... Fs>
using joined_of = boost::mp11::mp_apply<join_by<Kind>::template fn,
                                        boost::mp11::mp_append<typename terms<joined<Kind>, Fs>::type...>>;

/// Names that are functions, tanh, exp and log, as operands. (Their types are spelled out: nothing can be
/// deduced from a name that the C library overloads, too.)
using tanh_function = layers::tanh_layer (*)(layers::overload<op::tanh>);
using exp_function = layers::exp_layer (*)(layers::overload<op::exp>);
using log_function = layers::log_layer (*)(layers::overload<op::log>);

}  // namespace detail

namespace layers {

/// First f, then g.
template <Expression F, Expression G>
constexpr detail::chain_of<F, G> operator|(F, G) {
  return {};
}

/// f and g on the same input, outputs added element by element; their shapes must be equal.
template <Expression F, Expression G>
constexpr detail::joined_of<op::add, F, G> operator+(F, G) {
  return {};
}

/// f and g on the same input, outputs multiplied element by element. Where one of them has an extent of 1,
/// its element is taken for all of the other's: a C x 1 x 1 map scales the channels of C x H x W.
template <Expression F, Expression G>
constexpr detail::joined_of<op::multiply, F, G> operator*(F, G) {
  return {};
}

/// f and g on the same input, outputs subtracted element by element; extents as for `*`.
template <Expression F, Expression G>
constexpr joined<op::subtract, F, G> operator-(F, G) {
  return {};
}

// The same operators for the names that are functions.
#define TENON_OPERATOR_ON_NAME(sign, named)                     \
  template <Expression F>                                       \
  constexpr auto operator sign(F f, detail::named##_function) { \
    return f sign named##_layer{};                              \
  }                                                             \
  template <Expression G>                                       \
  constexpr auto operator sign(detail::named##_function, G g) { \
    return named##_layer {}                                     \
    sign g;                                                     \
  }
#define TENON_OPERATORS_ON_NAME(named) \
  TENON_OPERATOR_ON_NAME(|, named)     \
  TENON_OPERATOR_ON_NAME(+, named)     \
  TENON_OPERATOR_ON_NAME(*, named)     \
  TENON_OPERATOR_ON_NAME(-, named)
TENON_OPERATORS_ON_NAME(tanh)
TENON_OPERATORS_ON_NAME(exp)
TENON_OPERATORS_ON_NAME(log)
#undef TENON_OPERATORS_ON_NAME
#undef TENON_OPERATOR_ON_NAME

/// f, g, ... on the same input, the largest element of their outputs; extents as for `*`.
template <Expression... Fs>
constexpr detail::joined_of<op::maximum, Fs...> maximum(Fs...) {
  return {};
}

/// f, g, ... on the same input, outputs joined along the channels; their other extents must be equal.
template <Expression... Fs>
constexpr concatenated<0, Fs...> concat(Fs...) {
  return {};
}
/// The same along another axis, counted without the batch: 0 is the channels.
template <int Axis, Expression... Fs>
constexpr concatenated<Axis, Fs...> concat_along(Fs...) {
  return {};
}

/// f, g, ... on the same input, each an output of the network: the end of a network with several outputs.
template <Expression... Fs>
constexpr results<Fs...> outputs(Fs...) {
  return {};
}

/// x | tag<"z"> | f: gives the feature map at this place a name; from<"z"> recalls it at any later place. A
/// name is given once in a scope (the model, or a block). from finds the tag of its own scope or of the
/// nearest one around it; else the last one of that name inside a block that came before.
template <text Name>
inline constexpr tagged<Name> tag{};
/// The feature map named by tag<"z">, whatever this place's own input is: concat(identity, from<"z">).
template <text Name>
inline constexpr recalled<Name> from{};

template <text Name>
struct name_function {
  template <Expression F>
  constexpr scoped<Name, F> operator()(F) const {
    return {};
  }
  constexpr auto operator()(detail::tanh_function) const { return (*this)(tanh_layer{}); }
  constexpr auto operator()(detail::exp_function) const { return (*this)(exp_layer{}); }
  constexpr auto operator()(detail::log_function) const { return (*this)(log_layer{}); }
};
/// name<"stem">(f): f under the name "stem"; its parameters become stem.weight, or stem.0.weight if f is a
/// chain.
template <text Name>
inline constexpr name_function<Name> name{};

/// block(f): f as one numbered element, as a module inside nn.Sequential: its layers are numbered from 0
/// again.
inline constexpr name_function<""> block{};

template <index N, text Prefix, index First>
struct repeat_function {
  template <Expression F>
  constexpr repeated<N, F, Prefix, First> operator()(F) const {
    return {};
  }
  constexpr auto operator()(detail::tanh_function) const { return (*this)(tanh_layer{}); }
  constexpr auto operator()(detail::exp_function) const { return (*this)(exp_layer{}); }
  constexpr auto operator()(detail::log_function) const { return (*this)(log_layer{}); }
};
/// repeat<N>(f): f N times, one after the other, each with its own parameters; each is a block(f).
/// repeat<N, "layer", 1>(f): the same under the names layer1, layer2, ...; they count from 0 if nothing is
/// said.
template <index N, text Prefix = "", index First = 0>
inline constexpr repeat_function<N, Prefix, First> repeat{};

}  // namespace layers

// The operators are found wherever an operand is: descriptors live in tenon, tenon::layers and tenon::detail.
using layers::operator|;
using layers::operator+;
using layers::operator*;
using layers::operator-;
namespace detail {
using layers::operator|;
using layers::operator+;
using layers::operator*;
using layers::operator-;
}  // namespace detail

}  // namespace tenon
