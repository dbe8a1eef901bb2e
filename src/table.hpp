// Texts of numbers, layers and steps, and tables of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>
#include <string>
#include <vector>

#include "tenon/geometry.hpp"

namespace tenon::detail {

/// "1234567" -> "1,234,567"
inline std::string grouped(index n) {
  std::string digits = std::to_string(n);
  for (int at = static_cast<int>(digits.size()) - 3; at > (n < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

inline std::string spelled(const auto& said) { return std::string(said.view()); }
inline std::string spelled(const shape& s) { return spelled(phrase() << s); }
/// "12.3"; three digits are enough.
inline std::string fixed(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 1 ? "%.3f" : value < 10 ? "%.2f" : "%.1f", value);
  return text;
}
/// A count, or a dash where there is nothing to count.
inline std::string counted(index n) { return n == 0 ? "-" : grouped(n); }

/// A table with a heading, its columns as wide as they need to be; columns named `<heading` are set to the
/// right.
template <std::size_t Columns>
class table {
 public:
  using row = std::array<std::string, Columns>;

  explicit table(const row& heading) {
    for (std::size_t c = 0; c < Columns; ++c) {
      right_[c] = heading[c].starts_with('<');
      heading_[c] = heading[c].substr(right_[c]);
    }
  }
  void add(row r) { rows_.push_back(std::move(r)); }

  void print(std::ostream& out) const {
    std::array<std::size_t, Columns> width{};
    const auto widen = [&](const row& r) {
      for (std::size_t c = 0; c < Columns; ++c) width[c] = std::max(width[c], r[c].size());
    };
    widen(heading_);
    for (const row& r : rows_) widen(r);
    std::size_t total = 2 * (Columns - 1);
    for (std::size_t w : width) total += w;
    print_row(out, heading_, width);
    out << std::string(total, '-') << '\n';
    for (const row& r : rows_) print_row(out, r, width);
    out << std::string(total, '-') << '\n';
  }

 private:
  void print_row(std::ostream& out, const row& r, const std::array<std::size_t, Columns>& width) const {
    std::string line;
    for (std::size_t c = 0; c < Columns; ++c) {
      const std::string fill(width[c] - r[c].size(), ' ');
      line += (right_[c] ? fill + r[c] : r[c] + fill) + "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }

  row heading_;
  std::array<bool, Columns> right_{};
  std::vector<row> rows_;
};

inline std::string map_text(const buffer& b) {
  std::string text = std::to_string(b.channels);
  if (b.depth > 1) text += 'x' + std::to_string(b.depth);
  if (b.positions() > 1) text += 'x' + std::to_string(b.rows) + 'x' + std::to_string(b.columns);
  return text;
}

/// "layer1.0.conv1 conv<64, 3> | batch_norm | relu": the layers that a step computes, behind the shuffle of
/// which it takes a slice.
inline std::string computed_by(const step_view& s) {
  std::string text;
  const auto add = [&](int id) {
    const node& n = s.graph.nodes[static_cast<std::size_t>(id)];
    if (!text.empty()) text += " | ";
    const bool named = n.layer >= 0 && !n.label.empty();
    text += (named ? spelled(path_of(s.graph, id)) + ' ' : "") + spelled(spell(n.attr));
  };
  if (s.what.through >= 0) add(s.what.through);
  for (int k = 0; k < s.what.covered_count; ++k) add(s.what.covered[k]);
  if (s.what.of_rows) text += " of each row";
  if (text.empty()) text = s.out().has_halo() ? "(gives a halo)" : "(changes layout)";
  return text;
}

inline std::string algorithm_text(const step_view& s) {
  return std::string(s.what.how == algorithm::direct && is_pointwise(s) ? "pointwise" : spelling(s.what.how));
}

}  // namespace tenon::detail
