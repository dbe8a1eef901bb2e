// The slow twin: every layer as its textbook loop over the graph, usable in constant expressions.
// It sees the network as written, not the plan: nothing is folded, fused or laid out. Kernels are held
// against it. Feature maps are in natural order: channels, then positions, the last axis fastest (NCHW).
#pragma once

#include "tenon/reference/activation.hpp"
#include "tenon/reference/move.hpp"
#include "tenon/reference/norm.hpp"
#include "tenon/reference/window.hpp"

namespace tenon {
namespace detail {

/// Layers that read sums unfinished: they may be folded into the sum before them, or change nothing.
constexpr bool reads_sums(op kind) {
  return kind == op::batch_norm || kind == op::add || kind == op::identity || kind == op::dropout ||
         kind == op::flatten || kind == op::reshape || kind == op::squeeze;
}

/// y[o] = bias[o] + sum over i of w[o][i] * x[i]. Source: torch.nn.Linear; ONNX operator Gemm, transB = 1.
template <class T>
constexpr feature_map<T> linear(const layer_inputs<T>& l) {
  const index inputs = l.x.extents.count(), outputs = l.n.out.count();
  return l.each_element([&](index o, const position&) {
    T sum = l.n.attr.has_bias ? l.tensor(outputs * inputs + o) : T(0);
    for (index i = 0; i < inputs; ++i) sum = sum + l.tensor(o * inputs + i) * l.x[i];
    return sum;
  });
}

/// One layer of a network on its inputs.
template <class T>
constexpr feature_map<T> apply(const layer_inputs<T>& l) {
  using arithmetic::maximum, arithmetic::minimum;
  switch (l.n.attr.kind) {
    case op::conv:
    case op::local:
      return conv(l);
    case op::conv_transpose:
      return conv_transpose(l);
    case op::linear:
      return linear(l);
    case op::max_pool:
      return max_pool(l);
    case op::avg_pool:
      return avg_pool(l);
    case op::lp_pool:
      return lp_pool(l);
    case op::global_max_pool:
    case op::global_avg_pool:
    case op::global_lp_pool:
      return global_pool(l);
    case op::adaptive_avg_pool:
      return adaptive_avg_pool(l);
    case op::batch_norm:
      return batch_norm(l);
    case op::instance_norm:
    case op::layer_norm:
    case op::group_norm:
      return normalise(l);
    case op::local_response_norm:
      return local_response_norm(l);
    case op::scale:
      return l.each_in_place([&](const T& x, index c) { return x * l.tensor(c); });
    case op::shift:
      return l.each_in_place([&](const T& x, index c) { return x + l.tensor(c); });
    case op::prelu:
      return l.each_in_place(
          [&](const T& x, index c) { return maximum(x, T(0)) + l.tensor(c) * minimum(x, T(0)); });
    case op::softmax:
    case op::log_softmax:
      return softmax(l);
    case op::pad:
    case op::crop:
      return pad(l);
    case op::upsample:
      return upsample(l);
    case op::permute:
    case op::slice:
    case op::expand:
    case op::pixel_shuffle:
    case op::pixel_unshuffle:
    case op::channel_shuffle:
      return move(l);
    case op::add:
    case op::subtract:
    case op::multiply:
    case op::maximum:
      return join(l);
    case op::concat:
      return concat(l);
    default:  // activations, and what changes no element: flatten, reshape, squeeze, identity, dropout
      return l.each_in_place([&](const T& x, index) { return activated(l.n.attr, x); });
  }
}

}  // namespace detail

/// The outputs of a network one behind the other, every operation in T: float, double, or a number type with
/// overloads of what tenon::arithmetic names. `weights` are all tensors of the network one behind the other,
/// as in weights<M>::values(); `input` holds all inputs one behind the other, in the order in which they
/// stand in the expression. All in natural order. Allocates; nothing is checked but the network itself.
template <class T>
constexpr std::vector<T> reference(graph_view network, std::span<const float> weights,
                                   std::span<const float> input) {
  using arithmetic::finished;
  using map = detail::feature_map<T>;
  std::vector<map> values;
  for (const node& n : network.nodes) {
    if (n.attr.kind == op::input) {
      const auto count = static_cast<std::size_t>(n.out.count());
      values.push_back({n.out, std::vector<T>(input.begin(), input.begin() + n.out.count())});
      input = input.subspan(count);
      continue;
    }
    const auto tensors =
        weights.subspan(static_cast<std::size_t>(n.tensor_offset), static_cast<std::size_t>(n.tensor_count));
    const auto operand = [&](int i) {
      map x = values[static_cast<std::size_t>(n.inputs[i])];
      if (!detail::reads_sums(n.attr.kind))
        for (T& element : x.elements) element = finished(element);
      return x;
    };
    const map x = operand(0);
    map other;
    if (n.inputs[1] >= 0) other = operand(1);
    values.push_back(detail::apply(detail::layer_inputs<T>{n, tensors, x, other}));
  }
  std::vector<T> all;
  for (int out : network.outputs)
    for (const T& element : values[static_cast<std::size_t>(out)].elements) all.push_back(element);
  return all;
}

}  // namespace tenon
