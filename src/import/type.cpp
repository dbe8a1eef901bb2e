// The type as the library will have it: the same graph, made at run time.
#include <algorithm>
#include <deque>

#include "expression.hpp"
#include "tenon/infer.hpp"
#include "tenon/weights.hpp"

namespace tenon::importer {
namespace {

/// What a graph has room for.
struct storage {
  std::vector<tenon::node> nodes = std::vector<tenon::node>(max_nodes);
  std::vector<tenon::scope> scopes = std::vector<tenon::scope>(max_nodes);
  std::vector<int> outputs = std::vector<int>(max_nodes);
  std::vector<detail::tag_record> tags = std::vector<detail::tag_record>(max_nodes);
  diagnosis error;
};

class typing {
 public:
  typing(const expression& said, const network& network_) : e(said), n(network_) {
    collect(e.whole);
    const int last = append(e.whole, detail::graph_builder::nothing, 0);
    if (b.output_count == 0) room.outputs[static_cast<std::size_t>(b.output_count++)] = last;
    if (!room.error) detail::infer_nodes(room.nodes.data(), b.node_count, room.error);
    const graph_view view = this->view();
    if (room.error)
      throw refusal(std::string(explain_error(view, room.error).view()).substr(7));  // without "tenon: "
    for (const tenon::node& x : view.nodes) out.parameters += x.parameters, out.macs += x.macs;
    for (int i = 0; i < b.node_count; ++i) {
      const int v = vertices[i];
      if (v < 0) continue;
      if (view.nodes[at(i)].attr.kind == op::input) out.input_shapes.push_back(n.vertices[at(v)].shape);
      for (const parameter& p : n.vertices[at(v)].parameters) {
        out.tensors.push_back({std::string(tenon::path_of(view, i).view()) + "." + p.name, p.value.get()});
      }
    }
    out.hash = architecture_hash(view);
    for (const int o : view.outputs) {
      const shape& s = view.nodes[at(o)].out;
      out.output_shapes.emplace_back(s.extents, s.extents + s.rank);
    }
  }
  graph_view view() const {
    return {{room.nodes.data(), at(b.node_count)},
            {room.scopes.data(), at(b.scope_count)},
            {room.outputs.data(), at(b.output_count)}};
  }
  typed_network out;

 private:
  const expression& e;
  const network& n;
  std::vector<int> layers;  // vertices in the order of the text, in every copy of a block
  std::size_t next = 0;
  std::map<std::string, index> arguments;  // of the block at hand
  std::deque<std::string> labels;          // of the copies of repeats
  storage room;
  detail::graph_builder b{room.nodes.data(), room.scopes.data(), room.outputs.data(), room.tags.data(),
                          &room.error};
  std::map<int, int> vertices;  // of each node

  int open(int scope, std::string_view label) {
    if (b.scope_count >= max_nodes) throw refusal("it has more blocks than a tenon type can have");
    return b.open(scope, label);
  }
  static std::string_view label_of(const std::string& name) {
    return name.find_first_not_of("0123456789") == std::string::npos ? std::string_view()
                                                                     : std::string_view(name);
  }

  void collect(const term& t) {
    if (t.what == term::form::layer) layers.push_back(t.vertex);
    for (const term& part : t.parts) collect(part);
  }

  /// The one part of a scope: a layer is that scope's element itself, anything else is inside.
  int append_part(const term& t, int in, int scope, std::string_view label) {
    const term* inner = &t;
    while (inner->what == term::form::chain && inner->parts.size() == 1) inner = &inner->parts[0];
    if (inner->what == term::form::layer && n.vertices[at(inner->vertex)].name.empty()) {
      return layer(*inner, in, scope, label);
    }
    return append(t, in, open(scope, label));
  }

  /// "64", "C", "C * 4" or "C / 4", in the block at hand.
  index value_of(const std::string& text) const {
    if (text.find_first_not_of("0123456789-") == std::string::npos) return std::stoll(text);
    const std::size_t space = text.find(' ');
    const auto found = arguments.find(text.substr(0, space));
    if (found == arguments.end()) return 0;
    if (space == std::string::npos) return found->second;
    const index by = std::stoll(text.substr(space + 3));
    return text[space + 1] == '*' ? found->second * by : found->second % by == 0 ? found->second / by : 0;
  }

  int layer(const term& said, int in, int scope, std::string_view label) {
    const int number = layers[next++];
    const vertex& v = n.vertices[at(number)];
    const std::vector<number_said> texts = own_numbers(said, n);
    const std::vector<number_said> own = own_numbers({term::form::layer, number}, n);
    out.as_said = out.as_said && texts.size() == own.size();
    for (std::size_t i = 0; i < own.size() && out.as_said; ++i)
      out.as_said = value_of(texts[i].text) == own[i].value;
    const int id = b.add_layer(v.what, in, scope, label);
    vertices[id] = number;
    if (id > 0 && room.nodes[at(id - 1)].pads && !vertices.contains(id - 1)) vertices[id - 1] = -1;
    return id;
  }

  int append(const term& t, int in, int scope) {
    if (b.node_count + 2 >= max_nodes || b.tag_count + 1 >= max_nodes)
      throw refusal("it has more layers than a tenon type can have");
    switch (t.what) {
      case term::form::layer:
        return layer(t, in, scope, n.vertices[at(t.vertex)].name);
      case term::form::chain:
        if (t.parts.empty()) {  // written identity
          const int id = b.add_layer(attributes(op::identity), in, scope, {});
          vertices[id] = -1;
          return id;
        }
        for (const term& part : t.parts) in = append(part, in, scope);
        return in;
      case term::form::reference: {
        const auto of = std::find_if(e.blocks.begin(), e.blocks.end(),
                                     [&](const block& b_) { return b_.name == t.name; });
        std::map<std::string, index> given;
        const std::vector<number_said> texts = own_numbers(t, n);
        for (std::size_t i = 0; i < texts.size(); ++i) given[of->parameters[i]] = value_of(texts[i].text);
        arguments.swap(given);
        const int last = append(of->body, in, scope);
        arguments.swap(given);
        return last;
      }
      case term::form::join: {
        const attributes& a = n.vertices[at(t.vertex)].what;
        int total = append(t.parts[0], in, scope);
        std::vector<int> all{total};
        for (std::size_t i = 1; i < t.parts.size(); ++i) all.push_back(append(t.parts[i], in, scope));
        for (std::size_t i = 1; i < all.size(); ++i) {
          total = b.add_join(a.kind, a.axis, total, all[i], scope);
          vertices[total] = -1;
        }
        return total;
      }
      case term::form::results: {
        std::vector<int> all;
        for (const term& part : t.parts) all.push_back(append(part, in, scope));
        for (const int o : all) room.outputs[at(b.output_count++)] = o;
        return all.back();
      }
      case term::form::scope:
        return append_part(t.parts[0], in, scope, label_of(t.name));
      case term::form::repeat:
        for (std::size_t i = 0; i < t.parts.size(); ++i) {
          labels.push_back(t.name.empty() ? "" : t.name + std::to_string(t.first + static_cast<index>(i)));
          in = append_part(t.parts[0], in, scope, labels.back());
        }
        return in;
      case term::form::tag:
        return b.set_tag(t.name, in, scope);
      case term::form::from:
        return b.find_tag(t.name, scope);
    }
    return in;
  }
};

}  // namespace

typed_network type_of(const expression& e, const network& n) { return std::move(typing(e, n).out); }

}  // namespace tenon::importer
