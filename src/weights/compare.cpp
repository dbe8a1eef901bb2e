#include "compare.hpp"

#include <algorithm>
#include <set>

#include "rename.hpp"

namespace tenon::weight_files {
namespace {

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('.') + 1); }

/// Numbers in names count as numbers: layer.2 comes before layer.10.
bool comes_before(std::string_view a, std::string_view b) {
  const auto digits = [](std::string_view s) {
    return std::min(s.find_first_not_of("0123456789"), s.size());
  };
  while (!a.empty() && !b.empty()) {
    const std::size_t da = digits(a), db = digits(b);
    if (da > 0 && db > 0) {
      const auto number = [](std::string_view s) {
        return s.substr(std::min(s.find_first_not_of('0'), s.size()));
      };
      const std::string_view na = number(a.substr(0, da)), nb = number(b.substr(0, db));
      if (na != nb) return na.size() != nb.size() ? na.size() < nb.size() : na < nb;
      a.remove_prefix(da);
      b.remove_prefix(db);
      continue;
    }
    if (a.front() != b.front()) return a.front() < b.front();
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.size() < b.size();
}

using pair = std::pair<std::string_view, std::string_view>;  // name in the file, name in the model

/// Missing tensors with the unexpected ones that they may be: of those with one shape and one last part of
/// their names ("weight"), the first is the first.
std::vector<pair> guess_pairs(const difference& c) {
  std::vector<const name_and_shape*> candidates;
  for (const name_and_shape& t : c.unexpected) candidates.push_back(&t);
  std::ranges::sort(candidates, [](auto* a, auto* b) {
    return comes_before(a->name, b->name) || (!comes_before(b->name, a->name) && a < b);
  });
  std::vector<pair> pairs;
  for (const name_and_shape& t : c.missing) {
    const auto found = std::ranges::find_if(candidates, [&](const name_and_shape* other) {
      return other->shape == t.shape && last_part(other->name) == last_part(t.name);
    });
    if (found == candidates.end()) continue;
    pairs.emplace_back((*found)->name, t.name);
    candidates.erase(found);
  }
  return pairs;
}

/// What is in front of the parts that two names share at their end. With `all` as many as they share, else
/// one.
prefix_rename rename_of(const pair& p, bool all) {
  auto [from, to] = p;
  do {
    const std::string_view part = last_part(from);
    if (part != last_part(to)) break;
    const auto without = [&](std::string_view s) {
      return s.substr(0, s.size() - std::min(s.size(), part.size() + 1));
    };
    from = without(from);
    to = without(to);
  } while (all && !from.empty() && !to.empty());
  return {std::string(from), std::string(to)};
}

/// The renames of all pairs, each once; short where they do not contradict each other.
std::vector<prefix_rename> renames_of(const std::vector<pair>& pairs, bool all) {
  std::map<std::string, std::set<std::string>> targets;
  for (const pair& p : pairs) {
    const prefix_rename r = rename_of(p, all);
    targets[r.from].insert(r.to);
  }
  std::vector<prefix_rename> renames;
  std::set<std::string> done;
  for (const pair& p : pairs) {
    prefix_rename r = rename_of(p, all);
    if (targets[r.from].size() > 1) r = rename_of(p, false);
    if (done.insert(r.from).second) renames.push_back(std::move(r));
  }
  return renames;
}

std::size_t count_right(const std::vector<prefix_rename>& renames, const std::vector<pair>& pairs) {
  return static_cast<std::size_t>(
      std::ranges::count_if(pairs, [&](const pair& p) { return renamed(p.first, renames) == p.second; }));
}

}  // namespace

std::string renamed(std::string_view name, const std::vector<prefix_rename>& renames) {
  const prefix_rename* best = nullptr;
  for (const prefix_rename& r : renames)
    if (begins(name, r.from) && (best == nullptr || r.from.size() > best->from.size())) best = &r;
  return best == nullptr ? std::string(name) : with_prefix(name, best->from, best->to);
}

difference compare(const std::vector<name_and_shape>& model, const std::vector<name_and_shape>& file) {
  difference c;
  std::map<std::string_view, const name_and_shape*> found;
  for (const name_and_shape& t : file) found.emplace(t.name, &t);
  std::set<std::string_view> expected;
  for (const name_and_shape& t : model) {
    expected.insert(t.name);
    const auto at = found.find(t.name);
    if (at == found.end())
      c.missing.push_back(t);
    else if (at->second->shape != t.shape)
      c.other.emplace_back(t, *at->second);
  }
  for (const name_and_shape& t : file)
    if (!expected.contains(t.name)) c.unexpected.push_back(t);

  const std::vector<pair> pairs = guess_pairs(c);
  for (const bool all : {true, false}) {
    std::vector<prefix_rename> renames = renames_of(pairs, all);
    // A rename must leave alone what fits already.
    const bool harmless = std::ranges::all_of(file, [&](const name_and_shape& t) {
      return !expected.contains(t.name) || renamed(t.name, renames) == t.name;
    });
    const std::size_t right = harmless ? count_right(renames, pairs) : 0;
    if (right > c.found_by_renames) {
      c.found_by_renames = right;
      c.renames = std::move(renames);
    }
  }
  return c;
}

}  // namespace tenon::weight_files
