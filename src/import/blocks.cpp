// Finds what is there more than once, and gives it a name.
#include <algorithm>
#include <unordered_map>

#include "expression.hpp"

namespace tenon::importer {
namespace {

bool is_numbered(const std::string& scope) {
  return scope.find_first_not_of("0123456789") == std::string::npos;
}

/// Terms of one skeleton differ in their numbers only.
std::string skeleton_of(const term& t, const network& n) {
  std::string words;
  switch (t.what) {
    case term::form::layer: {
      const vertex& v = n.vertices[at(t.vertex)];
      if (!v.name.empty()) words += '"' + v.name + '"';
      words += spell_layer(v, [](const char*, index) { return std::string("#"); });
      break;
    }
    case term::form::chain:
      words = "(";
      break;
    case term::form::join:
      words = std::string(spelling(n.vertices[at(t.vertex)].what.kind)) +
              std::to_string(n.vertices[at(t.vertex)].what.axis) + "{";
      break;
    case term::form::results:
      words = "outputs{";
      break;
    case term::form::scope:
      words = is_numbered(t.name) ? "block[" : "name " + t.name + "[";
      break;
    case term::form::tag:
      return "tag " + t.name;
    case term::form::from:
      return "from " + t.name;
    case term::form::repeat:
      words = "repeat" + std::to_string(t.parts.size()) + t.name + std::to_string(t.first) + "[";
      break;
    case term::form::reference:
      return "block " + t.name;
  }
  for (const term& part : t.said()) words += skeleton_of(part, n) + ',';
  return words + ')';
}

void collect_numbers(const term& t, const network& n, std::vector<number_said>& out) {
  for (number_said& x : own_numbers(t, n)) out.push_back(std::move(x));
  for (const term& part : t.said()) collect_numbers(part, n, out);
}
std::vector<number_said> numbers_of(const term& t, const network& n) {
  std::vector<number_said> all;
  collect_numbers(t, n, all);
  return all;
}
/// Puts texts in the place of all numbers, in the order of numbers_of.
void put_numbers(term& t, const network& n, const std::vector<std::string>& texts, std::size_t& next) {
  const std::size_t own = own_numbers(t, n).size();
  t.numbers.assign(texts.begin() + std::ptrdiff_t(next), texts.begin() + std::ptrdiff_t(next + own));
  next += own;
  for (term& part : t.said()) put_numbers(part, n, texts, next);
}

/// What a reader has to read: a reference is more than a layer.
int layers_of(const term& t) {
  if (t.what == term::form::layer) return 1;
  if (t.what == term::form::reference) return 2;
  int layers = 0;
  for (const term& part : t.said()) layers += layers_of(part);
  return layers;
}

/// A run of the parts of a chain.
struct segment {
  term* chain;
  std::size_t first, count;
};

term cut(const segment& s) {
  term t;
  t.parts.assign(s.chain->parts.begin() + std::ptrdiff_t(s.first),
                 s.chain->parts.begin() + std::ptrdiff_t(s.first + s.count));
  return t;
}

void collect_chains(term& t, std::vector<term*>& out) {
  if (t.what == term::form::chain) out.push_back(&t);
  for (term& part : t.said()) collect_chains(part, out);
}

bool has_tags(const term& t) {
  if (t.what == term::form::tag || t.what == term::form::from || t.what == term::form::results) return true;
  return std::any_of(t.parts.begin(), t.parts.end(), has_tags);
}
bool has_input(const term& t, const network& n) {
  if (t.what == term::form::layer && n.vertices[at(t.vertex)].what.kind == op::input) return true;
  return std::any_of(t.parts.begin(), t.parts.end(), [&](const term& p) { return has_input(p, n); });
}

/// How many templates' arguments make sense to a reader.
constexpr std::size_t most_parameters = 6;
constexpr std::size_t most_parts = 24;
constexpr int least_layers = 3, least_saved = 5;

/// What stands for each number of a block whose copies have these numbers: the number itself where all have
/// it, a parameter, or a multiple or fraction of one.
struct generalisation {
  std::vector<std::string> parameters, texts;
  std::vector<std::size_t> first;  // the number that each parameter is
};
generalisation generalise(const std::vector<std::vector<number_said>>& copies) {
  generalisation out;
  const auto all = [&](auto holds) { return std::all_of(copies.begin(), copies.end(), holds); };
  for (std::size_t i = 0; i < copies[0].size(); ++i) {
    const std::string literal = std::to_string(copies[0][i].value);
    if (all([&](const auto& copy) { return copy[i].text == literal; })) {
      out.texts.push_back(literal);
      continue;
    }
    std::string found;
    for (std::size_t p = 0; p < out.first.size() && found.empty(); ++p) {
      const std::size_t f = out.first[p];
      const index x = copies[0][i].value, y = copies[0][f].value;
      // In another block's body a number is a text: then only the same text is the same number.
      const auto is = [&](index a, index b) {
        return all([&](const auto& copy) {
          const bool said =
              copy[i].text != std::to_string(copy[i].value) || copy[f].text != std::to_string(copy[f].value);
          return said ? a == b && copy[i].text == copy[f].text : copy[i].value * b == copy[f].value * a;
        });
      };
      if (y > 0 && x % y == 0 && x / y >= 1 && x / y <= 64 && is(x / y, 1)) {
        found = out.parameters[p] + (x == y ? "" : " * " + std::to_string(x / y));
      } else if (x > 0 && y % x == 0 && y / x <= 64 && is(1, y / x)) {
        found = out.parameters[p] + " / " + std::to_string(y / x);
      }
    }
    if (found.empty()) {
      const std::string kind = copies[0][i].kind;
      found = kind;
      for (int k = 2; std::count(out.parameters.begin(), out.parameters.end(), found); ++k)
        found = kind + std::to_string(k);
      out.parameters.push_back(found);
      out.first.push_back(i);
    }
    out.texts.push_back(found);
  }
  return out;
}

bool holds(const term& t, const network& n, const auto& is) {
  if (is(t, n)) return true;
  return std::any_of(t.parts.begin(), t.parts.end(), [&](const term& p) { return holds(p, n, is); });
}

/// What a reader would call it.
std::string title_of(const term& body, const network& n) {
  const auto kind_is = [](op kind) {
    return [kind](const term& t, const network& net) {
      return (t.what == term::form::layer || t.what == term::form::join) &&
             net.vertices[at(t.vertex)].what.kind == kind;
    };
  };
  const auto composed = [](const term& part) {
    return part.what == term::form::join || part.what == term::form::reference;
  };
  if (std::count_if(body.parts.begin(), body.parts.end(), composed) > 1) return "stage";
  for (const term& part : body.parts) {
    if (part.what != term::form::join) continue;
    const op kind = n.vertices[at(part.vertex)].what.kind;
    const bool around =
        std::any_of(part.parts.begin(), part.parts.end(), [](const term& p) { return p.parts.empty(); });
    if (kind == op::add) return around ? "residual" : "projected_residual";
    if (kind == op::multiply)
      return holds(part, n, kind_is(op::global_avg_pool)) ? "squeeze_excite" : "gated";
    if (kind == op::concat) return around ? "dense" : "branches";
  }
  const auto depthwise = [](const term& t, const network& net) {
    return t.what == term::form::layer && net.vertices[at(t.vertex)].what.depthwise;
  };
  if (holds(body, n, [](const term& t, const network&) { return t.what == term::form::reference; }))
    return "stage";
  if (holds(body, n, depthwise)) return layers_of(body) > 6 ? "inverted" : "separable";
  return holds(body, n, kind_is(op::conv)) ? "convolution" : "unit";
}

class finder {
 public:
  finder(expression& e_, const network& n_) : e(e_), n(n_) {
    gather_runs(e.whole);  // those that have names
    while (find_one()) {
    }
    for (block& b : e.blocks) gather_runs(b.body);
    gather_runs(e.whole);
    put_in_order();
  }

 private:
  expression& e;
  const network& n;
  std::set<std::string> refused;

  std::vector<term*> chains() {
    std::vector<term*> all;
    for (block& b : e.blocks) collect_chains(b.body, all);
    collect_chains(e.whole, all);
    return all;
  }

  /// A reader sees an activation or a batch norm as the end of what came before it.
  bool continues(const term& t) const {
    if (t.what != term::form::layer) return false;
    const op kind = n.vertices[at(t.vertex)].what.kind;
    return is_activation(kind) || kind == op::batch_norm || kind == op::dropout || kind == op::flatten;
  }

  /// The most saving kind of segment becomes a block.
  bool find_one() {
    std::unordered_map<std::string, std::vector<segment>> kinds;
    for (term* chain : chains()) {
      std::vector<std::string> words;
      std::vector<bool> fit;
      for (const term& part : chain->parts) {
        words.push_back(skeleton_of(part, n));
        fit.push_back(!has_tags(part) && !has_input(part, n));
      }
      for (std::size_t i = 0; i < words.size(); ++i) {
        if (continues(chain->parts[i])) continue;
        std::string key;
        for (std::size_t j = i; j < std::min(words.size(), i + most_parts) && fit[j]; ++j) {
          key += words[j];
          key += ';';
          kinds[key].push_back({chain, i, j + 1 - i});
        }
      }
    }
    std::vector<segment> chosen;
    int most = least_saved - 1;
    std::string best_key;
    for (const auto& [key, segments] : kinds) {
      if (segments.size() < 2 || refused.contains(key)) continue;
      const term one = cut(segments[0]);
      const int layers = layers_of(one);
      if (layers < least_layers) continue;
      if (one.parts.size() == 1 && one.parts[0].what == term::form::reference) continue;
      // The whole of a block's body is that block already.
      std::vector<segment> apart;
      const term* last = nullptr;
      std::size_t end = 0;
      for (const segment& s : segments) {
        if (s.chain == last && s.first < end) continue;
        if (std::any_of(e.blocks.begin(), e.blocks.end(),
                        [&](const block& b) { return s.chain == &b.body && s.count == b.body.parts.size(); }))
          continue;
        last = s.chain, end = s.first + s.count;
        apart.push_back(s);
      }
      const int saved = (static_cast<int>(apart.size()) - 1) * layers;
      // Ties go to the first key, so that the result does not depend on the order of a hash table.
      const bool better = saved > most || (saved == most && key < best_key);
      if (apart.size() < 2 || !better) continue;
      most = saved, chosen = std::move(apart), best_key = key;
    }
    if (chosen.empty()) return false;
    std::vector<std::vector<number_said>> copies;
    for (const segment& s : chosen) copies.push_back(numbers_of(cut(s), n));
    term body = cut(chosen[0]);
    const generalisation g = generalise(copies);
    if (g.parameters.size() > most_parameters) {
      refused.insert(best_key);
      return true;
    }
    const std::string title = title_of(body, n);
    block b{title, std::move(body), g.parameters};
    const auto taken = [&](const block& other) { return other.name == b.name; };
    for (int k = 2; std::any_of(e.blocks.begin(), e.blocks.end(), taken); ++k)
      b.name = title + std::to_string(k);
    std::size_t next = 0;
    put_numbers(b.body, n, g.texts, next);
    // From the back of each chain, so that places stay what they are.
    for (std::size_t i = chosen.size(); i-- > 0;) {
      const segment& s = chosen[i];
      term reference{term::form::reference, -1, {cut(s)}, b.name};
      for (const std::size_t f : g.first) {
        reference.arguments.push_back(copies[i][f].value);
        reference.numbers.push_back(copies[i][f].text);
        reference.kinds.push_back(copies[i][f].kind);
      }
      auto& parts = s.chain->parts;
      const auto begin = parts.begin() + std::ptrdiff_t(s.first);
      parts.insert(parts.erase(begin, begin + std::ptrdiff_t(s.count)), std::move(reference));
    }
    e.blocks.push_back(std::move(b));
    return true;
  }

  static bool uses(const term& t, const std::string& name) {
    if (t.what == term::form::reference) return t.name == name;
    const auto said = t.said();
    return std::any_of(said.begin(), said.end(), [&](const term& p) { return uses(p, name); });
  }
  /// A block stands after those that it uses.
  void put_in_order() {
    std::vector<block> sorted;
    while (!e.blocks.empty()) {
      const auto free = std::find_if(e.blocks.begin(), e.blocks.end(), [&](const block& b) {
        return std::none_of(e.blocks.begin(), e.blocks.end(),
                            [&](const block& o) { return uses(b.body, o.name); });
      });
      sorted.push_back(std::move(*free));
      e.blocks.erase(free);
    }
    e.blocks = std::move(sorted);
    // Those of one title are numbered in the order in which they stand.
    std::map<std::string, std::string> renamed;
    std::map<std::string, int> titles;
    for (block& b : e.blocks) {
      const std::string title = b.name.substr(0, b.name.find_last_not_of("0123456789") + 1);
      const int number = ++titles[title];
      renamed[b.name] = number == 1 ? title : title + std::to_string(number);
    }
    for (block& b : e.blocks) {
      b.name = renamed[b.name];
      rename(b.body, renamed);
    }
    rename(e.whole, renamed);
  }
  static void rename(term& t, std::map<std::string, std::string>& renamed) {
    if (t.what == term::form::reference) t.name = renamed[t.name];
    for (term& part : t.said()) rename(part, renamed);
  }

  std::string words(const term& t) const {
    std::string w = skeleton_of(t, n);
    for (const number_said& x : numbers_of(t, n)) w += ' ' + x.text;
    return w;
  }

  bool has_places(const term& t) const {
    if (t.what == term::form::layer) return n.vertices[at(t.vertex)].placed;
    return std::any_of(t.parts.begin(), t.parts.end(), [&](const term& p) { return has_places(p); });
  }

  /// What may be a copy of a repeat: a block, or a scope whose name ends with a number. Its name without the
  /// number, and that.
  struct copy {
    bool may = false;
    std::string name;
    index number = 0;
  };
  copy copy_of(const term& t) const {
    if (t.what == term::form::reference)
      return {!has_places(t), "", 0};  // or the model's numbers would change
    if (t.what != term::form::scope) return {};
    if (is_numbered(t.name)) return {true, "", 0};
    const std::size_t digits = t.name.find_last_not_of("0123456789") + 1;
    if (digits == t.name.size() || t.name.size() - digits > 6 ||
        (t.name[digits] == '0' && t.name.size() > digits + 1))
      return {};
    return {true, t.name.substr(0, digits), std::stoll(t.name.substr(digits))};
  }

  /// Neighbours that are the same become a repeat: each of them a numbered or a named block.
  void gather_runs(term& t) {
    for (term& part : t.said()) gather_runs(part);
    if (t.what != term::form::chain) return;
    const auto inside = [&](const term& part) {
      return words(part.what == term::form::scope ? part.parts[0] : part);
    };
    std::vector<term> parts;
    for (std::size_t i = 0; i < t.parts.size();) {
      const copy first = copy_of(t.parts[i]);
      std::size_t j = i + 1;
      const std::string one = first.may ? inside(t.parts[i]) : "";
      for (; first.may && j < t.parts.size(); ++j) {
        const copy next = copy_of(t.parts[j]);
        const bool follows = next.may && t.parts[j].what == t.parts[i].what && next.name == first.name &&
                             (first.name.empty() || next.number == first.number + static_cast<index>(j - i));
        if (!follows || inside(t.parts[j]) != one) break;
      }
      if (j - i < 2) {
        parts.push_back(std::move(t.parts[i]));
      } else {
        term run{term::form::repeat};
        run.name = first.name, run.first = first.number;
        for (std::size_t k = i; k < j; ++k) {
          const bool scope = t.parts[k].what == term::form::scope;
          run.parts.push_back(scope ? term(t.parts[k].parts[0]) : std::move(t.parts[k]));
        }
        parts.push_back(std::move(run));
      }
      i = j;
    }
    t.parts = std::move(parts);
  }
};

}  // namespace

std::vector<number_said> own_numbers(const term& t, const network& n) {
  std::vector<number_said> all;
  const auto put = [&](const char* kind, index value) {
    const std::size_t i = all.size();
    all.push_back({kind, value, i < t.numbers.size() ? t.numbers[i] : std::to_string(value)});
    return std::string("#");
  };
  if (t.what == term::form::layer) spell_layer(n.vertices[at(t.vertex)], put);
  for (std::size_t i = 0; i < t.arguments.size(); ++i)
    put(i < t.kinds.size() ? t.kinds[i].c_str() : "N", t.arguments[i]);
  return all;
}

void find_blocks(expression& e, const network& n) { finder(e, n); }

}  // namespace tenon::importer
