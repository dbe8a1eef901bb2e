// The arena and the roofline as SVG.
#include <algorithm>
#include <cmath>

#include "../table.hpp"
#include "drawing.hpp"
#include "page.hpp"

namespace tenon::drawing {

std::string_view subject::kind_of_step(std::size_t number) const {
  const int id = main_layer(number);
  return id < 0 ? "move" : kind_of(layer(id).attr.kind);
}

std::string bytes_text(double bytes) {
  const char* units[] = {" bytes", " KiB", " MiB", " GiB"};
  int unit = 0;
  while (bytes >= (unit == 0 ? 10000 : 1000) && unit < 3) bytes /= 1024, ++unit;
  return (unit == 0 ? detail::grouped(static_cast<index>(bytes)) : detail::fixed(bytes)) + units[unit];
}

namespace {

std::string number(double value) { return pixels(value); }

std::string line(double x1, double y1, double x2, double y2, std::string_view kind) {
  return "<line class=\"" + std::string(kind) + "\" x1=\"" + number(x1) + "\" y1=\"" + number(y1) +
         "\" x2=\"" + number(x2) + "\" y2=\"" + number(y2) + "\"/>\n";
}

std::string label(double x, double y, std::string_view text, std::string_view anchor = "middle") {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + std::string(anchor) +
         "\">" + escaped(text) + "</text>\n";
}

/// 1, 2 or 5 times a power of ten (or of two, for bytes): some five ticks up to `most`.
double tick_for(double most) {
  const double rough = most / 5, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double step : {1.0, 2.0, 5.0, 10.0})
    if (step * power >= rough) return step * power;
  return 10 * power;
}

}  // namespace

std::string arena_svg(const subject& s) {
  const auto& buffers = s.net.schedule.buffers;
  const auto steps = static_cast<double>(s.net.schedule.steps.size());
  const double total = static_cast<double>(s.net.schedule.arena_elements) * sizeof(float);
  const double left = 76, right = 12, top = 14, bottom = 34;
  const double column = std::clamp(900 / steps, 16.0, 110.0), width = left + steps * column + right;
  const double height = 340, plot = height - top - bottom;
  const auto x_of = [&](double step) { return left + step * column; };
  const auto y_of = [&](double bytes) { return top + plot * (1 - bytes / std::max(total, 1.0)); };

  std::string out = "<svg class=\"chart net\" viewBox=\"0 0 " + number(width) + ' ' + number(height) +
                    "\" width=\"" + number(width) + "\" height=\"" + number(height) +
                    "\" role=\"img\" aria-label=\"The arena\">\n";
  const double unit = total >= 4 * 1024 * 1024 ? 1024 * 1024 : total >= 8 * 1024 ? 1024 : 1;
  const char* name = unit > 1024 ? " MiB" : unit > 1 ? " KiB" : " bytes";
  if (total > 0) {
    const double tick = tick_for(total / unit) * unit;
    for (double at = 0; at <= total; at += tick) {
      out += line(left, y_of(at), width - right, y_of(at), "grid");
      out += label(left - 8, y_of(at) + 3.5, number(at / unit) + name, "end");
    }
  }
  // What lies at a place for how long; buffers within another one, or in its place, on top of it.
  for (const bool inside : {false, true}) {
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      const buffer& b = buffers[i];
      if (b.where != place::arena || (b.host >= 0) != inside || b.last_step < b.first_step) continue;
      std::string what = "memory of a step", shape;
      std::string_view kind = "move";
      for (std::size_t k = 0; k < s.net.schedule.steps.size(); ++k) {
        const step& st = s.net.schedule.steps[k];
        if (st.out != static_cast<int>(i)) continue;
        shape = map_text(b);
        what = "step " + std::to_string(k) + " gives " + shape + " (" + detail::computed_by(s.step(k)) + ")";
        kind = s.kind_of_step(k);
        break;
      }
      if (shape.empty() && !inside) {
        for (const buffer& other : buffers)
          if (other.host == static_cast<int>(i)) what = "joined feature maps, " + map_text(b), kind = "join";
      }
      const double from = static_cast<double>(b.offset) * sizeof(float);
      const double bytes = static_cast<double>(own_elements(b)) * sizeof(float);
      const double x = x_of(b.first_step), y = y_of(std::min(total, from + bytes));
      const double w = (b.last_step - b.first_step + 1) * column, h = std::max(y_of(from) - y, 1.0);
      out += "<g class=\"block " + std::string(kind) + (inside ? " part" : "") +
             (what.starts_with("memory") ? " scratch" : "");
      for (int k = b.first_step; k <= b.last_step && b.last_step - b.first_step < 40; ++k)
        out += " s" + std::to_string(k);
      out += "\" id=\"b" + std::to_string(i) + "\"><title>" + escaped(what) + "\nbytes " +
             detail::grouped(static_cast<index>(from)) + " to " +
             detail::grouped(static_cast<index>(from + bytes)) + ", steps " + std::to_string(b.first_step) +
             " to " + std::to_string(b.last_step) +
             (b.held > 0 ? "\nonly " + std::to_string(b.held) + " rows at a time" : "") +
             "</title><rect x=\"" + number(x + 1) + "\" y=\"" + number(y) + "\" width=\"" + number(w - 2) +
             "\" height=\"" + number(h) + "\" rx=\"3\"/>";
      const std::string text = shape.empty() ? (kind == "join" ? "joined" : "scratch") : shape;
      if (!inside && h > 13 && w > 6.2 * static_cast<double>(text.size()) + 6)
        out += label(x + w / 2, y + h / 2 + 3.5, text);
      out += "</g>\n";
    }
  }
  const int every = std::max(1, static_cast<int>(std::ceil(22 / column)));
  for (int k = 0; k < static_cast<int>(steps); k += every)
    out += label(x_of(k + 0.5), height - bottom + 15, std::to_string(k));
  out += label(left + (width - left - right) / 2, height - 4, "step") +
         line(left, y_of(0), width - right, y_of(0), "axis");
  return out + "</svg>\n";
}

std::string roofline_svg(const subject& s) {
  const machine& core = s.times->core;
  const double width = 640, height = 400, left = 58, right = 16, top = 16, bottom = 44;
  double x_least = 0.25, x_most = 256, y_least = core.gflops / 100, y_most = core.gflops * 2;
  for (const step_profile& p : s.times->steps) {
    if (p.done.macs <= 0 || p.gflops <= 0) continue;
    const double intensity = p.flops() / p.done.bytes();
    x_least = std::min(x_least, intensity / 1.3), x_most = std::max(x_most, intensity * 1.3);
    y_least = std::min(y_least, p.gflops / 1.4), y_most = std::max(y_most, p.gflops * 1.4);
  }
  const auto x_of = [&](double v) {
    return left + (width - left - right) * std::log(v / x_least) / std::log(x_most / x_least);
  };
  const auto y_of = [&](double v) {
    return height - bottom - (height - top - bottom) * std::log(v / y_least) / std::log(y_most / y_least);
  };
  std::string out = "<svg class=\"chart net fit\" viewBox=\"0 0 " + number(width) + ' ' + number(height) +
                    "\" role=\"img\" aria-label=\"Roofline\">\n";
  for (double v = std::pow(2, std::ceil(std::log2(x_least))); v <= x_most; v *= 4) {
    out += line(x_of(v), top, x_of(v), height - bottom, "grid");
    out += label(x_of(v), height - bottom + 15,
                 v < 1 ? (v < 0.1                     ? "1/" + number(1 / v)
                          : number(v * 1000) == "500" ? "½"
                          : number(v * 1000) == "250" ? "¼"
                                                      : "⅛")
                       : number(v));
  }
  for (double v = std::pow(10, std::ceil(std::log10(y_least))); v <= y_most; v *= 10) {
    out += line(left, y_of(v), width - right, y_of(v), "grid");
    out += label(left - 8, y_of(v) + 3.5, number(v), "end");
  }
  const struct {
    double gbytes;
    const char* name;
  } memories[] = {
      {core.l2_gbytes, "L2"}, {core.l3_gbytes, "last-level cache"}, {core.memory_gbytes, "memory"}};
  for (const auto& m : memories) {
    const double x = std::max(x_least, y_least / m.gbytes), knee = core.gflops / m.gbytes;
    if (knee <= x) continue;
    out += line(x_of(x), y_of(x * m.gbytes), x_of(knee), y_of(core.gflops), "roof");
    const double slope = (height - top - bottom) / std::log(y_most / y_least) /
                         ((width - left - right) / std::log(x_most / x_least));
    const double at = std::sqrt(x * knee);
    out += "<text class=\"shape\" text-anchor=\"middle\" transform=\"translate(" + number(x_of(at)) + ' ' +
           number(y_of(at * m.gbytes) - 5) + ") rotate(" + number(-std::atan(slope) * 180 / 3.14159265) +
           ")\">" + m.name + ' ' + detail::fixed(m.gbytes) + " GB/s</text>\n";
  }
  const double first_knee = core.gflops / std::max({core.l2_gbytes, core.l3_gbytes, core.memory_gbytes});
  out +=
      line(x_of(std::max(first_knee, x_least)), y_of(core.gflops), width - right, y_of(core.gflops), "roof");
  out += "<text class=\"shape\" x=\"" + number(width - right - 4) + "\" y=\"" +
         number(y_of(core.gflops) - 6) + "\" text-anchor=\"end\">peak " + detail::fixed(core.gflops) +
         " GFLOP/s</text>\n";
  const double sum = s.times->sum();
  for (const step_profile& p : s.times->steps) {
    if (p.done.macs <= 0 || p.gflops <= 0) continue;
    const auto first = static_cast<std::size_t>(p.first);
    out += "<circle class=\"dot " + std::string(s.kind_of_step(first)) + " s" + std::to_string(p.first) +
           "\" cx=\"" + number(x_of(p.flops() / p.done.bytes())) + "\" cy=\"" + number(y_of(p.gflops)) +
           "\" r=\"" + number(3.5 + 12 * std::sqrt(p.microseconds / sum)) + "\"><title>step " +
           std::to_string(p.first) + ' ' + escaped(p.algorithm) + ": " + escaped(p.layers) + '\n' +
           detail::fixed(p.gflops) + " GFLOP/s, " + detail::fixed(p.percent_of_peak) + " % of peak, " +
           detail::fixed(p.microseconds) + " µs, floor " + detail::fixed(p.floor_microseconds) +
           " µs</title></circle>\n";
  }
  out += label(left + (width - left - right) / 2, height - 6, "operations per byte of maps and weights");
  out += "<text text-anchor=\"middle\" transform=\"translate(13 " + number((height - bottom + top) / 2) +
         ") rotate(-90)\">GFLOP/s</text>\n";
  return out + "</svg>\n";
}

}  // namespace tenon::drawing
