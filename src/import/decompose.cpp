// From a graph to series and parallel parts.
#include <algorithm>

#include "expression.hpp"
#include "tenon/graph.hpp"

namespace tenon::importer {
namespace {

constexpr int root = -1;  // what comes before all inputs

class decomposition {
 public:
  explicit decomposition(const network& network_) : n(network_), dominators(n.vertices.size(), root) {
    for (std::size_t i = 0; i < n.vertices.size(); ++i) {
      const std::vector<int>& inputs = n.vertices[i].inputs;
      dominators[i] = inputs.empty() ? root : inputs[0];
      for (const int in : inputs) dominators[i] = common(dominators[i], in);
    }
    int before = n.outputs[0];
    for (const int out : n.outputs) before = common(before, out);
    term chain;
    if (n.outputs.size() == 1) {
      chain.parts = between(root, n.outputs[0]);
    } else {
      chain.parts = between(root, before);
      term results{term::form::results};
      for (const int out : n.outputs) results.parts.push_back({term::form::chain, -1, between(before, out)});
      chain.parts.push_back(std::move(results));
    }
    put_tags(chain);
    e.whole = std::move(chain);
  }
  expression e;

 private:
  const network& n;
  std::vector<int> dominators;      // of each vertex, the nearest one that all ways to it lead through
  std::set<int> said;               // vertices that stand in the text
  std::map<int, std::string> tags;  // those that are recalled

  int common(int a, int b) const {
    while (a != b) (a > b ? a : b) = dominators[at(a > b ? a : b)];
    return a;
  }

  /// The chain that begins with the output of `first` and ends with that of `last`.
  std::vector<term> between(int first, int last) {
    if (first == last) return {};
    if (said.contains(last)) {
      if (!tags.contains(last)) tags[last] = "skip" + std::to_string(tags.size() + 1);
      return {{term::form::from, last}};
    }
    const vertex& v = n.vertices[at(last)];
    if (v.inputs.empty()) {
      said.insert(last);
      e.input_names.push_back(n.input_names[at(last)]);  // inputs are the first vertices
      return {{term::form::layer, last}};
    }
    const int before = v.inputs.size() == 1 ? v.inputs[0] : base_of(first, last);
    std::vector<term> chain = between(first, before);
    if (v.inputs.size() == 1) {
      chain.push_back({term::form::layer, last});
    } else {
      term join{term::form::join, last};
      for (const int in : v.inputs) join.parts.push_back({term::form::chain, -1, between(before, in)});
      // a + b + c is (a + b) + c, but in it all operands come first: only where they do in the model, too.
      term& left = join.parts[0];
      if (left.parts.size() == 1 && left.parts[0].what == term::form::join &&
          is_alike(left.parts[0].vertex, last) &&
          std::all_of(v.inputs.begin(), v.inputs.end(), [&](int in) { return in <= v.inputs[0]; })) {
        std::vector<term> operands = std::move(left.parts[0].parts);
        operands.insert(operands.end(), std::make_move_iterator(join.parts.begin() + 1),
                        std::make_move_iterator(join.parts.end()));
        join.parts = std::move(operands);
      }
      chain.push_back(std::move(join));
    }
    said.insert(last);
    return chain;
  }
  bool dominates(int a, int b) const {
    while (b > a) b = dominators[at(b)];
    return a == b;
  }
  bool is_within(const vertex& v, const std::vector<std::string>& scope) const {
    return !v.placed ||
           (v.scope.size() >= scope.size() && std::equal(scope.begin(), scope.end(), v.scope.begin()));
  }
  /// All that `last` depends on behind `first`.
  std::set<int> region(int first, int last) const {
    std::set<int> all;
    std::vector<int> open{last};
    while (!open.empty()) {
      const int i = open.back();
      open.pop_back();
      if (i == first || i == root || !all.insert(i).second) continue;
      open.insert(open.end(), n.vertices[at(i)].inputs.begin(), n.vertices[at(i)].inputs.end());
    }
    return all;
  }
  /// Where the operands of a join begin: at the nearest vertex that all of them come from. If they would
  /// reach beyond the join's own scope, which the model has named, then at the end of what is beyond it: what
  /// an operand takes from before that is recalled.
  int base_of(int first, int join) const {
    const vertex& v = n.vertices[at(join)];
    const int nearest = dominators[at(join)];
    if (!v.placed || v.scope.empty()) return nearest;
    int latest = nearest;
    for (const int i : region(nearest, join)) {
      if (!is_within(n.vertices[at(i)], v.scope)) latest = std::max(latest, i);
    }
    if (latest == nearest || !(first == root || dominates(first, latest))) return nearest;
    const std::set<int> known = region(first, latest);
    for (const int in : v.inputs) {
      if (!known.contains(in) && !said.contains(in) && !dominates(latest, in)) return nearest;
    }
    return latest;
  }
  bool is_alike(int a, int b) const {
    const attributes &x = n.vertices[at(a)].what, &y = n.vertices[at(b)].what;
    int uses = 0;
    for (const vertex& v : n.vertices)
      uses += static_cast<int>(std::count(v.inputs.begin(), v.inputs.end(), a));
    return x.kind == y.kind && x.kind != op::subtract && x.axis == y.axis && uses == 1 &&
           !std::count(n.outputs.begin(), n.outputs.end(), a);
  }

  void put_tags(term& t) {
    for (term& part : t.parts) put_tags(part);
    if (t.what == term::form::from) t.name = tags[t.vertex];
    if (t.what != term::form::chain) return;
    std::vector<term> parts;
    for (term& part : t.parts) {
      const int v = part.what == term::form::layer || part.what == term::form::join ? part.vertex : -1;
      parts.push_back(std::move(part));
      if (v >= 0 && tags.contains(v)) parts.push_back({term::form::tag, v, {}, tags[v]});
    }
    t.parts = std::move(parts);
  }
};

/// The vertices in the model's own order, with a tag wherever a value is used later: for networks whose
/// parallel parts are longer than a reader can hold together.
class sequence {
 public:
  explicit sequence(const network& network_)
      : n(network_), uses(n.vertices.size(), 0), statement(n.vertices.size(), -1) {
    const int count = static_cast<int>(n.vertices.size());
    std::vector<int> consumer(n.vertices.size(), -1);
    std::set<int> reached(n.outputs.begin(), n.outputs.end());
    for (const int o : n.outputs) uses[at(o)] += 2;
    for (int i = count; i-- > 0;) {
      if (!reached.contains(i)) continue;
      for (const int in : n.vertices[at(i)].inputs) {
        reached.insert(in);
        ++uses[at(in)];
        consumer[at(in)] = i;
      }
    }
    // A vertex with one use is part of what uses it, unless something else is to be computed in between.
    int next = count;
    for (int i = count; i-- > 0;) {
      if (!reached.contains(i)) continue;
      const bool first = n.vertices[at(i)].inputs.empty();  // inputs stand in the model's order
      const bool alone = uses[at(i)] == 1 && !first && statement[at(consumer[at(i)])] <= next;
      statement[at(i)] = alone ? statement[at(consumer[at(i)])] : i;
      if (!alone) next = i;
    }
    term chain;
    for (int i = 0; i < count; ++i) {
      if (!reached.contains(i) || statement[at(i)] != i) continue;
      for (term& part : parts_of(i, true)) chain.parts.push_back(std::move(part));
      current = i;
      done.insert(i);
      chain.parts.push_back({term::form::tag, i, {}, name_of(i)});
    }
    if (n.outputs.size() > 1) {
      term results{term::form::results};
      for (const int o : n.outputs) results.parts.push_back({term::form::chain, -1, parts_of(o, false)});
      chain.parts.push_back(std::move(results));
    }
    drop_unused_tags(chain);
    e.whole = std::move(chain);
  }
  expression e;

 private:
  const network& n;
  std::vector<int> uses, statement;  // the vertex at whose place each one is said
  std::set<int> done, recalled;
  int current = root;

  std::string name_of(int i) const {
    const vertex& v = n.vertices[at(i)];
    return v.inputs.empty() && !v.name.empty() ? v.name : "v" + std::to_string(i);
  }

  std::vector<term> parts_of(int i, bool begins) {
    if (done.contains(i)) {
      if (i == current) return {};
      recalled.insert(i);
      return {{term::form::from, i, {}, name_of(i)}};
    }
    const vertex& v = n.vertices[at(i)];
    if (v.inputs.empty()) {
      e.input_names.push_back(n.input_names[at(i)]);
      return {{term::form::layer, i}};
    }
    if (v.inputs.size() == 1) {
      std::vector<term> chain = parts_of(v.inputs[0], begins);
      chain.push_back({term::form::layer, i});
      return chain;
    }
    term join{term::form::join, i};
    for (const int in : v.inputs) join.parts.push_back({term::form::chain, -1, parts_of(in, false)});
    return {std::move(join)};
  }
  void drop_unused_tags(term& t) {
    for (term& part : t.parts) drop_unused_tags(part);
    std::erase_if(t.parts,
                  [&](const term& p) { return p.what == term::form::tag && !recalled.contains(p.vertex); });
  }
};

int depth_of(const term& t) {
  int deepest = 0;
  for (const term& part : t.parts) deepest = std::max(deepest, depth_of(part));
  return deepest + (t.what == term::form::join ? 1 : 0);
}

/// The scopes of all layers of a term that the model has put somewhere.
void collect_scopes(const term& t, const network& n, std::vector<const vertex*>& out) {
  if (t.vertex >= 0 && (t.what == term::form::layer || t.what == term::form::join) &&
      n.vertices[at(t.vertex)].placed) {
    out.push_back(&n.vertices[at(t.vertex)]);
  }
  for (const term& part : t.parts) collect_scopes(part, n, out);
}

struct where {
  bool anywhere = true;  // nothing is known
  bool here = false;     // directly in the scope at hand
  std::string part;      // else in this part of it
};

where place_of(const term& t, const network& n, std::size_t depth) {
  std::vector<const vertex*> all;
  collect_scopes(t, n, all);
  where found;
  for (const vertex* v : all) {
    if (v->scope.size() <= depth) return {false, true, ""};
    if (!found.anywhere && found.part != v->scope[depth]) return {false, true, ""};
    found = {false, false, v->scope[depth]};
  }
  return found;
}

/// Puts neighbours of one scope into a term of their own.
void put_scopes(term& t, const network& n, std::size_t depth) {
  if (t.what != term::form::chain) {
    for (term& part : t.parts) put_scopes(part, n, depth);
    return;
  }
  std::vector<where> places;
  for (const term& part : t.parts) places.push_back(place_of(part, n, depth));
  std::vector<std::pair<std::string, std::pair<std::size_t, std::size_t>>> groups;  // part, range
  for (std::size_t i = 0; i < t.parts.size();) {
    if (places[i].anywhere || places[i].here) {
      ++i;
      continue;
    }
    std::size_t last = i;
    for (std::size_t j = i + 1; j < t.parts.size(); ++j) {
      if (places[j].here || (!places[j].anywhere && places[j].part != places[i].part)) break;
      if (!places[j].anywhere) last = j;
    }
    groups.push_back({places[i].part, {i, last + 1}});
    i = last + 1;
  }
  std::vector<term> parts;
  std::size_t next = 0;
  const auto plain = [&](std::size_t end) {
    for (; next < end; ++next) {
      put_scopes(t.parts[next], n, depth);
      parts.push_back(std::move(t.parts[next]));
    }
  };
  for (const auto& [name, range] : groups) {
    plain(range.first);
    term inner;
    for (; next < range.second; ++next) inner.parts.push_back(std::move(t.parts[next]));
    put_scopes(inner, n, depth + 1);
    parts.push_back({term::form::scope, -1, {std::move(inner)}, name});
  }
  plain(t.parts.size());
  t.parts = std::move(parts);
}

/// A name that is there twice in a scope is dropped; gives how many there were.
int check_scopes(term& t, network& n, std::set<std::string>& here) {
  const auto is_number = [](const std::string& s) {
    return s.find_first_not_of("0123456789") == std::string::npos;
  };
  int twice = 0;
  if (t.what == term::form::layer) {
    std::string& name = n.vertices[at(t.vertex)].name;
    if (!name.empty() && !here.insert(name).second) name.clear(), ++twice;
  }
  if (t.what == term::form::scope) {
    if (!here.insert(t.name).second) {
      ++twice;
      if (!is_number(t.name)) t.name = "0";
    }
    std::set<std::string> inner;
    return twice + check_scopes(t.parts[0], n, inner);
  }
  for (term& part : t.parts) twice += check_scopes(part, n, here);
  return twice;
}

/// With the model's scopes; `twice`: how many would be there twice.
expression scoped(expression e, network& n, int& twice) {
  put_scopes(e.whole, n, 0);
  std::set<std::string> names;
  twice = check_scopes(e.whole, n, names);
  return e;
}

}  // namespace

expression decompose(network& n) {
  // What leads to an output; a join of several operands is as many joins of two.
  std::size_t count = 0;
  std::vector<bool> reached(n.vertices.size());
  for (const int o : n.outputs) reached[at(o)] = true;
  for (std::size_t i = n.vertices.size(); i-- > 0;) {
    if (!reached[i]) continue;
    const std::vector<int>& inputs = n.vertices[i].inputs;
    for (const int in : inputs) reached[at(in)] = true;
    count += std::max<std::size_t>(2, inputs.size()) - 1;
  }
  if (count > max_nodes) {
    throw refusal("it has " + std::to_string(count) + " layers and joins, and a tenon type has at most " +
                  std::to_string(max_nodes));
  }
  constexpr int most_nested = 8;
  network named = n;
  int twice = 0, otherwise = 0;
  expression nested = scoped(decomposition(n).e, named, twice);
  const bool reordered = !std::is_sorted(
      nested.input_names.begin(), nested.input_names.end(), [&](const auto& a, const auto& b) {
        const auto place = [&](const std::string& name) {
          return std::find(n.input_names.begin(), n.input_names.end(), name);
        };
        return place(a) < place(b);
      });
  if (twice > 0 || reordered || depth_of(nested.whole) > most_nested) {
    network other = n;
    expression flat = scoped(sequence(n).e, other, otherwise);
    if (otherwise < twice || reordered || depth_of(nested.whole) > most_nested) {
      n = std::move(other);
      return flat;
    }
  }
  n = std::move(named);
  return nested;
}

}  // namespace tenon::importer
