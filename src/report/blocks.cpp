// A large network drawn in its blocks: what has a name of its own is one box.
#include <algorithm>
#include <utility>

#include "../table.hpp"
#include "drawing.hpp"
#include "layout.hpp"

namespace tenon::drawing {
namespace {

/// Consecutive layers that are one box.
struct group {
  int first = 0, last = 0;
  int scope = -1;  // of a block; -1: layers that belong to none
};

int depth_of(graph_view network, int scope) {
  int depth = 0;
  for (; scope > 0; ++depth) scope = network.scopes[static_cast<std::size_t>(scope)].parent;
  return depth;
}

/// The layers of a block lie one behind the other, so groups can depend on earlier ones only.
std::vector<group> groups_at(graph_view network, const std::vector<int>& steps, int depth) {
  std::vector<group> groups;
  for (int id = 0; id < static_cast<int>(network.nodes.size()); ++id) {
    const node& n = network.nodes[static_cast<std::size_t>(id)];
    int scope = n.scope;
    for (int d = depth_of(network, scope); d > depth; --d)
      scope = network.scopes[static_cast<std::size_t>(scope)].parent;
    const bool in_block = depth_of(network, scope) == depth && depth > 0;
    const auto step = [&](int at) { return steps[static_cast<std::size_t>(at)]; };
    if (!groups.empty()) {
      group& before = groups.back();
      const bool same_block = in_block && before.scope == scope;
      const bool same_step = !in_block && before.scope < 0 && step(id) >= 0 && step(id) == step(before.last);
      if (same_block || same_step) {
        before.last = id;
        continue;
      }
    }
    groups.push_back({id, id, in_block ? scope : -1});
  }
  return groups;
}

}  // namespace

std::string blocks_svg(graph_view network, plan_view schedule, std::string_view prefix) {
  constexpr std::size_t most = 24;
  const auto steps = steps_of_nodes(network, schedule);
  int deepest = 0;
  for (int s = 0; s < static_cast<int>(network.scopes.size()); ++s)
    deepest = std::max(deepest, depth_of(network, s));
  std::vector<group> groups;
  for (int depth = 1; depth <= deepest; ++depth) {
    auto finer = groups_at(network, steps, depth);
    if (finer.size() > most && !groups.empty()) break;
    groups = std::move(finer);
  }
  if (groups.empty() || 2 * groups.size() > network.nodes.size()) return {};

  layout plan;
  std::vector<int> group_of(network.nodes.size());
  std::vector<std::string> titles, details, kinds;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    index macs = 0;
    int layers = 0, heaviest = groups[g].first;
    for (int id = groups[g].first; id <= groups[g].last; ++id) {
      const node& n = network.nodes[static_cast<std::size_t>(id)];
      group_of[static_cast<std::size_t>(id)] = static_cast<int>(g);
      macs += n.macs, layers += n.layer >= 0 && !n.pads;
      if (n.macs > network.nodes[static_cast<std::size_t>(heaviest)].macs) heaviest = id;
    }
    const node& main = network.nodes[static_cast<std::size_t>(heaviest)];
    std::string title = short_text(main);
    if (groups[g].scope >= 0) {
      title = detail::spelled(detail::path_to(network, groups[g].scope));
      title.pop_back();
    }
    std::string more;
    if (layers > 1) more = std::to_string(layers) + " layers";
    if (macs > 0) more += (more.empty() ? "" : " · ") + short_count(static_cast<double>(macs)) + " MACs";
    titles.push_back(title), details.push_back(more);
    kinds.emplace_back(groups[g].scope >= 0 ? "move" : kind_of(main.attr.kind));
    plan.boxes.push_back(
        {std::max({text_width(title, 6.5), text_width(more, 5.1), 20.0}) + 18, more.empty() ? 22.0 : 34.0});
  }
  std::vector<std::pair<std::pair<int, int>, int>> ways;  // from and to, and the layer that gives the map
  for (int id = 0; id < static_cast<int>(network.nodes.size()); ++id)
    for (int in : inputs_of(network.nodes[static_cast<std::size_t>(id)])) {
      const std::pair way{group_of[static_cast<std::size_t>(in)], group_of[static_cast<std::size_t>(id)]};
      if (way.first == way.second) continue;
      if (std::none_of(ways.begin(), ways.end(), [&](const auto& w) { return w.first == way; }))
        ways.push_back({way, in});
    }
  for (const auto& [way, id] : ways) plan.edges.push_back({way.first, way.second});
  for (edge& e : plan.edges)
    e.straight = std::none_of(plan.edges.begin(), plan.edges.end(), [&](const edge& other) {
      return (other.from == e.from) != (other.to == e.to);
    });
  plan.arrange();

  const double margin = 10;
  std::string out = "<svg class=\"net blocks\" viewBox=\"0 0 " + pixels(plan.width + 2 * margin + 60) + ' ' +
                    pixels(plan.height + 2 * margin) + "\" width=\"" + pixels(plan.width + 2 * margin + 60) +
                    "\" height=\"" + pixels(plan.height + 2 * margin) +
                    "\" role=\"img\" aria-label=\"Blocks\">\n<g transform=\"translate(" + pixels(margin) +
                    ' ' + pixels(margin) + ")\">\n";
  for (std::size_t e = 0; e < plan.edges.size(); ++e)
    out += edge_svg(plan.edges[e], "way", "extents",
                    shape_text(network.nodes[static_cast<std::size_t>(ways[e].second)].out));
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const box& b = plan.boxes[g];
    out += "<g class=\"group " + kinds[g] + "\" data-goto=\"" + std::string(prefix) +
           std::to_string(groups[g].first) + "\"><rect x=\"" + pixels(b.x - b.width / 2) + "\" y=\"" +
           pixels(b.y) + "\" width=\"" + pixels(b.width) + "\" height=\"" + pixels(b.height) +
           "\" rx=\"6\"/><text text-anchor=\"middle\" x=\"" + pixels(b.x) + "\" y=\"" + pixels(b.y + 15) +
           "\">" + escaped(titles[g]) + "</text>";
    if (!details[g].empty())
      out += "<text class=\"name\" text-anchor=\"middle\" x=\"" + pixels(b.x) + "\" y=\"" + pixels(b.y + 27) +
             "\">" + escaped(details[g]) + "</text>";
    out += "</g>\n";
  }
  return out + "</g>\n</svg>\n";
}

}  // namespace tenon::drawing
