// F3. Names of layers and blocks: each is alone where it stands.
#pragma once

#include "tenon/graph.hpp"

namespace tenon::detail {

/// Finds equal names in one pass, whatever their number: open addressing over hashes, at most half full.
template <int Capacity>
class name_table {
 public:
  /// An entry before with this hash for which `equal(entry)` holds; if there is none, `entry` is remembered
  /// and the result is -1.
  template <class Equal>
  constexpr int find_or_put(unsigned hash, int entry, Equal equal) {
    for (unsigned at = hash % slot_count;; at = (at + 1) % slot_count) {
      if (entries_[at] < 0) return hashes_[at] = hash, entries_[at] = entry, -1;
      if (hashes_[at] == hash && equal(entries_[at])) return entries_[at];
    }
  }

  constexpr name_table() {
    for (int& entry : entries_) entry = -1;
  }

 private:
  static constexpr unsigned slot_count = 2 * Capacity + 1;
  unsigned hashes_[slot_count]{};
  int entries_[slot_count];
};

/// One character more: 32-bit FNV-1a.
constexpr unsigned hashed(unsigned hash, char c) {
  return (hash ^ static_cast<unsigned char>(c)) * 16'777'619u;
}
/// A label more, or the digits of the number that stands for it.
constexpr unsigned hashed(unsigned hash, std::string_view label, int number) {
  for (char c : label) hash = hashed(hash, c);
  if (!label.empty()) return hash;
  int unit = 1;
  while (number / unit >= 10) unit *= 10;
  for (; unit > 0; unit /= 10) hash = hashed(hash, static_cast<char>('0' + number / unit % 10));
  return hash;
}

/// Names with dots in them reach into other scopes: then whole paths must differ.
template <int Nodes, int Scopes, int Outputs>
constexpr void check_paths(graph<Nodes, Scopes, Outputs>& g) {
  const auto dotted = [](std::string_view label) {
    for (char c : label)  // find('.') is no constant expression in GCC's sanitized builds
      if (c == '.') return true;
    return false;
  };
  bool any = false;
  for (const node& n : g.nodes) any = any || dotted(n.label);
  for (const scope& s : g.scopes) any = any || dotted(s.label);
  if (!any) return;
  unsigned hashes[Scopes]{};  // of the paths of all scopes; a parent comes before its children
  for (int i = 1; i < Scopes; ++i) {
    const scope& s = g.scopes[i];
    hashes[i] = hashed(hashed(hashes[s.parent], s.label, s.number), '.');
  }
  name_table<Nodes> paths;
  for (int i = 1; i < Nodes; ++i) {
    const node& n = g.nodes[i];
    if (n.tensor_count == 0) continue;
    const auto same = [&](int other) {
      return path_of(g.view(), other).view() == path_of(g.view(), i).view();
    };
    if (paths.find_or_put(hashed(hashes[n.scope], n.label, n.number), i, same) < 0) continue;
    return g.error.report(rule::name_used_twice, i, path_of(g.view(), i));
  }
}

/// A name must be alone in its scope: among the other names there, and among the numbers of unnamed layers
/// and blocks.
template <int Nodes, int Scopes, int Outputs>
constexpr void check_names(graph<Nodes, Scopes, Outputs>& g) {
  struct element {
    int parent;
    std::string_view label;
    int number;
    int node;
  };
  element elements[Nodes + Scopes];
  int count = 0, named = 0;
  const auto put = [&](element e) {
    elements[count++] = e;
    named += !e.label.empty();
  };
  for (int i = 0; i < Nodes; ++i)
    if (g.nodes[i].layer >= 0 && !g.nodes[i].pads)
      put({g.nodes[i].scope, g.nodes[i].label, g.nodes[i].number, i});
  for (int i = 1; i < Scopes; ++i) put({g.scopes[i].parent, g.scopes[i].label, g.scopes[i].number, -1});
  if (named == 0) return;

  name_table<Nodes + Scopes> names;
  for (int i = 0; i < count; ++i) {
    const element& e = elements[i];
    const auto same = [&](int other) {
      const element& o = elements[other];
      if (o.parent != e.parent || (o.label.empty() && e.label.empty())) return false;
      if (o.label.empty()) return (phrase() << o.number).view() == e.label;
      return e.label.empty() ? (phrase() << e.number).view() == o.label : e.label == o.label;
    };
    const int other =
        names.find_or_put(hashed(static_cast<unsigned>(e.parent) * 65'599u, e.label, e.number), i, same);
    if (other < 0) continue;
    const element& o = elements[other];
    return g.error.report(rule::name_used_twice, e.node > o.node ? e.node : o.node,
                          path_to(g.view(), e.parent) << (e.label.empty() ? o.label : e.label));
  }
  check_paths(g);
}

/// An input's name must be alone among the inputs.
template <int Nodes, int Scopes, int Outputs>
constexpr void check_inputs(graph<Nodes, Scopes, Outputs>& g) {
  for (int i = 1; i < Nodes; ++i) {
    if (g.nodes[i].attr.kind != op::input || g.nodes[i].label.empty()) continue;
    for (int j = 0; j < i; ++j)
      if (g.nodes[j].attr.kind == op::input && g.nodes[j].label == g.nodes[i].label)
        g.error.report(rule::name_used_twice, i, g.nodes[i].label);
  }
}

}  // namespace tenon::detail
