// F3. Expression -> graph: from types to plain constant data, once.
#pragma once

#include <span>

#include "tenon/diagnostic.hpp"
#include "tenon/layers/operators.hpp"

namespace tenon {

/// The window of a layer in full, axis by axis; axes the feature map does not have are 1 wide and unpadded.
struct window {
  index kernel[max_spatial_rank]{1, 1, 1};
  index stride[max_spatial_rank]{1, 1, 1};
  index dilation[max_spatial_rank]{1, 1, 1};
  index pad_lo[max_spatial_rank]{};
  index pad_hi[max_spatial_rank]{};

  constexpr bool padded() const {
    for (int a = 0; a < max_spatial_rank; ++a)
      if (pad_lo[a] != 0 || pad_hi[a] != 0) return true;
    return false;
  }
};

/// Elements of the network's input that one element sees along each axis: the first element of a feature map
/// sees `extent` of them from `begin` on, its neighbour the same `jump` further. Elements beyond the edge
/// count, so a field can begin before the input and be larger than it.
struct field {
  index begin[max_spatial_rank]{};
  index extent[max_spatial_rank]{1, 1, 1};
  index jump[max_spatial_rank]{1, 1, 1};
  index positions[max_spatial_rank]{1, 1, 1};  // of the last feature map; a flatten keeps them
};

/// One layer of the network. Nodes are in the order written, which is an order of evaluation.
struct node {
  attributes attr;
  int inputs[2]{-1, -1};  // node numbers; the second is used by `add`
  int scope = 0;
  std::string_view label;  // the user's name, or empty
  int number = 0;          // position among the elements of its scope, as nn.Sequential numbers them
  int layer = -1;          // position among all layers, from 0; -1 for the input and for additions

  // filled by inference
  shape out;
  window win;
  field sees;
  index groups = 1;
  index macs = 0;           // multiply-accumulates for one input
  index parameters = 0;     // trained numbers, as PyTorch counts them: without running_mean and running_var
  index tensor_offset = 0;  // where this node's tensors start among all tensors, in elements
  index tensor_count = 0;   // elements of this node's tensors
};

/// A part of the network with names of its own: the model itself, name<"...">(f), block(f).
struct scope {
  int parent = -1;
  std::string_view label;  // empty: shown as its number
  int number = 0;
  int elements = 0;  // elements numbered so far
};

/// Read access to a graph of any number of nodes.
struct graph_view {
  std::span<const node> nodes;
  std::span<const scope> scopes;
};

template <int Nodes, int Scopes>
struct graph {
  node nodes[Nodes];
  scope scopes[Scopes];
  diagnosis error;

  constexpr graph_view view() const { return {nodes, scopes}; }
};

namespace detail {

/// Writes nodes and scopes into the arrays of a graph.
struct graph_builder {
  node* nodes;
  scope* scopes;
  diagnosis* error;
  int node_count = 0;
  int scope_count = 1;
  int layer_count = 0;

  template <class... Words>
  constexpr void fail(rule broken, int at, const Words&... words) {
    if (*error) return;
    error->broken = broken;
    error->node = at;
    int i = 0;
    ((error->args[i++] << words), ...);
  }

  constexpr int add_layer(const attributes& attr, int in, int scope, std::string_view label) {
    const int id = node_count++;
    node& n = nodes[id];
    n.attr = attr;
    n.scope = scope;
    n.label = label;
    n.inputs[0] = in;
    if (attr.kind == op::input) {
      if (in >= 0 || id > 0) fail(rule::input_not_first, id);
      return id;
    }
    if (in < 0) fail(rule::missing_input, -1);
    n.number = scopes[scope].elements++;
    n.layer = layer_count++;
    return id;
  }
  constexpr int add_sum(int a, int b, int scope) {
    const int id = node_count++;
    nodes[id].attr = attributes(op::add);
    nodes[id].inputs[0] = a;
    nodes[id].inputs[1] = b;
    nodes[id].scope = scope;
    return id;
  }
  constexpr int open(int parent, std::string_view label) {
    const int id = scope_count++;
    scopes[id] = {parent, label, scopes[parent].elements++, 0};
    return id;
  }
};

template <class E>
struct flatten;

/// Nodes and scopes that E will take, and how it is written into a graph: `append` returns the node of E's
/// output.
template <Layer L>
struct flatten<L> {
  static constexpr index nodes = 1, scopes = 0;
  static constexpr int append(graph_builder& b, int in, int scope, std::string_view label = {}) {
    return b.add_layer(L::attr, in, scope, label);
  }
};

template <class... Fs>
struct flatten<chain<Fs...>> {
  static constexpr index nodes = (flatten<Fs>::nodes + ...), scopes = (flatten<Fs>::scopes + ...);
  static constexpr int append(graph_builder& b, int in, int scope) {
    ((in = flatten<Fs>::append(b, in, scope)), ...);
    return in;
  }
};

template <class... Fs>
struct flatten<sum<Fs...>> {
  static constexpr index nodes = (flatten<Fs>::nodes + ...) + index(sizeof...(Fs)) - 1,
                         scopes = (flatten<Fs>::scopes + ...);
  static constexpr int append(graph_builder& b, int in, int scope) {
    const int outs[] = {flatten<Fs>::append(b, in, scope)...};
    int total = outs[0];
    for (std::size_t i = 1; i < sizeof...(Fs); ++i) total = b.add_sum(total, outs[i], scope);
    return total;
  }
};

template <text Name, class F>
struct flatten<scoped<Name, F>> {
  static constexpr index nodes = flatten<F>::nodes, scopes = flatten<F>::scopes + (Layer<F> ? 0 : 1);
  static constexpr int append(graph_builder& b, int in, int scope) {
    if constexpr (Layer<F>)
      return flatten<F>::append(b, in, scope, Name.view());
    else
      return flatten<F>::append(b, in, b.open(scope, Name.view()));
  }
};

template <index N, class F>
struct flatten<repeated<N, F>> {
  using block = scoped<"", F>;
  /// N times a count; what is too much stays too much, and no product overflows.
  static constexpr index times(index count) {
    const index copies = N < 1 ? 1 : N < max_elements ? N : max_elements;
    return count * copies < max_elements ? count * copies : max_elements;
  }
  static constexpr index nodes = times(flatten<block>::nodes), scopes = times(flatten<block>::scopes);
  static constexpr int append(graph_builder& b, int in, int scope) {
    if (N < 1) b.fail(rule::not_positive, b.node_count, "number of repetitions", N);
    for (index i = 0; i < (N < 1 ? 1 : N); ++i) in = flatten<block>::append(b, in, scope);
    return in;
  }
};

constexpr sentence& append_label(sentence& out, std::string_view label, int number) {
  return label.empty() ? out << number : out << label;
}

/// The dotted name of a scope with a dot at its end; empty for the model itself.
constexpr sentence path_to(graph_view g, int scope_id) {
  if (scope_id == 0) return {};
  const scope& s = g.scopes[scope_id];
  sentence out = path_to(g, s.parent);
  return append_label(out, s.label, s.number) << '.';
}

}  // namespace detail

/// Layers and additions of the largest model. Compilers bound the work of one constant expression; what is
/// larger than this would end there, with a message about that bound.
inline constexpr index max_nodes = 1024;

/// The graph of an expression, without shapes yet; `infer` fills them in.
template <Expression E>
consteval auto make_graph() {
  using flat = detail::flatten<E>;
  constexpr bool fits = flat::nodes <= max_nodes;
  graph<fits ? int(flat::nodes) : 1, fits ? int(flat::scopes) + 1 : 1> g{};
  detail::graph_builder builder{g.nodes, g.scopes, &g.error};
  if constexpr (fits)
    flat::append(builder, -1, 0);
  else
    builder.fail(rule::too_many_layers, -1, flat::nodes, max_nodes);
  return g;
}

/// The dotted name of a node, under which its parameters are found: "layer1.0.conv1".
constexpr sentence path_of(graph_view g, int id) {
  sentence out = detail::path_to(g, g.nodes[id].scope);
  return detail::append_label(out, g.nodes[id].label, g.nodes[id].number);
}

}  // namespace tenon
