// The blackboard of the lecture: grids of numbers side by side, and tables. Writes to stdout; in colour only
// where stdout is a terminal.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/tensor.hpp>

namespace lecture {

/// Lines that all look `width` characters wide, under a title.
struct panel {
  std::string title;
  std::vector<std::string> lines;
  std::size_t width = 0;
};

/// Numbers in rows of `columns`; on a terminal the larger ones stand on a lighter ground. Where `zero` is
/// given it is written for 0.
panel grid(std::string title, std::span<const float> numbers, tenon::index columns,
           std::string_view zero = "0", int digits = 0);
/// The first channel of a feature map.
template <tenon::shape S>
panel grid(std::string title, const tenon::tensor<S>& f, int digits = 0) {
  constexpr tenon::index last = S.extents[S.rank - 1];
  return grid(std::move(title), std::span(f.elements).first(std::size_t(S.positions())), last, "0", digits);
}

/// Where two maps differ: x, and a dot where they agree.
panel differences(std::string title, std::span<const float> f, std::span<const float> g,
                  tenon::index columns);

/// A grey picture of 28x28 pixels, 0 dark and 1 light.
panel picture(std::string title, const tenon::tensor<tenon::shape{1, 28, 28}>& pixels);

/// Panels side by side, and an empty line.
void draw(std::initializer_list<panel> panels);

/// Columns as wide as they must be, the first ones aligned to the left, the others to the right; the first
/// row is a heading. And an empty line.
void table(const std::vector<std::vector<std::string>>& rows, std::size_t to_the_left = 1);

/// A line that says what comes next.
void heading(std::string_view text);

/// A number with so many digits behind the point; 61706 as "61,706".
std::string fixed(double number, int digits);
std::string counted(tenon::index number);

}  // namespace lecture
