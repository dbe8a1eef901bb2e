#include "board.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>

#include "../fashion/terminal.hpp"

namespace lecture {
namespace {

const terminal::style& look() {
  static const terminal::style detected = terminal::detect();
  return detected;
}

std::string left(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(width - std::min(width, text.size()), ' ');
}
std::string right(std::string_view text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + std::string(text);
}

/// Text on a ground between black and white, `light` from 0 to 1: terminals have 24 levels of grey from 232
/// on.
std::string on_grey(const std::string& text, double light) {
  if (!look().colours) return text;
  const int level = static_cast<int>(23 * std::clamp(light, 0.0, 1.0));
  return "\033[48;5;" + std::to_string(232 + level) + ";38;5;" + (level < 12 ? "255" : "232") + "m" + text +
         "\033[0m";
}

}  // namespace

panel grid(std::string title, std::span<const float> numbers, tenon::index columns, std::string_view zero,
           int digits) {
  std::vector<std::string> cells;
  std::size_t cell = 0;
  double largest = 0;
  for (const float number : numbers) {
    cells.push_back(number == 0 ? std::string(zero) : fixed(number, digits));
    cell = std::max(cell, cells.back().size() + 1);
    largest = std::max(largest, std::abs(double{number}));
  }
  const std::size_t count = static_cast<std::size_t>(columns);
  panel p{std::move(title), {}, count * cell};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i % count == 0) p.lines.emplace_back();
    p.lines.back() += on_grey(right(cells[i], cell), largest > 0 ? std::abs(numbers[i]) / largest : 0);
  }
  return p;
}

panel differences(std::string title, std::span<const float> f, std::span<const float> g,
                  tenon::index columns) {
  panel p{std::move(title), {}, 2 * static_cast<std::size_t>(columns)};
  for (std::size_t i = 0; i < f.size(); ++i) {
    if (i % static_cast<std::size_t>(columns) == 0) p.lines.emplace_back();
    p.lines.back() += f[i] == g[i] ? terminal::paint(look(), " .", terminal::colour::grey)
                                   : terminal::paint(look(), " x", terminal::colour::red);
  }
  return p;
}

panel picture(std::string title, const tenon::tensor<tenon::shape{1, 28, 28}>& pixels) {
  std::uint8_t levels[idx::pixels];
  std::ranges::transform(pixels, levels,
                         [](float grey) { return std::uint8_t(255 * std::clamp(grey, 0.0f, 1.0f) + 0.5f); });
  panel p{std::move(title), terminal::picture(look(), idx::image(levels)), 1 + idx::columns};
  for (std::string& line : p.lines) line.insert(0, 1, ' ');
  return p;
}

void draw(std::initializer_list<panel> panels) {
  std::size_t height = 0;
  for (const panel& p : panels) height = std::max(height, p.lines.size());
  std::string row;
  const auto end_row = [&] {
    row.resize(row.find_last_not_of(' ') + 1);
    std::cout << row << '\n';
    row.clear();
  };
  // Numbers have a space in front of them; so has the title.
  const auto width = [](const panel& p) { return std::max(p.width, 1 + p.title.size()) + 3; };
  for (const panel& p : panels)
    row += ' ' + terminal::bold(look(), p.title) + std::string(width(p) - 1 - p.title.size(), ' ');
  end_row();
  for (std::size_t line = 0; line < height; ++line) {
    for (const panel& p : panels) {
      const bool drawn = line < p.lines.size();
      row += (drawn ? p.lines[line] : "") + std::string(width(p) - (drawn ? p.width : 0), ' ');
    }
    end_row();
  }
  std::cout << '\n';
}

void table(const std::vector<std::vector<std::string>>& rows, std::size_t to_the_left) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += std::string(i == 0 ? 0 : 3, ' ') + (i < to_the_left ? left : right)(row[i], widths[i]);
    line.resize(line.find_last_not_of(' ') + 1);
    std::cout << (&row == &rows.front() ? terminal::bold(look(), line) : line) << '\n';
  }
  std::cout << '\n';
}

void heading(std::string_view text) { std::cout << text << "\n\n"; }

std::string fixed(double number, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, number);
  return text;
}

std::string counted(tenon::index number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

}  // namespace lecture
