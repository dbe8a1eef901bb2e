// The page: what stands where.
#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "../run_memory.hpp"
#include "../table.hpp"
#include "drawing.hpp"
#include "page.hpp"
#include "tenon/receptive_field.hpp"

namespace tenon {
namespace drawing {
namespace {

using detail::fixed, detail::grouped;

std::string tile_html(std::string_view name, const std::string& value, const std::string& more = {}) {
  return "<div class=\"tile\"><b>" + escaped(value) + "</b><span>" + escaped(name) +
         (more.empty() ? "" : "<br/><small>" + escaped(more) + "</small>") + "</span></div>\n";
}

std::string time_text(double us) { return us < 1000 ? fixed(us) + " µs" : fixed(us / 1000) + " ms"; }

std::string extents_text(const extents& e) {
  std::string text;
  for (int a = 0; a < e.count; ++a) text += (a > 0 ? "×" : "") + std::to_string(e.values[a]);
  return text;
}

std::string tiles_html(const subject& s) {
  index parameters = 0, macs = 0, weights = 0;
  int layers = 0;
  for (const node& n : s.net.network.nodes) {
    parameters += n.parameters, macs += n.macs, weights += n.tensor_count;
    layers += n.layer >= 0 && !n.pads;
  }
  std::string out = "<div class=\"tiles\">\n";
  if (s.times) {
    const double us = s.times->microseconds, floor = s.times->floor_sum();
    const double gflops = us > 0 ? 2e-3 * static_cast<double>(macs) / us : 0;
    out += tile_html("a run, one thread", time_text(us),
                     (floor > us ? "direct at least " : "at least ") + time_text(floor));
    out += tile_html("GFLOP/s", fixed(gflops), fixed(100 * gflops / s.times->core.gflops) + " % of the peak");
  }
  out += tile_html("parameters", grouped(parameters),
                   bytes_text(static_cast<double>(weights) * 4) + " of weights");
  out += tile_html("multiply-accumulates", short_count(static_cast<double>(macs)));
  out += tile_html("arena", bytes_text(static_cast<double>(s.net.schedule.arena_elements) * 4),
                   "scratch memory of a run");
  out += tile_html("receptive field", extents_text(receptive_field(s.net.network)),
                   "of the input, for an output");
  out += tile_html("layers", std::to_string(layers),
                   "run as " + std::to_string(s.net.schedule.steps.size()) + " steps");
  return out + "</div>\n";
}

const step_profile* times_of(const subject& s, std::size_t step) {
  if (!s.times) return nullptr;
  for (const step_profile& p : s.times->steps)
    if (p.first == static_cast<int>(step)) return &p;
  return nullptr;
}

/// The layers of a step as chips: a shuffle of which it takes a slice, what it computes, what was fused into
/// it.
std::string chips_html(const subject& s, const step& what, bool gives_halo) {
  std::string out;
  const auto add = [&](int id) {
    const node& n = s.layer(id);
    out += "<span class=\"chip " + std::string(kind_of(n.attr.kind)) + "\" title=\"" +
           escaped(long_text(s.net.network, id)) + "\">" + escaped(short_text(n)) + "</span> ";
  };
  if (what.through >= 0) add(what.through);
  for (int k = 0; k < what.covered_count; ++k) add(what.covered[k]);
  if (out.empty())
    out = gives_halo ? "<span class=\"dim\">zeros around a map</span>"
                     : "<span class=\"dim\">another layout</span>";
  return out;
}

std::string plan_html(const subject& s) {
  double longest = 0;
  if (s.times)
    for (const step_profile& p : s.times->steps)
      longest = std::max({longest, p.microseconds, p.floor_microseconds});
  std::string out =
      "<table class=\"plan\"><thead><tr><th class=\"num\">step</th><th>computes, and what was fused "
      "into it</th><th>in → out</th>";
  if (s.times)
    out +=
        "<th class=\"num\">µs</th><th class=\"time\">time, and its floor</th><th class=\"num\">% of "
        "peak</th>";
  out += "</tr></thead><tbody>\n";
  for (std::size_t k = 0; k < s.net.schedule.steps.size(); ++k) {
    const step_view view = s.step(k);
    const step& what = view.what;
    out += "<tr class=\"step s" + std::to_string(k) + (is_later_link(what) ? " linked" : "") +
           "\" data-step=\"" + std::to_string(k) + "\"><td class=\"num\">" + std::to_string(k) + "</td><td>";
    out += chips_html(s, what, view.out().has_halo());
    const int main = s.main_layer(k);
    out += "<div class=\"dim\">";
    if (main >= 0 && s.layer(main).layer >= 0 && !s.layer(main).label.empty())
      out += escaped(detail::spelled(path_of(s.net.network, main))) + " · ";
    out += escaped(detail::algorithm_text(view));
    if (what.chain > 1)
      out += ", begins a chain of " + std::to_string(what.chain) + " steps, " + std::to_string(what.band) +
             " rows at a time";
    if (is_later_link(what)) out += ", in the chain";
    if (view.has_residual()) out += ", with a second map";
    out +=
        "</div></td><td class=\"nowrap\">" + map_text(view.in()) + "<br/>→ " + map_text(view.out()) + "</td>";
    if (s.times) {
      if (const step_profile* p = times_of(s, k)) {
        const double scale = longest > 0 ? 100 / longest : 0;
        out += "<td class=\"num\">" + fixed(p->microseconds) + "</td><td class=\"time\"><div class=\"bar " +
               std::string(s.kind_of_step(k)) + "\" title=\"floor " + fixed(p->floor_microseconds) + " µs, " +
               fixed(p->times_floor()) + " times\"><i style=\"width:" + pixels(p->microseconds * scale) +
               "%\"></i><u style=\"left:" + pixels(p->floor_microseconds * scale) +
               "%\"></u></div></td><td class=\"num\">" +
               (p->done.macs > 0 ? fixed(p->percent_of_peak) : "–") + "</td>";
      } else {
        out += "<td class=\"num dim\">–</td><td class=\"dim\">with the chain</td><td></td>";
      }
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table>\n";
}

std::string layers_html(const subject& s) {
  index macs = 0, parameters = 0;
  for (const node& n : s.net.network.nodes) macs += n.macs, parameters += n.parameters;
  std::string out =
      "<table class=\"layers\"><thead><tr><th class=\"num\">layer</th><th>name</th><th>type</th><th "
      "class=\"num\">output</th>"
      "<th class=\"num\">parameters</th><th class=\"num\">MACs</th><th>share of MACs</th><th "
      "class=\"num\">sees</th>"
      "<th class=\"num\">step</th></tr></thead><tbody>\n";
  for (int id = 0; id < static_cast<int>(s.net.network.nodes.size()); ++id) {
    const node& n = s.layer(id);
    const int outputs[] = {id};
    const int step = s.steps_of_nodes[static_cast<std::size_t>(id)];
    const double share = macs > 0 ? 100 * static_cast<double>(n.macs) / static_cast<double>(macs) : 0;
    const std::string kind(kind_of(n.attr.kind));
    out +=
        "<tr class=\"" + (step >= 0 ? "s" + std::to_string(step) : "none") + "\" data-node=\"" +
        std::to_string(id) + "\"><td class=\"num dim\">" + (n.layer >= 0 ? std::to_string(n.layer) : "") +
        "</td><td>" + (n.layer >= 0 ? escaped(detail::spelled(path_of(s.net.network, id))) : "") +
        "</td><td><span class=\"key " + kind + "\"></span><code>" + escaped(detail::spelled(spell(n.attr))) +
        "</code></td><td class=\"num\">" + shape_text(n.out) + "</td><td class=\"num\">" +
        (n.parameters > 0 ? grouped(n.parameters) : "") + "</td><td class=\"num\">" +
        (n.macs > 0 ? grouped(n.macs) : "") + "</td><td class=\"time\">" +
        (n.macs > 0 ? "<div class=\"bar " + kind + "\"><i style=\"width:" + pixels(share) + "%\"></i></div>"
                    : "") +
        "</td><td class=\"num\">" +
        extents_text(receptive_field({s.net.network.nodes, s.net.network.scopes, outputs})) +
        "</td><td class=\"num dim\">" + (step >= 0 ? std::to_string(step) : "") + "</td></tr>\n";
  }
  return out + "</tbody><tfoot><tr><td></td><td></td><td>all</td><td></td><td class=\"num\">" +
         grouped(parameters) + "</td><td class=\"num\">" + grouped(macs) +
         "</td><td></td><td></td><td></td></tr></tfoot></table>\n";
}

/// The graph; of a large network its blocks first.
std::string graph_html(const subject& s) {
  const auto all = graph_svg(s.net.network, s.net.schedule, s.options.title, "n", false);
  const auto blocks = s.net.network.nodes.size() > 60 ? blocks_svg(s.net.network, s.net.schedule, "n") : "";
  if (blocks.empty()) return all;
  return "<details open=\"open\"><summary>Blocks</summary>" + blocks +
         "</details><details class=\"all\"><summary>All layers</summary>" + all + "</details>";
}

/// How the time is spread over the ways of computing.
std::string spread_html(const subject& s) {
  struct part {
    std::string how;
    int steps = 0;
    double us = 0, floor = 0;
  };
  std::vector<part> parts;
  for (const step_profile& p : s.times->steps) {
    auto at = std::find_if(parts.begin(), parts.end(), [&](const part& q) { return q.how == p.algorithm; });
    if (at == parts.end()) at = parts.insert(at, part{p.algorithm});
    at->steps += p.count, at->us += p.microseconds, at->floor += p.floor_microseconds;
  }
  std::sort(parts.begin(), parts.end(), [](const part& a, const part& b) { return a.us > b.us; });
  const double sum = s.times->sum();
  std::string out =
      "<table><thead><tr><th>algorithm</th><th class=\"num\">steps</th><th class=\"num\">µs</th>"
      "<th>share</th><th class=\"num\">times its floor</th></tr></thead><tbody>\n";
  for (const part& p : parts)
    out += "<tr><td>" + escaped(p.how) + "</td><td class=\"num\">" + std::to_string(p.steps) +
           "</td><td class=\"num\">" + fixed(p.us) +
           "</td><td class=\"time\"><div class=\"bar conv\"><i style=\"width:" +
           pixels(sum > 0 ? 100 * p.us / sum : 0) + "%\"></i></div></td><td class=\"num\">" +
           fixed(p.us / p.floor) + "</td></tr>\n";
  return out + "</tbody></table>\n";
}

std::string legend_html() {
  const char* kinds[][2] = {{"conv", "convolution"},   {"linear", "linear"},  {"pool", "pool"},
                            {"norm", "normalisation"}, {"act", "activation"}, {"join", "join"},
                            {"move", "moves elements"}};
  std::string out = "<p class=\"legend\">";
  for (const auto& k : kinds)
    out += std::string("<span><i class=\"key ") + k[0] + "\"></i>" + k[1] + "</span> ";
  return out + "</p>\n";
}

}  // namespace
}  // namespace drawing

namespace detail {

std::string report_text(const runner& net, std::span<const shape> outputs, std::span<const float> weights,
                        const report_options& options) {
  using namespace drawing;
  index inputs = 0;
  for (const node& n : net.network.nodes)
    if (n.attr.kind == op::input) inputs += n.out.count();
  if (!options.input.empty() && options.input.size() != static_cast<std::size_t>(inputs))
    throw std::invalid_argument("tenon: the input of a report has " + std::to_string(options.input.size()) +
                                " elements, the network takes " + std::to_string(inputs));

  subject s{net, outputs, weights, options};
  s.steps_of_nodes = steps_of_nodes(net.network, net.schedule);
  if (net.compiled.run_step) {
    std::vector<float> grey;
    const float* first = options.input.data();
    if (options.input.empty()) grey.assign(static_cast<std::size_t>(inputs), 0.5f), first = grey.data();
    std::vector<const float*> in;
    for (const node& n : net.network.nodes)
      if (n.attr.kind == op::input) in.push_back(first), first += n.out.count();
    s.times = profile(net, in.data(), outputs, {options.runs, options.core});
  }

  const std::string title = escaped(options.title);
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
      title + "</title>\n<link rel=\"icon\" href=\"data:,\"/>\n<style>" + graph_style + page_style +
      "</style></head>\n<body class=\"net\"><header><h1>" + title + "</h1><p class=\"dim\">";
  page += "compiled for " + escaped(net.compiled.target);
  if (s.times) page += " · medians of " + grouped(s.times->runs) + " runs on one thread";
  if (net.schedule.numbers == numerics::reproducible) page += " · reproducible";
  if (net.schedule.numbers == numerics::fast) page += " · fast numbers";
  page +=
      "</p><nav><a href=\"#network\">Network and plan</a><a href=\"#time\">Time</a><a "
      "href=\"#memory\">Memory</a>"
      "<a href=\"#layers\">Layers</a><a href=\"#features\">Features</a></nav></header>\n<main>\n";
  page += tiles_html(s);
  page +=
      "<section id=\"network\"><h2>Network and plan</h2>\n" + legend_html() +
      "<div class=\"beside\"><div class=\"card pane graph\">" + graph_html(s) +
      "</div><div class=\"card pane\">" + plan_html(s) +
      "</div></div>\n<p class=\"dim\">The network as it was written, and the steps that run. Layers on a "
      "common ground are one step: what passes between them never leaves the registers. Click a step or a "
      "layer to find it in the other picture; the mark in a bar is the least time that the step's arithmetic "
      "and traffic take.</p></section>\n";
  page += "<section id=\"time\"><h2>Time against the roofline</h2>\n";
  if (s.times) {
    const machine& core = s.times->core;
    page += "<div class=\"beside roofs\"><div class=\"card\">" + roofline_svg(s) +
            "</div><div class=\"card pane\">" + spread_html(s) + "</div>" +
            "</div><p class=\"dim\">Each dot is a step, as large as its part of "
            "the time. No step can be above the roof: " +
            fixed(core.gflops) + " GFLOP/s of this core, or what " + fixed(core.l2_gbytes) +
            " GB/s from its L2 cache, " + fixed(core.l3_gbytes) + " from the last-level cache and " +
            fixed(core.memory_gbytes) +
            " from memory allow. Only a Winograd convolution can, because its operations are "
            "counted as those of a direct one. Steps without multiply-accumulates are not shown.</p>";
  } else {
    page += "<p class=\"dim\">No times: the network was compiled without TENON_PROFILE.</p>";
  }
  page += "</section>\n<section id=\"memory\"><h2>The arena</h2>\n<div class=\"card pane\">" + arena_svg(s) +
          "</div><p class=\"dim\">Each block is a buffer: the steps during which it lives across, its place "
          "in the arena "
          "up. Together they take " +
          bytes_text(static_cast<double>(net.schedule.arena_elements) * 4) + ".</p></section>\n";
  page +=
      "<section id=\"layers\"><h2>Layers</h2>\n<div class=\"card pane\">" + layers_html(s) +
      "</div><p class=\"dim\">MACs are multiply-accumulates for one input. <i>Sees</i> is the receptive "
      "field: the "
      "elements of the input, along each axis, that one element of the output depends on.</p></section>\n";
  page += "<section id=\"features\"><h2>Learned features</h2>\n" + features_html(s) + "</section>\n";
  page += "</main>\n<footer class=\"dim\">Made by tenon::report.</footer>\n<script>" +
          std::string(page_script) + "</script>\n</body></html>\n";
  return page;
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error("tenon: cannot write " + path);
}

}  // namespace detail
}  // namespace tenon
