#include "drawing.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "../table.hpp"

namespace tenon::drawing {

using detail::spelled;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' ? '?' : c;
    }
  }
  return out;
}

std::string pixels(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  std::string s = text;
  if (s.ends_with(".0")) s.resize(s.size() - 2);
  return s == "-0" ? "0" : s;
}

std::string_view kind_of(op kind) {
  switch (kind) {
    case op::input:
      return "io";
    case op::conv:
    case op::conv_transpose:
    case op::local:
      return "conv";
    case op::linear:
      return "linear";
    case op::max_pool:
    case op::avg_pool:
    case op::lp_pool:
    case op::global_max_pool:
    case op::global_avg_pool:
    case op::global_lp_pool:
    case op::adaptive_avg_pool:
      return "pool";
    case op::batch_norm:
    case op::instance_norm:
    case op::layer_norm:
    case op::group_norm:
    case op::local_response_norm:
    case op::scale:
    case op::shift:
      return "norm";
    case op::add:
    case op::subtract:
    case op::multiply:
    case op::maximum:
    case op::concat:
      return "join";
    case op::prelu:
    case op::softmax:
    case op::log_softmax:
      return "act";
    default:
      return is_activation(kind) ? "act" : "move";
  }
}

std::string shape_text(const shape& s) {
  std::string text;
  for (int i = 0; i < s.rank; ++i) text += (i > 0 ? "×" : "") + std::to_string(s.extents[i]);
  return text;
}

namespace {

std::string extents_text(const index (&values)[max_spatial_rank], int rank) {
  std::string text;
  for (int a = 0; a < rank && a < max_spatial_rank; ++a)
    text += (a > 0 ? "×" : "") + std::to_string(values[a]);
  return text;
}

bool all_one(const index (&values)[max_spatial_rank], int rank) {
  for (int a = 0; a < rank && a < max_spatial_rank; ++a)
    if (values[a] != 1) return false;
  return true;
}

}  // namespace

std::string short_text(const node& n) {
  const int rank = n.out.spatial_rank();
  const auto window = [&](std::string text) {
    text += ' ' + extents_text(n.win.kernel, rank);
    return text;
  };
  const auto stride = [&] {
    if (all_one(n.win.stride, rank)) return std::string();
    bool equal = true;
    for (int a = 1; a < rank && a < max_spatial_rank; ++a)
      equal = equal && n.win.stride[a] == n.win.stride[0];
    return " / " + (equal ? std::to_string(n.win.stride[0]) : extents_text(n.win.stride, rank));
  };
  switch (n.attr.kind) {
    case op::input:
      return n.label.empty() ? "input" : "input " + std::string(n.label);
    case op::conv: {
      const bool depthwise = n.groups > 1 && n.groups == n.out.channels();
      std::string text = window(depthwise ? "depthwise" : "conv") + " · " + std::to_string(n.out.channels());
      if (n.groups > 1 && !depthwise) text += " · " + std::to_string(n.groups) + " groups";
      return text + stride();
    }
    case op::conv_transpose:
    case op::local:
      return window(std::string(n.attr.kind == op::local ? "local" : "conv transposed")) + " · " +
             std::to_string(n.out.channels()) + stride();
    case op::linear:
      return "linear · " + std::to_string(n.out.channels());
    case op::max_pool:
      return window("max pool") + stride();
    case op::avg_pool:
      return window("average pool") + stride();
    case op::lp_pool:
      return window("Lp pool") + stride();
    case op::add:
      return "+";
    case op::subtract:
      return "−";
    case op::multiply:
      return "×";
    case op::slice:
    case op::pad:
    case op::upsample:
    case op::user:
      break;
    default: {
      std::string text(spelling(n.attr.kind));
      for (char& c : text)
        if (c == '_') c = ' ';
      return text;
    }
  }
  const std::string text = spelled(spell(n.attr));
  return text.size() > 28 ? std::string(spelling(n.attr.kind)) : text;
}

std::string map_text(const buffer& b) {
  std::string text = std::to_string(b.channels);
  const bool plane = b.depth > 1 || b.rows > 1;
  for (const index extent :
       {b.depth > 1 ? b.depth : 0, plane ? b.rows : 0, b.positions() > 1 ? b.columns : 0})
    if (extent > 0) text += "×" + std::to_string(extent);
  return text;
}

std::string long_text(graph_view network, int id) {
  const node& n = network.nodes[static_cast<std::size_t>(id)];
  std::string text = spelled(spell(n.attr));
  if (n.layer >= 0) text = spelled(path_of(network, id)) + ": " + text;
  text += "\ngives " + shape_text(n.out);
  if (n.parameters > 0) text += "\n" + detail::grouped(n.parameters) + " parameters";
  if (n.macs > 0) text += "\n" + detail::grouped(n.macs) + " multiply-accumulates";
  return text;
}

std::vector<int> steps_of_nodes(graph_view network, plan_view schedule) {
  std::vector<int> steps(network.nodes.size(), -1);
  for (std::size_t s = 0; s < schedule.steps.size(); ++s)
    for (int k = 0; k < schedule.steps[s].covered_count; ++k)
      steps[static_cast<std::size_t>(schedule.steps[s].covered[k])] = static_cast<int>(s);
  for (std::size_t s = schedule.steps.size(); s-- > 0;)  // of a shuffle, the first of its slices
    if (const int shuffle = schedule.steps[s].through; shuffle >= 0)
      steps[static_cast<std::size_t>(shuffle)] = static_cast<int>(s);
  return steps;
}

std::vector<int> inputs_of(const node& n) {
  std::vector<int> in;
  for (int i : n.inputs)
    if (i >= 0) in.push_back(i);
  return in;
}

double text_width(std::string_view text, double one) {
  return one * static_cast<double>(std::count_if(text.begin(), text.end(), [](char c) {
           return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
         }));
}

std::string short_count(double count) {
  const char* units[] = {"", " thousand", " M", " G", " T"};
  int unit = 0;
  while (count >= (unit == 0 ? 999999.5 : 999.95) && unit < 4) count /= 1000, ++unit;
  return (unit == 0 ? detail::grouped(static_cast<index>(count + 0.5)) : detail::fixed(count)) + units[unit];
}

std::string edge_svg(const edge& e, std::string_view kind, std::string_view text_kind,
                     std::string_view text) {
  const auto place = [](double x, double y) { return pixels(x) + ' ' + pixels(y); };
  const auto& p = e.path;
  std::string d = "M" + place(p[0].x, p[0].y);
  for (std::size_t i = 1; i < p.size(); ++i) {
    const point a = p[i - 1], b = p[i];
    const double middle = (a.y + b.y) / 2;
    if (std::abs(a.x - b.x) < 0.6)
      d += "L" + place(b.x, b.y);
    else
      d += "C" + place(a.x, middle) + ' ' + place(b.x, middle) + ' ' + place(b.x, b.y);
  }
  const point a = p[0], b = p[1];
  const bool to_left = b.x < a.x - 2;
  return "<path class=\"" + std::string(kind) + "\" d=\"" + d + "\"/><path class=\"tip\" d=\"M" +
         place(p.back().x, p.back().y) + "l-3.5-6h7z\"/><text class=\"" + std::string(text_kind) + '"' +
         (to_left ? " text-anchor=\"end\"" : "") + " x=\"" + pixels((a.x + b.x) / 2 + (to_left ? -5 : 5)) +
         "\" y=\"" + pixels((a.y + b.y) / 2 + 3) + "\">" + escaped(text) + "</text>\n";
}

}  // namespace tenon::drawing
