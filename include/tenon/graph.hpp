// F3. Expression -> graph: from types to plain constant data, once.
#pragma once

#include <initializer_list>
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
/// sees `extent` of them from `begin` on, its neighbour the same `jump` further; a jump of 0 says that all
/// see the same. Elements beyond the edge count, so a field can begin before the input and be larger than it.
/// Where a layer raises the resolution, neighbours see fields of different places and extents: the field is
/// one that holds them all, and `jump` is rounded up to at least 1.
struct field {
  index begin[max_spatial_rank]{};
  index extent[max_spatial_rank]{1, 1, 1};
  index jump[max_spatial_rank]{1, 1, 1};
  index positions[max_spatial_rank]{1, 1, 1};  // of the last feature map; a flatten keeps them
};

/// One layer of the network. Nodes are in the order written, which is an order of evaluation.
struct node {
  attributes attr;
  static constexpr int max_inputs = 2;
  int inputs[max_inputs]{-1, -1};  // node numbers; the second is used where feature maps are joined
  int scope = 0;
  std::string_view label;  // the user's name, or empty
  int number = 0;          // position among the elements of its scope, as nn.Sequential numbers them
  int layer = -1;          // position among all layers, from 0; -1 for inputs and where maps are joined
  bool pads = false;       // the padding of the next node, which is a layer whose padding is not zeros

  // filled by inference
  shape out;
  window win;
  field sees;
  index groups = 1;
  int axis = 0;             // of a slice or concatenation, counted from 0
  index begin = 0;          // of a slice: its first element
  index macs = 0;           // multiply-accumulates for one input
  index parameters = 0;     // trained numbers, as PyTorch counts them: without running_mean and running_var
  index connections = 0;    // multiply-accumulates and biases: one for each use of a trained number
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
  std::span<const int> outputs;  // node numbers; one, and the last node, in most networks
};

template <int Nodes, int Scopes, int Outputs = 1>
struct graph {
  node nodes[Nodes];
  scope scopes[Scopes];
  int outputs[Outputs]{};  // node numbers
  diagnosis error;

  constexpr graph_view view() const { return {nodes, scopes, outputs}; }
};

namespace detail {

/// A name given to a feature map.
struct tag_record {
  std::string_view label;
  int node = -1, scope = 0;
};

/// Writes nodes, scopes and outputs into the arrays of a graph.
struct graph_builder {
  /// What stands for the operand of an expression where there is none: before the input, after the outputs.
  static constexpr int nothing = -1, ended = -2;

  node* nodes;
  scope* scopes;
  int* outputs;
  tag_record* tags;
  diagnosis* error;
  int node_count = 0;
  int scope_count = 1;
  int layer_count = 0;
  int output_count = 0;
  int tag_count = 0;
  std::string_view recalled_early{};  // a tag that was not there when it was asked for

  template <class... Words>
  constexpr void fail(rule broken, int at, const Words&... words) {
    if (*error) return;
    error->broken = broken;
    error->node = at;
    int i = 0;
    ((error->args[i++] << words), ...);
  }

  constexpr int add_layer(const attributes& attr, int in, int scope, std::string_view label) {
    if (attr.kind != op::input && attr.beyond != edge::zeros && attr.kind != op::pad)
      in = add_padding(attr, in, scope, label);
    const int id = node_count++;
    node& n = nodes[id];
    n.attr = attr;
    n.scope = scope;
    n.label = label;
    if (attr.kind == op::input) return id;
    n.inputs[0] = in;
    check_operand(in, id);
    n.number = scopes[scope].elements++;
    n.layer = layer_count++;
    return id;
  }
  constexpr void check_operand(int in, int id) {
    if (in == nothing)
      fail(rule::missing_input, -1);
    else if (in == ended)
      fail(rule::outputs_not_last, id);
  }
  /// Padding that is not made of zeros is a node of its own, in front of its layer and under its name.
  constexpr int add_padding(const attributes& attr, int in, int scope, std::string_view label) {
    const int id = node_count++;
    node& n = nodes[id];
    n.attr = attr;
    n.attr.kind = op::pad;
    n.attr.alpha = 0;
    n.scope = scope;
    n.label = label;
    n.inputs[0] = in;
    n.number = scopes[scope].elements;
    n.layer = layer_count;
    n.pads = true;
    return id;
  }
  constexpr int add_join(op kind, int axis, int a, int b, int scope) {
    const int id = node_count++;
    nodes[id].attr = attributes(kind);
    nodes[id].attr.axis = axis;
    nodes[id].inputs[0] = a;
    nodes[id].inputs[1] = b;
    nodes[id].scope = scope;
    check_operand(a, id);
    check_operand(b, id);
    return id;
  }
  constexpr int open(int parent, std::string_view label) {
    const int id = scope_count++;
    scopes[id] = {parent, label, scopes[parent].elements++, 0};
    return id;
  }

  constexpr int set_tag(std::string_view label, int in, int scope) {
    check_operand(in, -1);
    for (int t = 0; t < tag_count; ++t)
      if (tags[t].label == label && tags[t].scope == scope) fail(rule::tag_used_twice, -1, label);
    tags[tag_count++] = {label, in, scope};
    return in;
  }
  /// The node of the tag as seen from `scope`; -1 after an error.
  constexpr int find_tag(std::string_view label, int scope) {
    for (int around = scope; around >= 0; around = scopes[around].parent)
      for (int t = 0; t < tag_count; ++t)
        if (tags[t].label == label && tags[t].scope == around) return tags[t].node;
    for (int t = tag_count - 1; t >= 0; --t)
      if (tags[t].label == label) return tags[t].node;
    if (recalled_early.empty()) recalled_early = label;
    return node_count > 0 ? 0 : nothing;
  }
  /// What the tags that are there are called.
  constexpr phrase known_tags() const {
    phrase out;
    for (int t = 0; t < tag_count; ++t) out << (t > 0 ? ", \"" : "\"") << tags[t].label << '"';
    return tag_count == 0 ? phrase() << "none" : out;
  }
  /// After the last layer: was every tag that was recalled set before?
  constexpr void check_tags() {
    if (recalled_early.empty()) return;
    for (int t = 0; t < tag_count; ++t)
      if (tags[t].label == recalled_early)
        error->broken = rule::none, fail(rule::tag_recalled_before, -1, recalled_early);
    if (error->broken != rule::tag_recalled_before) {
      error->broken = rule::none;
      fail(rule::unknown_tag, -1, recalled_early, known_tags());
    }
  }
};

template <class E>
struct flatten;

/// What an expression takes of each array of a graph.
struct room {
  index nodes = 0, scopes = 0, outputs = 0, tags = 0;

  friend constexpr room operator+(room a, room b) {
    return {a.nodes + b.nodes, a.scopes + b.scopes, a.outputs + b.outputs, a.tags + b.tags};
  }
};

/// Not a fold expression: Clang bounds its length.
constexpr room sum_of(std::initializer_list<room> parts) {
  room sum;
  for (const room& part : parts) sum = sum + part;
  return sum;
}

/// How much room E takes in a graph, and how it is written into one: `append` returns the node of E's output.
template <Layer L>
struct flatten<L> {
  static constexpr bool pads = L::attr.beyond != edge::zeros && L::attr.kind != op::pad;
  static constexpr room takes{.nodes = pads ? 2 : 1};
  static constexpr int append(graph_builder& b, int in, int scope, std::string_view label = {}) {
    return b.add_layer(L::attr, in, scope, label);
  }
};

/// Expressions that do not look at what comes before them.
template <class E>
inline constexpr bool is_input = false;
template <Layer L>
inline constexpr bool is_input<L> = L::attr.kind == op::input;
template <text Name, class F>
inline constexpr bool is_input<scoped<Name, F>> = is_input<F>;

template <class F, class... Fs>
struct flatten<chain<F, Fs...>> {
  static constexpr room takes = sum_of({flatten<F>::takes, flatten<Fs>::takes...});
  static constexpr int append(graph_builder& b, int in, int scope) {
    in = flatten<F>::append(b, in, scope);
    const int outs[] = {in, in = next<Fs>(b, in, scope)...};
    return outs[sizeof...(Fs)];
  }
  template <class G>
  static constexpr int next(graph_builder& b, int in, int scope) {
    if constexpr (is_input<G>) b.fail(rule::input_not_first, b.node_count);
    return flatten<G>::append(b, in, scope);
  }
};

/// Joins of several feature maps are made of joins of two.
template <op Kind, int Axis, class... Fs>
struct flatten_join {
  static constexpr room takes = sum_of({flatten<Fs>::takes..., room{.nodes = index(sizeof...(Fs)) - 1}});
  static constexpr int append(graph_builder& b, int in, int scope) {
    const int outs[] = {flatten<Fs>::append(b, in, scope)...};
    int total = outs[0];
    for (std::size_t i = 1; i < sizeof...(Fs); ++i) total = b.add_join(Kind, Axis, total, outs[i], scope);
    return total;
  }
};
template <op Kind, class... Fs>
struct flatten<joined<Kind, Fs...>> : flatten_join<Kind, 0, Fs...> {};
template <int Axis, class... Fs>
struct flatten<concatenated<Axis, Fs...>> : flatten_join<op::concat, Axis, Fs...> {};

template <text Name>
struct flatten<tagged<Name>> {
  static constexpr room takes{.tags = 1};
  static constexpr int append(graph_builder& b, int in, int scope) {
    return b.set_tag(Name.view(), in, scope);
  }
};
template <text Name>
struct flatten<recalled<Name>> {
  static constexpr room takes{};
  static constexpr int append(graph_builder& b, int, int scope) { return b.find_tag(Name.view(), scope); }
};

template <class... Fs>
struct flatten<results<Fs...>> {
  static constexpr room takes = sum_of({flatten<Fs>::takes..., room{.outputs = index(sizeof...(Fs))}});
  static constexpr int append(graph_builder& b, int in, int scope) {
    const int outs[] = {flatten<Fs>::append(b, in, scope)...};
    if (b.output_count > 0 || scope != 0) b.fail(rule::outputs_not_last, -1);
    for (int out : outs) b.outputs[b.output_count++] = out;
    return graph_builder::ended;
  }
};

/// F under a label, or as one numbered element if that is empty.
template <class F>
struct flatten_part {
  static constexpr room takes = flatten<F>::takes + room{.scopes = Layer<F> ? 0 : 1};
  static constexpr int append(graph_builder& b, int in, int scope, std::string_view label) {
    if constexpr (Layer<F>)
      return flatten<F>::append(b, in, scope, label);
    else
      return flatten<F>::append(b, in, b.open(scope, label));
  }
};

template <text Name, class F>
struct flatten<scoped<Name, F>> {
  static constexpr room takes = flatten_part<F>::takes;
  static constexpr int append(graph_builder& b, int in, int scope) {
    return flatten_part<F>::append(b, in, scope, Name.view());
  }
};

/// The names of copies; their characters live as long as the program.
template <index N, text Prefix, index First>
struct copy_names {
  basic_sentence<sizeof Prefix.chars + 20> names[N];

  constexpr copy_names() {
    for (index i = 0; i < N; ++i) names[i] << Prefix.view() << First + i;
  }
};
template <index N, text Prefix, index First>
inline constexpr copy_names<N, Prefix, First> names_of_copies{};

template <index N, class F, text Prefix, index First>
struct flatten<repeated<N, F, Prefix, First>> {
  using part = flatten_part<F>;
  /// N times a count; what is too much stays too much, and no product overflows.
  static constexpr index times(index count) {
    const index copies = N < 1 ? 1 : N < max_elements ? N : max_elements;
    return count * copies < max_elements ? count * copies : max_elements;
  }
  static constexpr room one = part::takes;
  static constexpr room takes{times(one.nodes), times(one.scopes), one.outputs, times(one.tags)};
  static constexpr int append(graph_builder& b, int in, int scope) {
    if (N < 1) b.fail(rule::not_positive, b.node_count, "number of repetitions", N);
    constexpr index copies = N < 1 ? 1 : N;
    for (index i = 0; i < copies; ++i) {
      if constexpr (Prefix.view().empty())
        in = part::append(b, in, scope, {});
      else
        in = part::append(b, in, scope, names_of_copies<copies, Prefix, First>.names[i].view());
    }
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
  constexpr detail::room takes = flat::takes;
  constexpr bool fits = takes.nodes <= max_nodes;
  constexpr int outputs = takes.outputs > 1 ? int(takes.outputs) : 1;
  graph<(fits && takes.nodes > 0 ? int(takes.nodes) : 1), (fits ? int(takes.scopes) + 1 : 1), outputs> g{};
  detail::tag_record tags[fits ? takes.tags + 1 : 1]{};
  detail::graph_builder builder{g.nodes, g.scopes, g.outputs, tags, &g.error};
  if constexpr (fits) {
    const int last = flat::append(builder, detail::graph_builder::nothing, 0);
    if (builder.output_count == 0) g.outputs[0] = last;
    builder.check_tags();
  } else {
    builder.fail(rule::too_many_layers, -1, takes.nodes, max_nodes);
  }
  return g;
}

/// The dotted name of a node, under which its parameters are found: "layer1.0.conv1".
constexpr sentence path_of(graph_view g, int id) {
  sentence out = detail::path_to(g, g.nodes[id].scope);
  return detail::append_label(out, g.nodes[id].label, g.nodes[id].number);
}

}  // namespace tenon
