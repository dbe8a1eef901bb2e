// F3. What theory says of a network, as constants: is it linear, does it commute with translations.
#pragma once

#include "tenon/receptive_field.hpp"

namespace tenon {
namespace detail {

/// A function of the inputs: linear, linear and a constant, or neither.
enum class degree : unsigned char { linear, affine, other };

/// What a layer makes of an operand of some degree, whatever its parameters are.
constexpr degree degree_of(const node& n) {
  const attributes& a = n.attr;
  switch (a.kind) {
    case op::conv:
    case op::conv_transpose:
    case op::local:
    case op::linear:
      return a.has_bias ? degree::affine : degree::linear;
    case op::batch_norm:
    case op::shift:
      return degree::affine;
    case op::pad:
      return a.beyond == edge::zeros && !n.pads && a.alpha != 0 ? degree::affine : degree::linear;
    case op::add_constant:
      return a.alpha != 0 ? degree::affine : degree::linear;
    case op::input:
    case op::avg_pool:
    case op::global_avg_pool:
    case op::adaptive_avg_pool:
    case op::scale:
    case op::multiply_by:
    case op::flatten:
    case op::reshape:
    case op::expand:
    case op::permute:
    case op::squeeze:
    case op::slice:
    case op::crop:
    case op::upsample:
    case op::pixel_shuffle:
    case op::pixel_unshuffle:
    case op::channel_shuffle:
    case op::dropout:
    case op::identity:
    case op::add:
    case op::subtract:
    case op::concat:
      return degree::linear;
    default:
      return degree::other;
  }
}

/// Every layer leads to an output, so the worst one decides.
constexpr degree degree_of(graph_view network) {
  degree worst = degree::linear;
  for (const node& n : network.nodes)
    if (degree_of(n) > worst) worst = degree_of(n);
  return worst;
}

/// What happens to a feature map z when the input moves cyclically by `step` elements along one axis: with z~
/// the function of which z is a part, and which repeats itself after `period` elements if that is not 0,
///   z'(i) = z~(i - moves)  wherever z or the period says what z~(i - moves) is
/// A map that does not change at all has `moves` 0.
struct motion {
  bool known = true;
  index step = 1, moves = 0, period = 0;

  constexpr bool still() const { return known && moves == 0; }
  /// Is a map of this extent so many whole rings?
  constexpr bool closed(index extent) const { return known && period > 0 && extent % period == 0; }
};
inline constexpr motion lost{.known = false};

constexpr index common_multiple(index a, index b) {
  index x = a, y = b;
  while (y != 0) {
    const index rest = x % y;
    x = y, y = rest;
  }
  return a / x * b;
}

constexpr motion reduced(motion m) {
  if (m.period > 0) m.moves %= m.period;
  return m.step > max_elements || m.moves > max_elements ? lost : m;
}
/// Every `stride`-th element is kept.
constexpr motion thinned(motion m, index stride) {
  const index whole = common_multiple(m.moves, stride);
  return reduced(
      {true, m.step * (whole / m.moves), whole / stride, m.period % stride == 0 ? m.period / stride : 0});
}
/// Each element becomes `factor` ones.
constexpr motion refined(motion m, index factor) {
  return reduced({true, m.step, m.moves * factor, m.period * factor});
}

/// Two maps that are joined element by element, or along another axis.
constexpr motion both(motion a, motion b) {
  if (!a.known || !b.known) return lost;
  const index step = common_multiple(a.step, b.step);
  a.moves *= step / a.step, b.moves *= step / b.step;
  a.step = b.step = step;
  if (b.moves == 0) return reduced(a);
  if (a.moves == 0) return reduced(b);
  if (a.moves != b.moves) return lost;
  if (a.period != b.period) a.period = 0;
  return reduced(a);
}

/// A window whose outputs all see the feature map and nothing beyond it.
constexpr motion moved_by_window(const node& n, index in, int axis, motion m) {
  const window& w = n.win;
  const index out = n.out.spatial(axis), span = dilated_extent(w.kernel[axis], w.dilation[axis]);
  if (n.attr.kind == op::local || n.attr.untied_bias) return lost;
  if (w.pad_lo[axis] != 0 || w.pad_hi[axis] != 0) return lost;
  if ((out - 1) * w.stride[axis] + span > in) return lost;  // hangs over: ceil_mode
  return thinned(m, w.stride[axis]);
}

/// The motion of a layer's output along an axis, from that of its operand.
constexpr motion moved(const node& n, const shape& from, int axis, motion m) {
  if (!m.known || m.moves == 0) return m;  // of what does not change nothing is made that changes
  const attributes& a = n.attr;
  if (axis + 1 >= n.out.rank || becomes(n, from, axis + 1) != axis + 1) return lost;
  const index in = from.spatial(axis), out = n.out.spatial(axis);
  switch (a.kind) {
    case op::conv:
    case op::local:
    case op::max_pool:
    case op::avg_pool:
    case op::lp_pool:
      return moved_by_window(n, in, axis, m);
    case op::conv_transpose: {
      const window& w = n.win;
      const index span = dilated_extent(w.kernel[axis], w.dilation[axis]), lo = w.pad_lo[axis];
      const bool inside = lo >= span - w.stride[axis] && out + lo <= in * w.stride[axis];
      return inside ? refined(m, w.stride[axis]) : lost;
    }
    case op::pad:
      if (n.win.pad_lo[axis] == 0 && n.win.pad_hi[axis] == 0) return m;
      return a.beyond == edge::cyclic && m.closed(in) ? m : lost;
    case op::global_max_pool:
    case op::global_avg_pool:
    case op::global_lp_pool:
      return m.closed(in) ? motion{true, m.step, 0, 0} : lost;
    case op::instance_norm:
    case op::group_norm:
      return m.closed(in) ? m : lost;
    case op::layer_norm:
      if (a.per_position || axis + 1 < n.axis) return m;
      return !a.affine && m.closed(in) ? m : lost;
    case op::softmax:
    case op::log_softmax:
      return axis + 1 != n.axis || m.closed(in) ? m : lost;
    case op::adaptive_avg_pool:
      if (in % out == 0) return thinned(m, in / out);
      return out % in == 0 ? refined(m, out / in) : lost;
    case op::upsample:
      if (a.kernel.at(axis) == 1) return m;
      return a.between == interpolation::nearest ? refined(m, a.kernel.at(axis)) : lost;
    case op::pixel_shuffle:
      return refined(m, a.groups);
    case op::pixel_unshuffle:
      return thinned(m, a.groups);
    case op::slice:
      if (axis + 1 != n.axis) return m;
      return a.step > 0 && a.step <= max_elements ? thinned(m, a.step) : lost;
    case op::concat:
      return axis + 1 == n.axis ? lost : m;
    case op::expand:
    case op::subtract:
    case op::multiply:
    case op::maximum:
      return in == 1 && out > 1 ? lost : m;
    default:
      return m;
  }
}

/// The motion of an output when every input moves along one axis.
constexpr motion motion_of(graph_view network, int output, int axis) {
  std::vector<motion> motions;
  for (const node& n : network.nodes) {
    motion m;
    if (n.attr.kind == op::input) {
      if (axis < n.out.spatial_rank()) m = reduced({true, 1, 1, n.out.spatial(axis)});
    } else {
      const auto operand = [&](int in) {
        return moved(n, network.nodes[static_cast<std::size_t>(in)].out, axis,
                     motions[static_cast<std::size_t>(in)]);
      };
      m = operand(n.inputs[0]);
      if (n.inputs[1] >= 0) m = both(m, operand(n.inputs[1]));
    }
    motions.push_back(m);
  }
  return motions[static_cast<std::size_t>(network.outputs[static_cast<std::size_t>(output)])];
}

}  // namespace detail

/// How an output y = G(x) of a network commutes with translations, whatever its parameters are. With T the
/// cyclic shift of all inputs by `stride` elements along a spatial axis, G(T x)(o) = G(x)(o - shift) for
/// every output position o for which o - shift lies in the map; if `cyclic`, for every o, with o - shift
/// taken modulo the extent, so that G(T x) = T' G(x). A shift of 0 means that the output does not change.
///
/// The claim is made where it can be proved layer by layer: windows that stay within the feature map, or
/// whose padding is cyclic on a whole ring; layers that look at one position; and those that look at all, on
/// a whole ring. Padding with zeros breaks it at the edge, parameters of their own for each position break it
/// everywhere, and a vector has no positions: G of a classifier is invariant if what comes before its flatten
/// is. Inputs without the axis stay as they are. Not claimed: of layers that exchange axes.
struct equivariance {
  bool holds = false;   ///< along every spatial axis of the first input
  bool cyclic = false;  ///< T is taken modulo the extent
  extents stride;       ///< for each axis: elements of the input
  extents shift;        ///< and elements of the output

  /// The same in all of it.
  friend constexpr bool operator==(const equivariance&, const equivariance&) = default;
};

/// Of output number `output`.
constexpr equivariance equivariance_of(graph_view network, int output = 0) {
  equivariance e;
  const int rank = network.nodes[0].out.spatial_rank();
  const shape& out =
      network.nodes[static_cast<std::size_t>(network.outputs[static_cast<std::size_t>(output)])].out;
  e.stride.count = e.shift.count = rank;
  e.holds = e.cyclic = rank > 0;
  for (int axis = 0; axis < rank; ++axis) {
    const detail::motion m = detail::motion_of(network, output, axis);
    if (!m.known) return {};
    e.cyclic = e.cyclic && (m.still() || m.closed(out.spatial(axis)));
    e.stride.values[axis] = m.step;
    e.shift.values[axis] = m.moves;
  }
  return e;
}

namespace detail {

/// Stands for a property of a wrong network, which has its error: true, and its opposite, too.
struct unknown_truth {
  constexpr explicit operator bool() const { return true; }
  constexpr bool operator!() const { return true; }
};

template <class M, class Property>
consteval auto if_right(Property property) {
  if constexpr (M::network.error)
    return unknown_truth{};
  else
    return property(M::network.view());
}

template <class Property>
constexpr bool all_outputs(graph_view network, Property property) {
  for (int i = 0; i < static_cast<int>(network.outputs.size()); ++i)
    if (!property(equivariance_of(network, i))) return false;
  return true;
}

}  // namespace detail

/// G(a x + b y) = a G(x) + b G(y) for all inputs and whatever the parameters are: every layer is linear, and
/// none adds a bias. (One whose parameters happen to make it linear, such as a prelu with slopes of 1, is
/// not counted.)
template <class M>
inline constexpr auto is_linear = detail::if_right<M>([](graph_view network) {
  return detail::degree_of(network) == detail::degree::linear;
});

/// G(x) = L(x) + c with L linear, whatever the parameters are: biases and batch norms are allowed.
template <class M>
inline constexpr auto is_affine = detail::if_right<M>([](graph_view network) {
  return detail::degree_of(network) != detail::degree::other;
});

/// Do all outputs of M commute with translations, in the sense of `equivariance`?
template <class M>
inline constexpr auto is_translation_equivariant = detail::if_right<M>([](graph_view network) {
  return detail::all_outputs(network, [](const equivariance& e) { return e.holds; });
});

/// Does translation of the input by any number of elements leave all outputs as they are?
template <class M>
inline constexpr auto is_translation_invariant = detail::if_right<M>([](graph_view network) {
  return detail::all_outputs(network, [](const equivariance& e) {
    bool invariant = e.holds;
    for (int axis = 0; axis < e.shift.count; ++axis)
      invariant = invariant && e.shift.values[axis] == 0 && e.stride.values[axis] == 1;
    return invariant;
  });
});

/// Input elements by which the input moves along each axis when the first output moves by the shift of
/// `equivariance`, which is 1 if no layer raises the resolution.
template <class M>
inline constexpr extents equivariance_stride = [] {
  if constexpr (M::network.error)
    return extents{};
  else
    return equivariance_of(M::network.view()).stride;
}();

}  // namespace tenon
