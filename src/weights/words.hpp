// Words of the messages about weight files.
#pragma once

#include <algorithm>
#include <bit>
#include <locale>
#include <span>
#include <sstream>
#include <string>
#include <string_view>

#include "tenon/weight_file.hpp"

namespace tenon::weight_files {

constexpr std::size_t max_lines = 100;  // of one message; what is left out is counted

/// The parts one after another, the same in every locale.
template <class... Parts>
std::string say(const Parts&... parts) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  (text << ... << parts);
  return text.str();
}

/// Text from a file in quotes: control characters escaped, at most `most` bytes of it.
inline std::string in_quotes(std::string_view text, std::size_t most = 200) {
  std::size_t end = std::min(text.size(), most);
  while (end > 0 && end < text.size() && (text[end] & 0xC0) == 0x80) --end;  // never half a UTF-8 character
  std::string result = "\"";
  for (const char c : text.substr(0, end)) {
    if (c == '"' || c == '\\') result += '\\';
    if (const auto code = static_cast<unsigned char>(c); code >= 0x20 && code != 0x7F) {
      result += c;
    } else {
      result += {'\\', 'x', "0123456789abcdef"[code >> 4], "0123456789abcdef"[code & 15]};
    }
  }
  return result + (end < text.size() ? "...\"" : "\"");
}

/// The same without quotes, for a table.
inline std::string printable(std::string_view text, std::size_t most = 200) {
  const std::string quoted = in_quotes(text, most);
  return quoted.substr(1, quoted.size() - 2);
}

/// A range of numbers as in the header: [6, 1, 5, 5].
template <class Numbers>
std::string list(const Numbers& numbers) {
  std::string text = "[";
  for (const auto number : numbers) text += (text.size() > 1 ? ", " : "") + std::to_string(number);
  return text + "]";
}

[[noreturn]] inline void fail(std::string_view file, const std::string& problem) {
  throw weight_error(say("weight file ", in_quotes(file, file.size()), ": ", problem));
}

/// F32, little-endian.
inline std::string f32_text(std::span<const float> values) {
  if constexpr (std::endian::native == std::endian::little)
    return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
  std::string text;
  for (const float value : values)
    for (int shift = 0; shift < 32; shift += 8)
      text += static_cast<char>(std::bit_cast<std::uint32_t>(value) >> shift & 255);
  return text;
}

/// 16 digits: 00c0ffee00c0ffee.
inline std::string hexadecimal(std::uint64_t number) {
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; number >>= 4) text[i] = "0123456789abcdef"[number & 15];
  return text;
}

/// The problems of single tensors, to be thrown together.
class problem_list {
 public:
  bool full() const { return count_ >= max_lines; }

  template <class... Parts>
  void add(std::string_view name, const Parts&... parts) {
    line("\n  tensor ", in_quotes(name), " ", parts...);
  }
  template <class... Parts>
  void line(const Parts&... parts) {
    if (!full()) lines_ += say(parts...);
    ++count_;
  }

  void throw_if_any(std::string_view file, std::string_view summary) const {
    if (count_ == 0) return;
    fail(file, say(summary, " (", count_, count_ == 1 ? " problem)" : " problems)", lines_,
                   count_ > max_lines ? say("\n  ... and ", count_ - max_lines, " more") : ""));
  }

 private:
  std::string lines_;
  std::size_t count_ = 0;
};

}  // namespace tenon::weight_files
