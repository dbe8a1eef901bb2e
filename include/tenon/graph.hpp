// F3. Expression -> graph: from types to plain constant data, once.
#pragma once

#include <initializer_list>
#include <span>

#include "tenon/diagnostic.hpp"
#include "tenon/layers/operators.hpp"

namespace tenon {

/// The window of a layer in full, axis by axis; axes the feature map does not have are 1 wide and unpadded.
struct window {
  index kernel[max_spatial_rank]{1, 1, 1};    ///< taps
  index stride[max_spatial_rank]{1, 1, 1};    ///< elements from one window to the next
  index dilation[max_spatial_rank]{1, 1, 1};  ///< elements from one tap to the next
  index pad_lo[max_spatial_rank]{};           ///< elements in front; negative of a crop
  index pad_hi[max_spatial_rank]{};           ///< and behind

  /// Is there padding on any side?
  constexpr bool padded() const {
    for (int a = 0; a < max_spatial_rank; ++a)
      if (pad_lo[a] != 0 || pad_hi[a] != 0) return true;
    return false;
  }
};

/// One layer of the network. Nodes are in the order written, which is an order of evaluation.
struct node {
  attributes attr;                      ///< what the user said
  static constexpr int max_inputs = 2;  ///< of joins; others have one
  int inputs[max_inputs]{-1, -1};       ///< node numbers; the second is used where feature maps are joined
  int scope = 0;                        ///< number of the scope it is in
  std::string_view label;               ///< the user's name, or empty
  int number = 0;     ///< position among the elements of its scope, as nn.Sequential numbers them
  int layer = -1;     ///< position among all layers, from 0; -1 for inputs and where maps are joined
  bool pads = false;  ///< the padding of the next node, which is a layer whose padding is not zeros

  // filled by inference
  shape out;                ///< shape of its output
  window win;               ///< of a layer with a window
  index groups = 1;         ///< of a convolution
  int axis = 0;             ///< of a slice or concatenation, counted from 0
  index begin = 0;          ///< of a slice: its first element
  index macs = 0;           ///< multiply-accumulates for one input
  index parameters = 0;     ///< trained numbers, as PyTorch counts them: without running_mean and running_var
  index connections = 0;    ///< multiply-accumulates and biases: one for each use of a trained number
  index tensor_offset = 0;  ///< where this node's tensors start among all tensors, in elements
  index tensor_count = 0;   ///< elements of this node's tensors
};

/// A part of the network with names of its own: the model itself, name<"...">(f), block(f).
struct scope {
  int parent = -1;         ///< number of the scope around it
  std::string_view label;  ///< empty: shown as its number
  int number = 0;          ///< position among the elements of its parent
  int elements = 0;        ///< elements numbered so far
};

/// Read access to a graph of any number of nodes.
struct graph_view {
  std::span<const node> nodes;    ///< in the order written
  std::span<const scope> scopes;  ///< the model itself first
  std::span<const int> outputs;   ///< node numbers; one, and the last node, in most networks
};

/// A network as data, or the rule that it breaks.
template <int Nodes, int Scopes, int Outputs = 1>
struct graph {
  node nodes[Nodes];       ///< in the order written
  scope scopes[Scopes];    ///< the model itself first
  int outputs[Outputs]{};  ///< node numbers
  diagnosis error;         ///< the first rule that is broken

  /// The same of any size.
  constexpr graph_view view() const { return {nodes, scopes, outputs}; }
};

namespace detail {

/// Who gives a feature map: "layer 4 max_pool<2>", "an addition".
constexpr phrase giver(const node& n) {
  phrase out;
  switch (n.attr.kind) {
    case op::input:
      out << "the input";
      return n.label.empty() ? out : out << " \"" << n.label << '"';
    case op::add:
      return out << "an addition";
    case op::subtract:
      return out << "a subtraction";
    case op::multiply:
      return out << "a product";
    case op::maximum:
      return out << "a maximum";
    case op::concat:
      return out << "a concatenation";
    default:
      return out << "layer " << n.layer << ' ' << spell(n.attr);
  }
}

/// A name given to a feature map.
struct tag_record {
  std::string_view label;
  int node = -1, scope = 0;
};

/// Letters to change, put in or take out until two words are equal: the Levenshtein distance. Words of more
/// than 32 letters are taken to be unlike all others.
constexpr int distance(std::string_view a, std::string_view b) {
  constexpr std::size_t longest = 32;
  if (a.size() > longest || b.size() > longest) return longest;
  int row[longest + 1]{};  // from the first i letters of a to the first j of b
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int changed = diagonal + (a[i - 1] != b[j - 1]), shorter = row[j] + 1, longer = row[j - 1] + 1;
      diagonal = row[j];
      row[j] = changed < shorter ? changed : shorter;
      if (longer < row[j]) row[j] = longer;
    }
  }
  return row[b.size()];
}

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
    error->report(broken, at, words...);
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
    if (after_end(in)) fail(rule::outputs_not_last, -1, phrase() << spell(attr) << " follows");
    n.number = scopes[scope].elements++;
    n.layer = layer_count++;
    return id;
  }
  /// Is there no feature map, because outputs(...) has ended the network?
  constexpr bool after_end(int in) {
    if (in == nothing) fail(rule::missing_input, -1);
    return in == ended;
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
    if (after_end(a) || after_end(b))
      fail(rule::outputs_not_last, -1, phrase() << "it is an operand of " << spelling(kind));
    return id;
  }
  constexpr int open(int parent, std::string_view label) {
    const int id = scope_count++;
    scopes[id] = {parent, label, scopes[parent].elements++, 0};
    return id;
  }

  constexpr int set_tag(std::string_view label, int in, int scope) {
    if (after_end(in)) fail(rule::outputs_not_last, -1, phrase() << "tag<\"" << label << "\"> follows");
    for (int t = 0; t < tag_count; ++t)
      if (tags[t].label == label && tags[t].scope == scope)
        fail(rule::tag_used_twice, -1, label, place(tags[t].node), place(in));
    tags[tag_count++] = {label, in, scope};
    return in;
  }
  constexpr phrase giver_at(int in) const {
    return in == ended ? phrase() << "outputs(...)" : giver(nodes[in]);
  }
  constexpr phrase place(int in) const {
    return in == nothing ? phrase() << "at the beginning" : phrase() << "after " << giver_at(in);
  }
  /// Does a chain that goes on without looking at `in` lose it?
  constexpr bool loses(int in) const {
    bool tagged = in < 0;
    for (int t = 0; t < tag_count; ++t) tagged = tagged || tags[t].node == in;
    return !tagged;
  }
  /// The node of the tag as seen from `scope`; any node if there is none, which is an error in the end.
  constexpr int find_tag(std::string_view label, int scope) {
    for (int around = scope; around >= 0; around = scopes[around].parent)
      for (int t = 0; t < tag_count; ++t)
        if (tags[t].label == label && tags[t].scope == around) return tags[t].node;
    for (int t = tag_count - 1; t >= 0; --t)
      if (tags[t].label == label) return tags[t].node;
    if (recalled_early.empty()) recalled_early = label;
    return 0;
  }
  /// What the tags that are there are called, each once.
  constexpr phrase known_tags() const {
    phrase out;
    for (int t = 0; t < tag_count; ++t) {
      bool said = false;
      for (int earlier = 0; earlier < t; ++earlier) said = said || tags[earlier].label == tags[t].label;
      if (!said) out << (t > 0 ? ", \"" : "\"") << tags[t].label << '"';
    }
    return tag_count == 0 ? phrase() << "none" : out;
  }
  /// The tag that a misspelt name may have meant: a third of its letters may be wrong, and one always.
  constexpr phrase suggestion(std::string_view label) const {
    int nearest = -1, least = static_cast<int>(label.size()) / 3 + 2;
    for (int t = 0; t < tag_count; ++t)
      if (const int d = distance(label, tags[t].label); d < least) least = d, nearest = t;
    return nearest < 0 ? phrase() : phrase() << ": did you mean \"" << tags[nearest].label << "\"?";
  }
  /// After the last layer: was every tag that was recalled set before?
  constexpr void check_tags() {
    if (recalled_early.empty()) return;
    for (int t = 0; t < tag_count; ++t)
      if (tags[t].label == recalled_early) fail(rule::tag_recalled_before, -1, recalled_early);
    fail(rule::unknown_tag, -1, recalled_early, suggestion(recalled_early), known_tags());
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

/// What does not look at what comes before it: an input, or what begins with one; from<"...">.
enum class beginning : unsigned char { operand, input, recalled };
template <class E>
inline constexpr beginning begins_with = beginning::operand;
template <Layer L>
inline constexpr beginning begins_with<L> = L::attr.kind == op::input ? beginning::input : beginning::operand;
template <text Name>
inline constexpr beginning begins_with<recalled<Name>> = beginning::recalled;
template <class F, class... Fs>
inline constexpr beginning begins_with<chain<F, Fs...>> = begins_with<F>;
template <text Name, class F>
inline constexpr beginning begins_with<scoped<Name, F>> = begins_with<F>;
template <index N, class F, text Prefix, index First>
inline constexpr beginning begins_with<repeated<N, F, Prefix, First>> = begins_with<F>;

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
    if constexpr (begins_with<G> != beginning::operand)
      if (in == graph_builder::ended) b.fail(rule::outputs_not_last, -1, "another branch follows");
    if constexpr (begins_with<G> == beginning::input) {
      if (b.loses(in)) b.fail(rule::input_not_first, b.node_count, b.giver_at(in));
    } else if constexpr (begins_with<G> == beginning::recalled) {
      if (b.loses(in))
        b.fail(rule::unused_branch, in, "", ": from<\"...\"> follows, which does not look at it");
    }
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

template <text Operator, text What>
struct flatten<misplaced<Operator, What>> {
  static constexpr room takes{};
  static constexpr int append(graph_builder& b, int in, int) {
    b.fail(rule::not_a_layer, -1, Operator.view(), What.view(), b.place(in));
    return in;
  }
};
template <>
struct flatten<called_layer> {
  static constexpr room takes{};
  static constexpr int append(graph_builder& b, int in, int) {
    b.fail(rule::layer_called, -1, b.place(in));
    return in;
  }
};
template <text Operator>
struct flatten<wrongly_joined<Operator>> {
  static constexpr room takes{};
  static constexpr int append(graph_builder& b, int in, int) {
    b.fail(rule::wrongly_joined, -1, Operator.view(), b.place(in));
    return in;
  }
};
template <text Name>
struct flatten<called_tag<Name>> {
  static constexpr room takes{};
  static constexpr int append(graph_builder& b, int in, int) {
    b.fail(rule::tag_takes_no_layer, -1, Name.view());
    return in;
  }
};

template <class... Fs>
struct flatten<results<Fs...>> {
  static constexpr room takes = sum_of({flatten<Fs>::takes..., room{.outputs = index(sizeof...(Fs))}});
  static constexpr int append(graph_builder& b, int in, int scope) {
    const int outs[] = {flatten<Fs>::append(b, in, scope)...};
    if (scope != 0) b.fail(rule::outputs_not_last, -1, "it stands inside a block");
    if (b.output_count > 0) b.fail(rule::outputs_not_last, -1, "it is there twice");
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
    if (N < 1) b.fail(rule::nothing_repeated, -1, N);
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

/// Layers, blocks and tags of the largest model. Compilers bound the work of one constant expression; what is
/// larger than this would end there, with a message about that bound.
inline constexpr index max_nodes = 1024;

/// The graph of an expression, without shapes yet; `infer` fills them in.
template <Expression E>
consteval auto make_graph() {
  using flat = detail::flatten<E>;
  constexpr detail::room takes = flat::takes;
  constexpr bool fits = takes.nodes <= max_nodes && takes.scopes <= max_nodes && takes.tags <= max_nodes;
  constexpr int outputs = takes.outputs > 1 ? int(takes.outputs) : 1;
  graph<(fits && takes.nodes > 0 ? int(takes.nodes) : 1), (fits ? int(takes.scopes) + 1 : 1), outputs> g{};
  detail::tag_record tags[fits ? takes.tags + 1 : 1]{};
  detail::graph_builder builder{g.nodes, g.scopes, g.outputs, tags, &g.error};
  if constexpr (fits) {
    const int last = flat::append(builder, detail::graph_builder::nothing, 0);
    if (builder.output_count == 0) g.outputs[0] = last;
    builder.check_tags();
  } else {
    if (takes.nodes > max_nodes)
      builder.fail(rule::too_many_layers, -1, takes.nodes, "layers and joins", max_nodes);
    else if (takes.scopes > max_nodes)
      builder.fail(rule::too_many_layers, -1, takes.scopes, "blocks", max_nodes);
    else
      builder.fail(rule::too_many_layers, -1, takes.tags, "tags", max_nodes);
  }
  return g;
}

/// The dotted name of a node, under which its parameters are found: "layer1.0.conv1".
constexpr sentence path_of(graph_view g, int id) {
  sentence out = detail::path_to(g, g.nodes[id].scope);
  return detail::append_label(out, g.nodes[id].label, g.nodes[id].number);
}

}  // namespace tenon
