// F2. How layers compose: `|`, `+`, `-`, `*`, concat, tags, names, blocks. Types only; nothing is computed.
#pragma once

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include "tenon/diagnostic.hpp"
#include "tenon/layers/layers.hpp"

namespace tenon {

/// Layers one after the other.
template <class... Fs>
struct chain : expression {};

/// Layers side by side on the same input, outputs joined by an operation: added, multiplied, ...
template <op Kind, class... Fs>
struct joined : expression {};
/// Outputs added.
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

template <text Name>
struct called_tag;

/// The feature map at this place, under a name; and the map of that name, at another place.
template <text Name>
struct tagged : expression {
  /// A tag that is called: an error with a sentence.
  constexpr called_tag<Name> operator()(auto&&...) const { return {}; }
};
template <text Name>
struct recalled : expression {};

/// The outputs of a network that has several.
template <class... Fs>
struct results : expression {};

/// Something else where a layer belongs, as in `relu | 5` or `block(stride{2})`: which operator found it, and
/// what it is. A model with one is a compile error with a sentence.
template <text Operator, text What>
struct misplaced : expression {};

/// Layers joined by something else than |, as in `f || g` or tenon::model<f, g>.
template <text Operator>
struct wrongly_joined : expression {};

/// tag<"z">(f), which is written f | tag<"z">.
template <text Name>
struct called_tag : expression {};

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

/// What an operand that is no layer is called in an error.
template <class T>
inline constexpr auto operand_name = text("something else");
template <class T>
requires std::is_arithmetic_v<T>
inline constexpr auto operand_name<T> = text("a number");
template <class T>
requires requires { T::expression; }
inline constexpr auto operand_name<T> = text("a model");
template <class T>
requires std::is_base_of_v<extents, T> || std::is_base_of_v<layers::number, T> ||
    std::is_same_v<T, layers::groups> || std::is_same_v<T, layers::axis> || std::is_same_v<T, layers::flag> ||
    std::is_same_v<T, edge> || std::is_same_v<T, interpolation>
inline constexpr auto operand_name<T> = text("an option");
template <>
inline constexpr auto operand_name<layers::padding> = text("the option padding");
template <>
inline constexpr auto operand_name<layers::stride> = text("the option stride");
template <>
inline constexpr auto operand_name<layers::dilation> = text("the option dilation");
template <>
inline constexpr auto operand_name<layers::groups> = text("the option groups");
template <>
inline constexpr auto operand_name<const char*> = text("a text");
template <>
inline constexpr auto operand_name<tanh_function> = text("a function: write identity | tanh");
template <>
inline constexpr auto operand_name<exp_function> = text("a function: write identity | exp");
template <>
inline constexpr auto operand_name<log_function> = text("a function: write identity | log");

/// Expressions as they are, and what stands for anything else.
template <text Operator, class T>
struct operand {
  using type = misplaced<Operator, operand_name<T>>;
};
template <text Operator, Expression E>
struct operand<Operator, E> {
  using type = E;
};
template <text Operator, class T>
using operand_of = typename operand<Operator, T>::type;

/// The sentence for what takes nothing in <...>.
template <class F>
consteval auto written_without_brackets() {
  constexpr sentence said = [] {
    phrase args[4];
    if constexpr (Layer<F>) {
      args[0] << spelling(F::attr.kind);
      if (has_plain_name(F::attr.kind)) args[1] << "; with options it is " << args[0] << "_with<...>";
    } else {
      args[0] << "a block";
    }
    return sentence() << "tenon: " << fill(entry_of(rule::written_without_brackets), args);
  }();
  return text_of<said.length>(said.chars);
}

/// Operands of which at least one is an expression, but not all.
template <class... Ts>
concept MixedOperands = (Expression<Ts> || ...) && !(Expression<Ts> && ...);

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

/// An operand that is no expression makes the model wrong, with a sentence that says so.
/// @{
template <class F, class G>
requires detail::MixedOperands<F, G>
constexpr detail::chain_of<detail::operand_of<"|", F>, detail::operand_of<"|", G>> operator|(F, G) {
  return {};
}
template <class F, class G>
requires detail::MixedOperands<F, G>
constexpr detail::joined_of<op::add, detail::operand_of<"+", F>, detail::operand_of<"+", G>> operator+(F, G) {
  return {};
}
template <class F, class G>
requires detail::MixedOperands<F, G>
constexpr detail::joined_of<op::multiply, detail::operand_of<"*", F>, detail::operand_of<"*", G>> operator*(
    F, G) {
  return {};
}
template <class F, class G>
requires detail::MixedOperands<F, G>
constexpr joined<op::subtract, detail::operand_of<"-", F>, detail::operand_of<"-", G>> operator-(F, G) {
  return {};
}
/// @}

/// What is written by mistake for | or for a layer's options: an error with a sentence.
/// @{
template <Expression F, Expression G>
constexpr detail::chain_of<F, wrongly_joined<"||">, G> operator||(F, G) {
  return {};
}
template <Expression F, Expression G>
constexpr detail::chain_of<F, wrongly_joined<">>">, G> operator>>(F, G) {
  return {};
}
// batch_norm<6> is read as batch_norm < 6. The error is raised here, because the compiler never gets to the
// model: for it the rest is no C++.
template <Expression F, class T>
requires(!Expression<T>) constexpr auto operator<(F f, T) {
  static_cast<void>(sizeof(verdict<detail::written_without_brackets<F>()>()));
  return f;
}
/// @}

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
requires(sizeof...(Fs) > 0) constexpr detail::joined_of<op::maximum, Fs...> maximum(Fs...) { return {}; }
/// Something else among them is an error with a sentence.
template <class... Fs>
requires detail::MixedOperands<Fs...>
constexpr detail::joined_of<op::maximum, detail::operand_of<"maximum", Fs>...> maximum(Fs...) { return {}; }

/// f, g, ... on the same input, outputs joined along the channels; their other extents must be equal.
template <Expression... Fs>
requires(sizeof...(Fs) > 0) constexpr concatenated<0, Fs...> concat(Fs...) { return {}; }
/// Something else among them is an error with a sentence.
template <class... Fs>
requires detail::MixedOperands<Fs...>
constexpr concatenated<0, detail::operand_of<"concat", Fs>...> concat(Fs...) { return {}; }
/// The same along another axis, counted without the batch: 0 is the channels.
template <int Axis, Expression... Fs>
requires(sizeof...(Fs) > 0) constexpr concatenated<Axis, Fs...> concat_along(Fs...) { return {}; }
/// Something else among them is an error with a sentence.
template <int Axis, class... Fs>
requires detail::MixedOperands<Fs...>
constexpr concatenated<Axis, detail::operand_of<"concat_along", Fs>...> concat_along(Fs...) { return {}; }

/// f, g, ... on the same input, each an output of the network: the end of a network with several outputs.
template <Expression... Fs>
requires(sizeof...(Fs) > 0) constexpr results<Fs...> outputs(Fs...) { return {}; }
/// Something else among them is an error with a sentence.
template <class... Fs>
requires detail::MixedOperands<Fs...>
constexpr results<detail::operand_of<"outputs", Fs>...> outputs(Fs...) { return {}; }

/// x | tag<"z"> | f: gives the feature map at this place a name; from<"z"> recalls it at any later place. A
/// name is given once in a scope (the model, or a block). from finds the tag of its own scope or of the
/// nearest one around it; else the last one of that name inside a block that came before.
template <text Name>
inline constexpr tagged<Name> tag{};
/// The feature map named by tag<"z">, whatever this place's own input is: concat(identity, from<"z">).
template <text Name>
inline constexpr recalled<Name> from{};

/// What name<...> and block are.
template <text Name>
struct name_function {
  /// f under the name.
  /// @{
  template <class F>
  constexpr auto operator()(F) const {
    using named =
        std::conditional_t<Name.view().empty(), detail::operand<"block", F>, detail::operand<"name", F>>;
    return scoped<Name, typename named::type>{};
  }
  constexpr auto operator()(detail::tanh_function) const { return (*this)(tanh_layer{}); }
  constexpr auto operator()(detail::exp_function) const { return (*this)(exp_layer{}); }
  constexpr auto operator()(detail::log_function) const { return (*this)(log_layer{}); }
  /// @}
};
/// name<"stem">(f): f under the name "stem"; its parameters become stem.weight, or stem.0.weight if f is a
/// chain.
template <text Name>
inline constexpr name_function<Name> name{};

/// block(f): f as one numbered element, as a module inside nn.Sequential: its layers are numbered from 0
/// again.
inline constexpr name_function<""> block{};

/// What repeat<...> is.
template <index N, text Prefix, index First>
struct repeat_function {
  /// f N times.
  /// @{
  template <class F>
  constexpr repeated<N, detail::operand_of<"repeat", F>, Prefix, First> operator()(F) const {
    return {};
  }
  constexpr auto operator()(detail::tanh_function) const { return (*this)(tanh_layer{}); }
  constexpr auto operator()(detail::exp_function) const { return (*this)(exp_layer{}); }
  constexpr auto operator()(detail::log_function) const { return (*this)(log_layer{}); }
  /// @}
};
/// repeat<N>(f): f N times, one after the other, each with its own parameters; each is a block(f).
/// repeat<N, "layer", 1>(f): the same under the names layer1, layer2, ...; they count from 0 if nothing is
/// said.
template <index N, text Prefix = "", index First = 0>
inline constexpr repeat_function<N, Prefix, First> repeat{};

}  // namespace layers

namespace detail {
template <text Name>
inline constexpr auto operand_name<layers::name_function<Name>> = text("name<...> without its (layer)");
template <>
inline constexpr auto operand_name<layers::name_function<"">> = text("block without its (layer)");
template <index N, text Prefix, index First>
inline constexpr auto operand_name<layers::repeat_function<N, Prefix, First>> =
    text("repeat<...> without its (layer)");
}  // namespace detail

// The operators are found wherever an operand is: descriptors live in tenon, tenon::layers and tenon::detail.
using layers::operator|;
using layers::operator+;
using layers::operator*;
using layers::operator-;
using layers::operator||;
using layers::operator>>;
using layers::operator<;
namespace detail {
using layers::operator|;
using layers::operator+;
using layers::operator*;
using layers::operator-;
using layers::operator||;
using layers::operator>>;
using layers::operator<;
}  // namespace detail

}  // namespace tenon
