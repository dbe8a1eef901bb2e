// Drawing on a terminal, or on whatever stdout is instead.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "idx.hpp"

namespace terminal {

/// What stdout can show.
struct style {
  bool interactive = false;  // a terminal: a progress bar may be drawn and wiped away
  bool colours = false;      // 256 of them
  bool utf8 = false;         // block elements; else ASCII
  std::size_t width = 80;    // in characters
};

/// Asks stdout, the locale (which this sets for characters), TERM and NO_COLOR.
style detect();

enum class colour { red = 31, green = 32, grey = 90 };

/// `text` in that colour, or in bold; plain where the style has no colours.
std::string paint(const style& look, std::string_view text, colour tint);
std::string bold(const style& look, std::string_view text);

/// A horizontal bar of `width` characters, filled from the left by `fraction` (0 to 1; NaN counts as 0).
std::string bar(const style& look, double fraction, std::size_t width);

/// The image in `idx::rows / 2` lines of `idx::columns` characters: two pixels above each other share a
/// character.
std::vector<std::string> picture(const style& look, idx::image image);

/// A line that shows how far a job is; only on an interactive terminal, and gone when the job is done.
class progress {
 public:
  progress(std::ostream& out, const style& look, std::string title, std::size_t total);
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  /// Call with 0, 1, 2, ... Returns whether it has drawn, which costs time that a stop-watch should not see.
  bool step(std::size_t done);

 private:
  std::ostream& out_;
  style look_;
  std::string title_;
  std::size_t total_;
};

}  // namespace terminal
