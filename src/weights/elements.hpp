// Elements of weight files: how many there are, how long, and how they become float.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace tenon::weight_files {

/// Bytes of one element, or nothing for a dtype that this reader does not know (and so never reads).
inline std::optional<std::uint64_t> element_bytes(std::string_view dtype) {
  const auto is_one_of = [&](auto... names) { return ((dtype == names) || ...); };
  if (is_one_of("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0")) return 1;
  if (is_one_of("U16", "I16", "F16", "BF16")) return 2;
  if (is_one_of("U32", "I32", "F32")) return 4;
  if (is_one_of("U64", "I64", "F64", "C64")) return 8;
  return {};
}

/// a * b, or nothing if 64 bits cannot hold it.
inline std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b) {
  if (b != 0 && a > std::numeric_limits<std::uint64_t>::max() / b) return {};
  return a * b;
}

/// The number of elements of a shape, or nothing if 64 bits cannot hold it.
template <class Shape>
std::optional<std::uint64_t> element_count(const Shape& shape) {
  std::optional<std::uint64_t> count = 1;
  for (const auto extent : shape) {
    if (count) count = product(*count, static_cast<std::uint64_t>(extent));
  }
  return count;
}

/// The little-endian word at an address of any alignment.
template <class Word>
Word load(const std::byte* at) {
  Word word = 0;
  for (std::size_t i = sizeof(Word); i-- > 0;)
    word = static_cast<Word>(word << 8 | std::to_integer<Word>(at[i]));
  return word;
}

// The elements are widened as bits: neither floating-point modes nor compiler flags can touch a NaN.
// IEEE 754 binary16 is 1 sign, 5 exponent (bias 15), 10 fraction bits; binary32 is 1, 8 (bias 127), 23.
inline std::uint32_t widen_f16(std::uint32_t half) {
  const std::uint32_t sign = (half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 0x3FF;
  if (exponent == 31) return sign | 0x7F80'0000 | fraction << 13;
  if (exponent == 0) return sign | std::bit_cast<std::uint32_t>(static_cast<float>(fraction) * 0x1p-24F);
  return sign | (exponent + 127 - 15) << 23 | fraction << 13;
}

inline std::uint32_t widen_bf16(std::uint32_t upper_half) { return upper_half << 16; }

inline bool is_finite(std::uint32_t bits) { return (bits & 0x7F80'0000) != 0x7F80'0000; }

}  // namespace tenon::weight_files
