// F1. Text that is put together while compiling: names in template arguments, sentences of errors.
#pragma once

#include <cstddef>
#include <string_view>

#include "tenon/shape.hpp"

namespace tenon {

/// A string as a template argument: `name<"stem">`, and the sentence inside a `shape_error`.
template <std::size_t N>
struct text {
  char chars[N]{};  ///< with a zero at the end

  constexpr text() = default;
  /// From a literal.
  constexpr text(const char (&literal)[N]) {
    for (std::size_t i = 0; i < N; ++i) chars[i] = literal[i];
  }
  /// Its characters, without the zero.
  constexpr std::string_view view() const { return {chars, N - 1}; }
};

/// The first characters of an array, as a template argument.
template <std::size_t Length>
constexpr text<Length + 1> text_of(const char* chars) {
  text<Length + 1> out;
  for (std::size_t i = 0; i < Length; ++i) out.chars[i] = chars[i];
  return out;
}

/// A sentence under construction; what does not fit its buffer is cut and marked with "...".
/// Allocates nothing, so that it can be a constant.
template <std::size_t Capacity>
struct basic_sentence {
  static constexpr std::size_t capacity = Capacity;  ///< characters that fit
  char chars[capacity]{};                            ///< the first `length` of them are the sentence
  std::size_t length = 0;                            ///< characters so far

  /// The sentence so far.
  constexpr std::string_view view() const { return {chars, length}; }

  /// Appends a character, a string, a number in decimal.
  /// @{
  constexpr basic_sentence& operator<<(char c) {
    if (length < capacity)
      chars[length++] = c;
    else
      chars[capacity - 1] = chars[capacity - 2] = chars[capacity - 3] = '.';
    return *this;
  }
  constexpr basic_sentence& operator<<(std::string_view s) {
    for (char c : s) *this << c;
    return *this;
  }
  constexpr basic_sentence& operator<<(const char* s) { return *this << std::string_view(s); }
  template <std::size_t Other>
  constexpr basic_sentence& operator<<(const basic_sentence<Other>& s) {
    return *this << s.view();
  }
  constexpr basic_sentence& operator<<(index value) {
    char digits[20]{};
    int n = 0;
    // Digits from the negative side: -2^63 has no positive twin.
    index rest = value < 0 ? value : -value;
    do {
      digits[n++] = static_cast<char>('0' - rest % 10);
      rest /= 10;
    } while (rest != 0);
    if (value < 0) *this << '-';
    while (n > 0) *this << digits[--n];
    return *this;
  }
  constexpr basic_sentence& operator<<(int value) { return *this << static_cast<index>(value); }
  /// @}
  /// "16x4x4"
  constexpr basic_sentence& operator<<(const shape& s) {
    for (int i = 0; i < s.rank; ++i) {
      if (i > 0) *this << 'x';
      *this << s.extents[i];
    }
    return *this;
  }
};

using sentence = basic_sentence<480>;  ///< a whole sentence
using phrase = basic_sentence<160>;    ///< a part of one

/// The decimal form of an attribute such as a slope: up to six digits after the point, 1e-5 if it is small.
constexpr phrase decimal(double value) {
  phrase out;
  if (value != value) return out << "nan";
  if (value < 0) out << '-', value = -value;
  if (value > 3.5e38) return out << "inf";  // more than a float holds
  int exponent = 0;
  // Not 10 and 1: 1e-5f is a little less than 1e-5.
  if (value >= 1e6)
    for (; value >= 9.9999995; value /= 10) ++exponent;
  if (value < 1e-3)
    for (; value > 0 && value < 0.9999995; value *= 10) --exponent;
  index micros = static_cast<index>(value * 1e6 + 0.5);
  out << micros / 1'000'000;
  micros %= 1'000'000;
  if (micros > 0) out << '.';
  for (index unit = 100'000; micros > 0; unit /= 10) {
    out << static_cast<char>('0' + micros / unit);
    micros %= unit;
  }
  if (exponent != 0) out << 'e' << exponent;
  return out;
}

}  // namespace tenon
