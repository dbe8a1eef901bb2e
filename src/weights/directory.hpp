// What a weight file says of its tensors, whatever its format; and the reading of them once they are known.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "elements.hpp"
#include "tenon/weight_file.hpp"
#include "words.hpp"

namespace tenon::weight_files {

using bytes = std::span<const std::byte>;

constexpr std::string_view test_prefix = "tenon.self_test.";  // what belongs to a self-test

struct stored {
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0, end = 0;  // bytes [begin, end) of the data
  std::string original;              // its name in the file, before tensors were renamed
};
using tensor_map = std::map<std::string, stored, std::less<>>;
using entry = tensor_map::value_type;  // a name and its tensor

struct directory {
  tensor_map tensors;
  std::map<std::string, std::string, std::less<>> metadata;
};

inline bool is_float(const stored& t) { return t.dtype == "F32" || t.dtype == "F16" || t.dtype == "BF16"; }

inline std::string dtype_text(const stored& t) {
  return element_bytes(t.dtype) ? t.dtype : in_quotes(t.dtype);
}

inline std::string range_text(const stored& t) { return say("[", t.begin, ", ", t.end, ")"); }

/// Calls use(i, bits) with the binary32 bits of each element of a tensor.
template <class Use>
void for_each_element(const stored& t, bytes data, Use use) {
  const bytes own = data.subspan(t.begin, t.end - t.begin);
  const auto each = [&]<class Word>(Word, auto widen) {
    for (std::size_t i = 0; i < own.size() / sizeof(Word); ++i)
      use(i, widen(load<Word>(&own[i * sizeof(Word)])));
  };
  if (t.dtype == "F32") each(std::uint32_t{}, [](std::uint32_t bits) { return bits; });
  if (t.dtype == "F16") each(std::uint16_t{}, widen_f16);
  if (t.dtype == "BF16") each(std::uint16_t{}, widen_bf16);
}

/// A safetensors file taken apart: each byte of the data belongs to exactly one tensor.
struct parsed {
  directory found;
  bytes data;
};
parsed parse_safetensors(std::string_view file, bytes content);

/// What a reader wants of a file. `network`: with its architecture and self-test; without, tensors alone.
struct request {
  std::span<const tensor_spec> expected;
  const file_contents* network;
  std::span<float> out;
  const weight_options& options;
};

/// Reads the tensors that are wanted, once they are known: `data` is asked for when all fit what is expected.
self_test read_tensors(std::string_view file, directory found, const request& wanted,
                       const std::function<bytes()>& data);

}  // namespace tenon::weight_files
