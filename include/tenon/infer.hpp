// F3. Shapes, parameters, multiply-accumulates of every node, or the one rule that is broken.
#pragma once

#include "tenon/infer/move.hpp"
#include "tenon/infer/names.hpp"
#include "tenon/infer/window.hpp"

namespace tenon {
namespace detail {

constexpr void infer_input(inference_context& c, node& n) {
  if (!check_shape_rank(c, n.attr)) return;
  for (int i = 0; i < n.attr.input.rank; ++i)
    c.require_positive(i == 0 ? "first extent" : "spatial extent", n.attr.input.extents[i]);
  n.out = n.attr.input;
}

constexpr void infer_linear(inference_context& c, node& n, const node& in) {
  c.require_positive("number of output features", n.attr.channels);
  if (c.error) return;
  if (in.out.rank != 1) return c.fail(rule::linear_needs_vector, c.from(in));
  const index inputs = in.out.count(), outputs = n.attr.channels;
  n.out = shape(outputs);
  n.macs = inputs * outputs;
  n.connections = n.macs + (n.attr.has_bias ? outputs : 0);
  c.parameters(n, n.connections);
}

constexpr void infer_norm(inference_context& c, node& n, const node& in) {
  const attributes& a = n.attr;
  const index channels = in.out.channels();
  index weights = channels;
  switch (a.kind) {
    case op::batch_norm:
      n.parameters = 2 * channels;
      n.tensor_count = 4 * channels;
      return;
    case op::instance_norm:
      if (in.out.rank == 1) return c.fail(rule::window_after_flatten, c.from(in));
      break;
    case op::group_norm:
      c.require_positive("number of groups", a.groups);
      if (!c.error && channels % a.groups != 0)
        c.fail(rule::input_channels_not_divisible, channels, a.groups, c.from(in));
      break;
    default:  // layer_norm
      if (a.per_position && (a.seen & bit(option::axis)))
        return c.fail(rule::options_exclude, "per_position", "axis");
      if (a.per_position) break;
      n.axis = c.axis_of(a.axis, in);
      weights = 1;
      for (int i = n.axis; i < in.out.rank; ++i) weights *= in.out.extents[i];
      break;
  }
  if (a.affine) c.parameters(n, 2 * weights);
}

/// Can the numbers of the layer stand in its formula?
constexpr void check_numbers(inference_context& c, const attributes& a) {
  const auto require = [&](bool right, std::string_view what, float value, const auto& must) {
    if (!right) c.fail(rule::number_not_allowed, what, decimal(value), must);
  };
  require(a.epsilon >= 0, "epsilon", a.epsilon, "0 or more");
  if (a.kind == op::celu) require(a.alpha != 0, "alpha", a.alpha, "other than 0");
  if (a.kind == op::clip)
    require(a.alpha <= a.beta, "lower bound", a.alpha,
            phrase() << "at most the upper one, " << decimal(a.beta));
  if (a.kind == op::local_response_norm) {
    c.require_positive("number of channels in a window", a.groups);
    require(a.bias > 0, "bias", a.bias, "more than 0");
    require(a.alpha >= 0, "alpha", a.alpha, "0 or more");
  }
}

constexpr void check_formula(inference_context& c, const formula& f) {
  if (f.length == 0) return c.fail(rule::function_without_formula);
  if (f.length > formula::max_length) c.fail(rule::formula_too_long, f.length, formula::max_length);
}

/// Shape and counts of one node, from those before it.
constexpr void infer_node(inference_context& c, node& n) {
  const attributes& a = n.attr;
  if (a.not_taken != option::none)
    return c.fail(rule::option_not_taken,
                  a.not_taken == option::unnamed ? "without a name" : spell(a, a.not_taken),
                  options_taken(a.kind));
  if (a.given_twice != option::none) return c.fail(rule::option_given_twice, spelling(a.given_twice));
  check_numbers(c, a);
  if (a.kind == op::user) check_formula(c, a.user);
  if (c.error) return;
  if (a.kind == op::input) return infer_input(c, n);

  const node& in = c.nodes[n.inputs[0]];
  const node& other = c.nodes[n.inputs[n.inputs[1] < 0 ? 0 : 1]];
  n.out = in.out;
  switch (a.kind) {
    case op::conv:
    case op::local:
      return infer_conv(c, n, in);
    case op::conv_transpose:
      return infer_conv_transpose(c, n, in);
    case op::max_pool:
    case op::avg_pool:
    case op::lp_pool:
      return infer_pool(c, n, in);
    case op::linear:
      return infer_linear(c, n, in);
    case op::global_max_pool:
    case op::global_avg_pool:
    case op::global_lp_pool:
      return infer_global_pool(c, n, in);
    case op::adaptive_avg_pool:
      return infer_adaptive_pool(c, n, in);
    case op::batch_norm:
    case op::instance_norm:
    case op::layer_norm:
    case op::group_norm:
      return infer_norm(c, n, in);
    case op::scale:
    case op::shift:
    case op::prelu:
      return c.parameters(n, in.out.channels());
    case op::softmax:
    case op::log_softmax:
      n.axis = c.axis_of(a.axis, in);
      return;
    case op::flatten:
      n.out = shape(in.out.count());
      return;
    case op::reshape:
      return infer_reshape(c, n, in);
    case op::expand:
      return infer_expand(c, n, in);
    case op::permute:
      return infer_permute(c, n, in);
    case op::squeeze:
      return infer_squeeze(c, n, in);
    case op::slice:
      return infer_slice(c, n, in);
    case op::pad:
      return infer_pad(c, n, in);
    case op::crop:
      return infer_crop(c, n, in);
    case op::upsample:
      return infer_upsample(c, n, in);
    case op::pixel_shuffle:
    case op::pixel_unshuffle:
      return infer_pixel_shuffle(c, n, in);
    case op::channel_shuffle:
      return infer_channel_shuffle(c, n, in);
    case op::add:
    case op::subtract:
    case op::multiply:
    case op::maximum:
      return infer_elementwise(c, n, in, other);
    case op::concat:
      return infer_concat(c, n, in, other);
    default:
      return;  // element by element: nothing changes
  }
}

/// Inference of a graph, node by node in order. The first broken rule ends it.
constexpr void infer_nodes(node* nodes, int count, diagnosis& error) {
  index tensor_offset = 0;
  inference_context c{nodes, error};
  const auto counted = [](index elements) { return phrase() << elements; };
  for (c.id = 0; c.id < count && !error; ++c.id) {
    node& n = nodes[c.id];
    infer_node(c, n);
    if (!error && !n.out.fits()) c.fail(rule::extent_overflow, "its output", phrase() << n.out);
    if (!error && n.tensor_count > max_elements)
      c.fail(rule::extent_overflow, "its weight", counted(n.tensor_count));
    n.tensor_offset = tensor_offset;
    tensor_offset += n.tensor_count;
    if (!error && tensor_offset > max_elements)
      c.fail(rule::extent_overflow, "the sum of all weights up to here", counted(tensor_offset));
  }
}

/// Every node must lead to an output.
template <int Nodes, int Scopes, int Outputs>
constexpr void check_uses(graph<Nodes, Scopes, Outputs>& g) {
  bool used[Nodes]{};
  for (int out : g.outputs) used[out] = true;
  for (int id = Nodes - 1; id >= 0; --id) {
    for (int in : g.nodes[id].inputs)
      if (in >= 0) used[in] = true;
    if (used[id]) continue;
    return g.error.report(rule::unused_branch, id, phrase() << ' ' << g.nodes[id].out);
  }
}

}  // namespace detail

/// The graph with every node's shape, window and counts; or with `error` set.
template <int Nodes, int Scopes, int Outputs>
consteval graph<Nodes, Scopes, Outputs> infer(graph<Nodes, Scopes, Outputs> g) {
  if (g.error) return g;
  detail::infer_nodes(g.nodes, Nodes, g.error);
  if (Nodes == 1) g.error.report(rule::no_layers, -1, spell(g.nodes[0].attr));
  if (!g.error) detail::check_uses(g);
  if (!g.error) detail::check_names(g);
  if (!g.error) detail::check_inputs(g);
  return g;
}

/// The one sentence that a wrong model gives:
///   tenon: layer 5 "conv2" (conv<16, 5>): the kernel spans 5x5 but the padded feature map is only 4x4 (...)
constexpr sentence explain_error(graph_view g, const diagnosis& error) {
  sentence out;
  out << "tenon: ";
  if (error.node >= 0) {
    // Padding that is a node of its own speaks for the layer behind it.
    const node& n = g.nodes[error.node + (g.nodes[error.node].pads ? 1 : 0)];
    if (n.layer >= 0) {
      const sentence path = path_of(g, error.node);
      out << "layer " << n.layer;
      if (path.view() != (phrase() << n.layer).view()) out << " \"" << path << '"';
      out << " (" << spell(n.attr) << "): ";
    } else if (n.attr.kind == op::input) {
      out << detail::giver(n) << " (" << spell(n.attr) << "): ";
    } else {
      constexpr std::string_view names[] = {"addition", "subtraction", "product", "maximum", "concatenation"};
      out << "the " << names[static_cast<int>(n.attr.kind) - static_cast<int>(op::add)] << ": ";
    }
  }
  return out << fill(entry_of(error.broken), error.args);
}

}  // namespace tenon
