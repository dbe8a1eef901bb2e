// The graph of a network: the text that Graphviz reads, and SVG.
#include <algorithm>

#include "../table.hpp"
#include "drawing.hpp"
#include "layout.hpp"
#include "tenon/draw.hpp"

namespace tenon {
namespace drawing {

const char* const graph_style = R"css(
.net{--ink:#1f2937;--dim:#6b7280;--line:#9ca3af;--ground:#ffffff;--hull:#64748b;
--conv:#2563eb;--linear:#7c3aed;--pool:#b45309;--norm:#0f766e;--act:#be185d;--join:#334155;--move:#64748b;--io:#111827;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
@media(prefers-color-scheme:dark){.net{--ink:#e5e7eb;--dim:#9ca3af;--line:#6b7280;--ground:#14171d;--hull:#94a3b8;
--conv:#6ea8fe;--linear:#b794f6;--pool:#f6b44b;--norm:#4fd1c5;--act:#f687b3;--join:#cbd5e1;--move:#94a3b8;--io:#f3f4f6}}
.net text{font-size:11px;fill:var(--ink)}
.net .shape,.net .extents{font-size:9.5px;fill:var(--dim);paint-order:stroke;stroke:var(--ground);stroke-width:3px;stroke-linejoin:round}
.net .name{font-size:9px;fill:var(--dim)}
.net .scope{font-size:10px;fill:var(--dim)}
.net .bracket{fill:none;stroke:var(--line);stroke-width:1.2}
.net .edge,.net .way{fill:none;stroke:var(--line);stroke-width:1.3}
.net .fused{stroke:var(--hull);stroke-width:2.2}
.net .tip{fill:var(--line)}
.net .hull{fill:var(--hull);fill-opacity:.11}
.net .box rect,.net .group rect{fill:var(--k);fill-opacity:.14;stroke:var(--k);stroke-width:1.2}
.net .box text,.net .group text{font-weight:600}
.net .box .name,.net .group .name{font-weight:400}
.net .conv{--k:var(--conv)}.net .linear{--k:var(--linear)}.net .pool{--k:var(--pool)}.net .norm{--k:var(--norm)}
.net .act{--k:var(--act)}.net .join{--k:var(--join)}.net .move{--k:var(--move)}.net .io{--k:var(--io)}
)css";

namespace {

std::string place(double x, double y) { return pixels(x) + ' ' + pixels(y); }

/// The rectangle of the boxes of some nodes.
struct ground {
  double left = 1e18, right = -1e18, top = 1e18, bottom = -1e18;

  void add(const box& b) {
    left = std::min(left, b.x - b.width / 2), right = std::max(right, b.x + b.width / 2);
    top = std::min(top, b.y), bottom = std::max(bottom, b.y + b.height);
  }
  bool meets(const box& b) const {
    return b.x - b.width / 2 < right && b.x + b.width / 2 > left && b.y < bottom && b.y + b.height > top;
  }
};

/// A line along the nodes of a block, with its name.
struct bracket {
  std::string name;
  double top, bottom;
  int lane;
};

class picture {
 public:
  picture(graph_view network, plan_view schedule)
      : network_(network), steps_(steps_of_nodes(network, schedule)) {
    for (std::size_t id = 0; id < network.nodes.size(); ++id) {
      const node& n = network.nodes[id];
      titles_.push_back(short_text(n));
      names_.push_back(n.layer >= 0 && n.tensor_count > 0 && !n.pads
                           ? detail::spelled(path_of(network, static_cast<int>(id)))
                           : "");
      const double width =
          std::max({text_width(titles_.back(), 6.5) + 18, text_width(names_.back(), 5.1) + 18, 30.0});
      plan_.boxes.push_back({width, names_.back().empty() ? 22.0 : 34.0});
      for (int in : inputs_of(n)) plan_.edges.push_back({in, static_cast<int>(id)});
    }
    for (std::size_t id = 0; id < steps_.size(); ++id)
      for (std::size_t other = 0; other < steps_.size(); ++other)
        if (same_step(static_cast<int>(id), static_cast<int>(other)))
          plan_.boxes[id].room = std::max(plan_.boxes[id].room, plan_.boxes[other].width + 8);
    for (edge& e : plan_.edges) e.straight = same_step(e.from, e.to) || goes_on(e);
    plan_.arrange();
    find_brackets();
  }

  std::string svg(std::string_view title, std::string_view prefix, bool alone) const {
    const double margin = 10, left = margin + lanes_ * 20;
    const double width = left + plan_.width + 60, height = plan_.height + 2 * margin;  // labels at the right
    std::string out = "<svg class=\"net\" viewBox=\"0 0 " + place(width, height) + "\" width=\"" +
                      pixels(width) + "\" height=\"" + pixels(height) + '"';
    if (alone) out += " xmlns=\"http://www.w3.org/2000/svg\"";
    if (!alone) out += " style=\"min-width:" + pixels(width * 0.75) + "px\"";  // may shrink so far to fit
    out += " role=\"img\" aria-label=\"" + escaped(title) + "\">\n";
    if (alone)
      out += "<title>" + escaped(title) + "</title>\n<style>" + graph_style +
             "</style>\n<rect width=\"100%\" height=\"100%\" style=\"fill:var(--ground)\"/>\n";
    out += brackets(margin) + "<g transform=\"translate(" + place(left, margin) + ")\">\n" + grounds() +
           edges() + boxes(prefix) + "</g>\n</svg>\n";
    return out;
  }

 private:
  bool same_step(int a, int b) const {
    const int step = steps_[static_cast<std::size_t>(a)];
    return step >= 0 && step == steps_[static_cast<std::size_t>(b)];
  }

  bool leaps(const edge& e) const {
    const node& to = network_.nodes[static_cast<std::size_t>(e.to)];
    return inputs_of(to).size() > 1 || to.attr.kind == op::identity;
  }
  /// Is it the only way from here to there, or the one beside others that leap over it?
  bool goes_on(const edge& e) const {
    return !leaps(e) && std::none_of(plan_.edges.begin(), plan_.edges.end(), [&](const edge& other) {
      return other.from == e.from && other.to != e.to && !leaps(other);
    });
  }

  void find_brackets() {
    for (int s = 1; s < static_cast<int>(network_.scopes.size()); ++s) {
      int depth = 0;
      for (int up = network_.scopes[static_cast<std::size_t>(s)].parent; up > 0; ++depth)
        up = network_.scopes[static_cast<std::size_t>(up)].parent;
      ground all;
      int count = 0;
      for (std::size_t id = 0; id < network_.nodes.size(); ++id)
        if (within(network_.nodes[id].scope, s)) all.add(plan_.boxes[id]), ++count;
      if (count < 4 || depth > 2) continue;
      std::string name = detail::spelled(detail::path_to(network_, s));
      name.pop_back();
      brackets_.push_back({name, all.top, all.bottom, depth});
    }
    // Of blocks beside each other none has one.
    std::erase_if(brackets_, [all = brackets_](const bracket& b) {
      return std::any_of(all.begin(), all.end(), [&](const bracket& other) {
        return other.lane == b.lane && other.name != b.name && other.top < b.bottom && b.top < other.bottom;
      });
    });
    for (const bracket& b : brackets_) lanes_ = std::max(lanes_, b.lane + 1);
  }

  bool within(int scope, int outer) const {
    while (scope > outer) scope = network_.scopes[static_cast<std::size_t>(scope)].parent;
    return scope == outer;
  }

  std::string brackets(double margin) const {
    std::string out;
    for (const bracket& b : brackets_) {
      const double x = margin + b.lane * 20 + 12, top = b.top + margin, bottom = b.bottom + margin;
      out += "<path class=\"bracket\" d=\"M" + place(x + 4, top) + "H" + pixels(x) + "V" + pixels(bottom) +
             "h4\"/>\n";
      if (text_width(b.name, 5.5) < bottom - top + 4)
        out += "<text class=\"scope\" text-anchor=\"middle\" transform=\"translate(" +
               place(x - 4, (top + bottom) / 2) + ") rotate(-90)\">" + escaped(b.name) + "</text>\n";
    }
    return out;
  }

  std::string grounds() const {
    std::string out;
    const int last = steps_.empty() ? -1 : *std::max_element(steps_.begin(), steps_.end());
    for (int s = 0; s <= last; ++s) {
      ground all;
      int count = 0;
      for (std::size_t id = 0; id < steps_.size(); ++id)
        if (steps_[id] == s) all.add(plan_.boxes[id]), ++count;
      if (count < 2) continue;
      bool alone = true;
      for (std::size_t id = 0; id < steps_.size(); ++id)
        alone = alone && (steps_[id] == s || !all.meets(plan_.boxes[id]));
      if (!alone) continue;
      out += "<rect class=\"hull s" + std::to_string(s) + "\" x=\"" + pixels(all.left - 6) + "\" y=\"" +
             pixels(all.top - 6) + "\" width=\"" + pixels(all.right - all.left + 12) + "\" height=\"" +
             pixels(all.bottom - all.top + 12) + "\" rx=\"9\"/>\n";
    }
    return out;
  }

  std::string edges() const {
    std::string out;
    for (const edge& e : plan_.edges)
      out += edge_svg(e, same_step(e.from, e.to) ? "edge fused" : "edge", "shape",
                      shape_text(network_.nodes[static_cast<std::size_t>(e.from)].out));
    return out;
  }

  std::string boxes(std::string_view prefix) const {
    std::string out;
    for (std::size_t id = 0; id < plan_.boxes.size(); ++id) {
      const box& b = plan_.boxes[id];
      const bool named = !names_[id].empty();
      out += "<g class=\"box ";
      out += kind_of(network_.nodes[id].attr.kind);
      if (steps_[id] >= 0) out += " s" + std::to_string(steps_[id]);
      out += "\" id=\"" + std::string(prefix) + std::to_string(id) + "\"><title>" +
             escaped(long_text(network_, static_cast<int>(id))) + "</title><rect x=\"" +
             pixels(b.x - b.width / 2) + "\" y=\"" + pixels(b.y) + "\" width=\"" + pixels(b.width) +
             "\" height=\"" + pixels(b.height) + "\" rx=\"6\"/><text text-anchor=\"middle\" x=\"" +
             pixels(b.x) + "\" y=\"" + pixels(b.y + (named ? 15 : 15)) + "\">" + escaped(titles_[id]) +
             "</text>";
      if (named)
        out += "<text class=\"name\" text-anchor=\"middle\" x=\"" + pixels(b.x) + "\" y=\"" +
               pixels(b.y + 27) + "\">" + escaped(names_[id]) + "</text>";
      out += "</g>\n";
    }
    return out;
  }

  graph_view network_;
  std::vector<int> steps_;
  std::vector<std::string> titles_, names_;
  std::vector<bracket> brackets_;
  int lanes_ = 0;
  layout plan_;
};

/// Text between the quotation marks of Graphviz, where \n is a new line.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + '"';
}

constexpr std::string_view colour_of(std::string_view kind) {
  constexpr std::string_view colours[][2] = {{"conv", "#dbe7ff"}, {"linear", "#e9ddff"}, {"pool", "#fde8c4"},
                                             {"norm", "#d3f0ec"}, {"act", "#fbdcea"},    {"join", "#d9dee6"},
                                             {"move", "#e8ebf0"}, {"io", "#ffffff"}};
  for (const auto& c : colours)
    if (c[0] == kind) return c[1];
  return "#ffffff";
}

}  // namespace

std::string graph_svg(graph_view network, plan_view schedule, std::string_view title, std::string_view prefix,
                      bool alone) {
  return picture(network, schedule).svg(title, prefix, alone);
}

}  // namespace drawing

namespace detail {

std::string svg_text(graph_view network, plan_view schedule, std::string_view title) {
  return drawing::graph_svg(network, schedule, title, "n", true);
}

std::string dot_text(graph_view network, plan_view schedule, std::string_view title) {
  using namespace drawing;
  const auto steps = steps_of_nodes(network, schedule);
  std::string out =
      "digraph " + quoted(title) + " {\n  label=" + quoted(title) +
      ";\n  labelloc=t;\n  fontname=\"Helvetica\";\n  node [shape=box, style=\"rounded,filled\", "
      "fontname=\"Helvetica\", fontsize=11];\n  edge [fontname=\"Helvetica\", fontsize=9];\n";
  const auto line = [&](std::size_t id) {
    const node& n = network.nodes[id];
    std::string label = short_text(n);
    if (n.layer >= 0 && n.tensor_count > 0) label += '\n' + spelled(path_of(network, static_cast<int>(id)));
    return "n" + std::to_string(id) + " [label=" + quoted(label) +
           ", tooltip=" + quoted(long_text(network, static_cast<int>(id))) + ", fillcolor=\"" +
           std::string(colour_of(kind_of(n.attr.kind))) + "\"];\n";
  };
  for (std::size_t id = 0; id < steps.size(); ++id)
    if (steps[id] < 0) out += "  " + line(id);
  for (std::size_t s = 0; s < schedule.steps.size(); ++s) {
    std::string inside;
    for (std::size_t id = 0; id < steps.size(); ++id)
      if (steps[id] == static_cast<int>(s)) inside += "    " + line(id);
    if (inside.empty()) continue;
    out += "  subgraph cluster_step" + std::to_string(s) + " {\n    label=\"step " + std::to_string(s) + ' ' +
           std::string(spelling(schedule.steps[s].how)) +
           "\";\n    fontsize=9;\n    color=\"#b8c0cc\";\n    style=rounded;\n" + inside + "  }\n";
  }
  for (std::size_t id = 0; id < network.nodes.size(); ++id)
    for (int in : inputs_of(network.nodes[id]))
      out += "  n" + std::to_string(in) + " -> n" + std::to_string(id) +
             " [label=" + quoted(' ' + shape_text(network.nodes[static_cast<std::size_t>(in)].out)) + "];\n";
  return out + "}\n";
}

}  // namespace detail
}  // namespace tenon
