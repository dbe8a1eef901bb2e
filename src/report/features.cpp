// Filters and feature maps of one input as pictures.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "../run_memory.hpp"
#include "../table.hpp"
#include "drawing.hpp"
#include "page.hpp"
#include "tenon/receptive_field.hpp"

namespace tenon::drawing {
namespace {

/// A feature map as a step left it in memory, in natural order.
struct captured {
  std::size_t step;
  int node;  // the last layer that the step computes
  index channels, depth, rows, columns;
  std::vector<float> values;

  std::span<const float> channel(index c, index slice) const {
    return std::span(values).subspan(static_cast<std::size_t>((c * depth + slice) * rows * columns),
                                     static_cast<std::size_t>(rows * columns));
  }
};

std::vector<float> elements_of(const buffer& b, const float* memory) {
  const float* first = memory + b.offset + b.origin();
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(b.channels * b.positions()));
  for (index c = 0; c < b.channels; ++c)
    for (index z = 0; z < b.depth; ++z)
      for (index v = 0; v < b.rows; ++v)
        for (index h = 0; h < b.columns; ++h)
          values.push_back(
              first[c * b.channel_step() + z * b.plane_step() + v * b.row_step() + h * b.column_step()]);
  return values;
}

/// Runs the network step by step and keeps what each leaves.
std::vector<captured> capture(const subject& s, std::vector<std::vector<float>>& outputs) {
  std::vector<const float*> in;
  const float* next = s.options.input.data();
  for (const node& n : s.net.network.nodes)
    if (n.attr.kind == op::input) in.push_back(next), next += n.out.count();
  detail::run_memory memory(s.net.schedule, s.outputs);
  std::vector<captured> maps;
  for (std::size_t k = 0; k < s.net.schedule.steps.size(); ++k) {
    const step_view view = s.step(k);
    s.net.compiled.run_step(static_cast<int>(k), s.net.packed, in.data(), memory.out(), memory.arena());
    if (is_later_link(view.what)) continue;
    const std::size_t last = k + static_cast<std::size_t>(links_with(view.what)) - 1;
    const step_view end = s.step(last);
    if (end.what.covered_count == 0 || end.what.of_rows) continue;  // no layer's value
    const buffer& b = end.out();
    const float* from = b.where == place::output ? memory.out()[b.port] : memory.arena();
    maps.push_back({last, end.what.covered[end.what.covered_count - 1], b.channels, b.depth, b.rows,
                    b.columns, elements_of(b, from)});
  }
  for (std::size_t i = 0; i < s.outputs.size(); ++i)
    outputs.emplace_back(memory.out()[i], memory.out()[i] + s.outputs[i].count());
  return maps;
}

using colour = std::array<double, 3>;

colour mixed(const colour& a, const colour& b, double t) {
  colour c;
  for (std::size_t i = 0; i < 3; ++i) c[i] = a[i] + (b[i] - a[i]) * t;
  return c;
}

constexpr int shades = 64;

/// From dark to light for numbers that are all of one sign; from blue over white to red for others.
std::vector<unsigned char> palette(bool is_signed) {
  static const std::vector<colour> one{
      {24, 15, 61}, {86, 26, 110}, {173, 46, 92}, {238, 105, 37}, {252, 255, 164}};
  static const std::vector<colour> two{
      {33, 76, 160}, {120, 170, 220}, {248, 248, 248}, {235, 140, 110}, {165, 15, 40}};
  const auto& stops = is_signed ? two : one;
  std::vector<unsigned char> colours;
  for (int i = 0; i < shades; ++i) {
    const double at = static_cast<double>(i) / (shades - 1) * static_cast<double>(stops.size() - 1);
    const auto k = std::min(static_cast<std::size_t>(at), stops.size() - 2);
    for (const double c : mixed(stops[k], stops[k + 1], at - static_cast<double>(k)))
      colours.push_back(static_cast<unsigned char>(c + 0.5));
  }
  return colours;
}

/// Numbers as a picture, at most `most` pixels wide and high: larger ones are shrunk by averaging.
pixel_map picture_of(std::span<const float> values, index rows, index columns, index most = 112) {
  const index by = std::max<index>(1, std::max((rows + most - 1) / most, (columns + most - 1) / most));
  const index height = (rows + by - 1) / by, width = (columns + by - 1) / by;
  std::vector<double> means;
  for (index v = 0; v < height; ++v)
    for (index h = 0; h < width; ++h) {
      double sum = 0;
      index count = 0;
      for (index y = v * by; y < std::min(rows, (v + 1) * by); ++y)
        for (index x = h * by; x < std::min(columns, (h + 1) * by); ++x)
          sum += values[static_cast<std::size_t>(y * columns + x)], ++count;
      means.push_back(std::isfinite(sum) ? sum / static_cast<double>(count) : 0);
    }
  const auto [least, largest] = std::minmax_element(means.begin(), means.end());
  const bool is_signed = *least < 0 && *largest > 0;
  const double reach = std::max(-*least, *largest);
  const double from = is_signed ? -reach : std::min(*least, *largest), to = is_signed ? reach : *largest;
  pixel_map p{static_cast<int>(width), static_cast<int>(height)};
  p.palette = palette(is_signed);
  for (const double v : means)
    p.values.push_back(to > from ? static_cast<unsigned char>(
                                       std::clamp((v - from) / (to - from), 0.0, 1.0) * (shades - 1) + 0.5)
                                 : 0);
  return p;
}

/// Three planes as red, green and blue, their common range from dark to light.
pixel_map colours_of(std::span<const float> planes, index rows, index columns) {
  const auto [least, most] = std::minmax_element(planes.begin(), planes.end());
  const double range = *most > *least ? double{*most} - *least : 1;
  pixel_map p{static_cast<int>(columns), static_cast<int>(rows)};
  const auto plane = static_cast<std::size_t>(rows * columns);
  for (std::size_t i = 0; i < plane; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      p.values.push_back(static_cast<unsigned char>(255 * (planes[c * plane + i] - *least) / range + 0.5));
  return p;
}

std::string figure(const pixel_map& p, std::string_view title, std::string_view kind = "map") {
  const std::string uri = data_uri(p);
  if (uri.empty()) return {};
  return "<img class=\"" + std::string(kind) + "\" alt=\"" + escaped(title) + "\" title=\"" + escaped(title) +
         "\" src=\"" + uri + "\"/>\n";
}

double spread(std::span<const float> values) {
  double sum = 0, squares = 0;
  for (const float v : values) sum += v, squares += double{v} * v;
  const double n = static_cast<double>(values.size()), mean = sum / n;
  return std::isfinite(squares) ? squares / n - mean * mean : 0;
}

/// The channels of a map, those that vary most first, then in their order.
std::string channels_html(const captured& m, int most) {
  const index slice = m.depth / 2;
  std::vector<index> order(static_cast<std::size_t>(m.channels));
  std::iota(order.begin(), order.end(), index{0});
  if (m.channels > most) {
    std::vector<double> varies;
    for (index c = 0; c < m.channels; ++c) varies.push_back(spread(m.channel(c, slice)));
    std::sort(order.begin(), order.end(), [&](index a, index b) {
      const auto key = [&](index c) { return std::pair{-varies[static_cast<std::size_t>(c)], c}; };
      return key(a) < key(b);
    });
    order.resize(static_cast<std::size_t>(most));
    std::sort(order.begin(), order.end());
  }
  std::string out;
  for (const index c : order)
    out += figure(picture_of(m.channel(c, slice), m.rows, m.columns), "channel " + std::to_string(c));
  return out;
}

std::string input_html(const subject& s) {
  std::string out;
  const float* next = s.options.input.data();
  for (const node& n : s.net.network.nodes) {
    if (n.attr.kind != op::input) continue;
    const std::span<const float> values(next, static_cast<std::size_t>(n.out.count()));
    next += n.out.count();
    if (n.out.rank != 3 && n.out.rank != 2) continue;
    const index rows = n.out.rank == 3 ? n.out.extents[1] : n.out.extents[0];
    const index columns = n.out.extents[n.out.rank - 1];
    const bool coloured = n.out.rank == 3 && n.out.channels() == 3;
    pixel_map p = coloured ? colours_of(values, rows, columns)
                           : picture_of(values.first(static_cast<std::size_t>(rows * columns)), rows, columns,
                                        n.out.rank == 3 ? 224 : 960);
    if (!coloured) {  // a photograph has no false colours
      p.palette.clear();
      std::vector<unsigned char> grey;
      for (const unsigned char v : p.values)
        grey.insert(grey.end(), 3, static_cast<unsigned char>(v * 255 / (shades - 1)));
      p.values = std::move(grey);
    }
    out += "<figure>" + figure(p, "input", n.out.rank == 3 ? "photo" : "strip") + "<figcaption>input, " +
           shape_text(n.out) + "</figcaption></figure>\n";
  }
  return out;
}

/// The filters of the first convolution, if they see few channels.
std::string filters_html(const subject& s) {
  for (const node& n : s.net.network.nodes) {
    if (n.attr.kind != op::conv || n.tensor_count == 0) continue;
    if (n.out.spatial_rank() != 2 || n.win.kernel[0] * n.win.kernel[1] < 4) return {};
    const index area = n.win.kernel[0] * n.win.kernel[1];
    const index channels = s.layer(n.inputs[0]).out.channels() / n.groups;
    if (channels > 4) return {};
    std::string out;
    const index count = std::min<index>(n.out.channels(), 64);
    for (index f = 0; f < count; ++f) {
      const auto filter = s.weights.subspan(static_cast<std::size_t>(n.tensor_offset + f * channels * area),
                                            static_cast<std::size_t>(channels * area));
      const std::string title = "filter " + std::to_string(f);
      out += figure(channels == 3 ? colours_of(filter, n.win.kernel[0], n.win.kernel[1])
                                  : picture_of(filter.first(static_cast<std::size_t>(area)), n.win.kernel[0],
                                               n.win.kernel[1]),
                    title, "map filter");
    }
    return "<div class=\"level\"><h3>Learned filters</h3><p class=\"dim\">The weights of the first "
           "convolution, " +
           escaped(short_text(n)) + (channels == 3 ? ", as colours" : ": blue below zero, red above") +
           ".</p><div class=\"maps\">" + out + "</div></div>\n";
  }
  return {};
}

std::string output_html(const subject& s, const std::vector<float>& y, std::size_t which) {
  std::vector<std::size_t> order(y.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t most = std::min<std::size_t>(order.size(), 10);
  const auto greater = [&](std::size_t a, std::size_t b) { return y[a] > y[b]; };
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end(), greater);
  order.resize(most);
  const double top = y[order.front()], low = std::min<double>(0, y[order.back()]);
  std::string out = "<div class=\"level\"><h3>Output" +
                    (s.outputs.size() > 1 ? ' ' + std::to_string(which) : "") +
                    "</h3><p class=\"dim\">The largest of " + detail::grouped(static_cast<index>(y.size())) +
                    " elements.</p><table class=\"bars\">\n";
  for (const std::size_t i : order) {
    const bool has_label = which == 0 && i < s.options.labels.size();
    char value[32];
    std::snprintf(value, sizeof value, "%.3g", double{y[i]});
    const double part = top > low ? (y[i] - low) / (top - low) : 0;
    out += "<tr><th>" + escaped(has_label ? s.options.labels[i] : std::to_string(i)) +
           "</th><td><i style=\"width:" + pixels(100 * part) + "%\"></i></td><td class=\"num\">" + value +
           "</td></tr>\n";
  }
  return out + "</table></div>\n";
}

/// Which maps to show: all, or twelve evenly among those of convolutions and pools.
std::vector<captured> chosen(const subject& s, std::vector<captured> maps) {
  std::erase_if(maps, [](const captured& m) { return m.rows * m.columns == 1; });
  constexpr std::size_t most = 12;
  if (maps.size() <= most) return maps;
  std::vector<captured> some;
  std::erase_if(maps, [&](const captured& m) {
    const auto kind = s.kind_of_step(m.step);
    return kind != "conv" && kind != "pool" && kind != "join";
  });
  if (maps.size() <= most) return maps;
  for (std::size_t i = 0; i < most; ++i) some.push_back(std::move(maps[i * (maps.size() - 1) / (most - 1)]));
  return some;
}

std::string sees_text(const subject& s, int id) {
  const int outputs[] = {id};
  const extents sees = receptive_field({s.net.network.nodes, s.net.network.scopes, outputs});
  std::string text;
  for (int a = 0; a < sees.count; ++a) text += (a > 0 ? "×" : "") + std::to_string(sees.values[a]);
  return text;
}

}  // namespace

std::string features_html(const subject& s) {
  if (!can_draw_pixels()) return "<p class=\"dim\">No pictures: this tenon was built without libpng.</p>\n";
  std::string filters = filters_html(s);
  if (s.options.input.empty()) return filters + "<p class=\"dim\">No feature maps: no input was given.</p>\n";
  if (!s.net.compiled.run_step)
    return input_html(s) + filters +
           "<p class=\"dim\">No feature maps: the network was compiled without TENON_PROFILE.</p>\n";
  std::vector<std::vector<float>> outputs;
  const auto maps = chosen(s, capture(s, outputs));
  const char* levels[] = {"Low level", "Mid level", "High level"};
  std::string out = "<div class=\"first\">" + input_html(s);
  for (std::size_t i = 0; i < outputs.size() && i < 3; ++i)
    if (s.outputs[i].positions() == 1) out += output_html(s, outputs[i], i);
  out += "</div>\n" + filters;
  int level = -1;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const captured& m = maps[i];
    const int now = maps.size() < 3 ? static_cast<int>(2 * i) : static_cast<int>(3 * i / maps.size());
    if (now != level) {
      if (level >= 0) out += "</div>\n";
      level = now;
      out += std::string("<div class=\"level\"><h3>") + levels[std::min(level, 2)] + "</h3>\n";
    }
    const bool one_axis = m.rows == 1 && m.depth == 1;
    const std::string sees = sees_text(s, m.node);
    out += "<h4>" + escaped(detail::computed_by(s.step(m.step))) + "</h4><p class=\"dim\">step " +
           std::to_string(m.step) + " · " +
           map_text({.channels = m.channels, .depth = m.depth, .rows = m.rows, .columns = m.columns}) +
           (sees.empty() ? "" : " · each element sees " + sees + " of the input");
    if (one_axis) {
      out += " · channels down, positions across</p><div class=\"maps\">" +
             figure(picture_of(m.values, m.channels, m.columns, 640), "all channels", "map wide");
    } else {
      if (m.channels > s.options.maps)
        out +=
            " · the " + std::to_string(s.options.maps) + " that vary most of " + std::to_string(m.channels);
      if (m.depth > 1) out += " · the middle slice";
      out += "</p><div class=\"maps\">" + channels_html(m, s.options.maps);
    }
    out += "</div>\n";
  }
  return out + (level >= 0 ? "</div>\n" : "");
}

}  // namespace tenon::drawing
