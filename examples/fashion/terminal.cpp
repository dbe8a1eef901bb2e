#include "terminal.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdlib>

namespace terminal {
namespace {

constexpr std::string_view reset = "\033[0m";

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

/// Two grey levels in one character: the half block is the upper one, its background the lower one.
std::string half_block(unsigned upper, unsigned lower) {
  const auto grey = [](unsigned level) { return std::to_string(level == 0 ? 16 : 232 + level * 23 / 255); };
  return "\033[38;5;" + grey(upper) + ";48;5;" + grey(lower) + "m▀";
}

/// Two grey levels as the density of one character, light on dark.
std::string_view shade(unsigned upper, unsigned lower, bool utf8) {
  static constexpr std::array<std::string_view, 5> blocks{" ", "░", "▒", "▓", "█"};
  static constexpr std::string_view ascii = " .:-=+*#%@";
  const auto index = [&](std::size_t levels) { return (upper + lower) * levels / (2 * 255 + 1); };
  return utf8 ? blocks[index(blocks.size())] : ascii.substr(index(ascii.size()), 1);
}

}  // namespace

style detect() {
  std::setlocale(LC_CTYPE, "");
  style look;
  look.utf8 = std::string_view(nl_langinfo(CODESET)) == "UTF-8";
  look.interactive = isatty(STDOUT_FILENO) == 1 && variable("TERM") != "dumb";
  look.colours = look.interactive && variable("NO_COLOR").empty();
  winsize window{};
  if (look.interactive && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0)
    look.width = window.ws_col;
  return look;
}

std::string paint(const style& look, std::string_view text, colour tint) {
  if (!look.colours) return std::string(text);
  return "\033[" + std::to_string(static_cast<int>(tint)) + "m" + std::string(text) + std::string(reset);
}

std::string bold(const style& look, std::string_view text) {
  return look.colours ? "\033[1m" + std::string(text) + std::string(reset) : std::string(text);
}

std::string bar(const style& look, double fraction, std::size_t width) {
  static constexpr std::array<std::string_view, 8> eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const std::size_t steps = look.utf8 ? eighths.size() : 1;  // per character
  const double clamped = fraction > 0 ? std::min(fraction, 1.0) : 0.0;
  const auto filled = static_cast<std::size_t>(clamped * static_cast<double>(width * steps) + 0.5);
  const std::size_t full = filled / steps, part = filled % steps;
  return repeated(look.utf8 ? "█" : "#", full) + std::string(eighths[part]) +
         std::string(width - full - (part != 0), ' ');
}

std::vector<std::string> picture(const style& look, idx::image image) {
  std::vector<std::string> lines(idx::rows / 2);
  for (std::size_t row = 0; row < idx::rows; row += 2) {
    std::string& line = lines[row / 2];
    for (std::size_t column = 0; column < idx::columns; ++column) {
      const unsigned upper = image[row * idx::columns + column];
      const unsigned lower = image[(row + 1) * idx::columns + column];
      line += look.colours && look.utf8 ? half_block(upper, lower) : shade(upper, lower, look.utf8);
    }
    if (look.colours) line += reset;
  }
  return lines;
}

progress::progress(std::ostream& out, const style& look, std::string title, std::size_t total)
    : out_(out), look_(look), title_(std::move(title)), total_(total) {}

progress::~progress() {
  if (look_.interactive) out_ << "\r\033[K" << std::flush;
}

bool progress::step(std::size_t done) {
  constexpr std::size_t drawings = 50;
  if (!look_.interactive || done % std::max<std::size_t>(total_ / drawings, 1) != 0) return false;
  const double fraction = static_cast<double>(done) / static_cast<double>(total_);
  out_ << '\r' << title_ << " [" << bar(look_, fraction, 40) << "] " << done << " of " << total_
       << std::flush;
  return true;
}

}  // namespace terminal
