// Fuzzes the reader of safetensors: any bytes are either read or refused with a weight_error, and `out` is
// written only if they were read. Link with libFuzzer, or with replay_main.cpp to read the corpus again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tenon/weight_file.hpp"

namespace {

/// Stops the fuzzer if a promise of the reader is broken.
void require(bool promise) {
  if (!promise) std::abort();
}

void read(std::span<const std::byte> file, bool require_finite) {
  static const std::vector<tenon::tensor_spec> expected{
      {"a.weight", {2, 1, 2}}, {"a.bias", {2}}, {"bn.running_mean", {1}}, {"b", {}}, {"c", {0, 3}}};
  constexpr std::size_t elements = 4 + 2 + 1 + 1 + 0;
  const std::vector<float> untouched(elements, -1234.5F);
  std::vector<float> out = untouched;
  try {
    tenon::read_safetensors(file, "fuzz", expected, out, {require_finite});
    for (const float value : out) require(!require_finite || value - value == 0);
  } catch (const tenon::weight_error& error) {
    require(std::string_view(error.what()).starts_with("weight file \"fuzz\": "));
    require(std::memcmp(out.data(), untouched.data(), elements * sizeof(float)) == 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  const auto file = std::as_bytes(std::span(data, bytes));
  read(file, false);
  read(file, true);
  // Few inputs of a fuzzer have the right length of the header: give it to the rest of them.
  std::vector<std::byte> whole(8 + bytes);
  const std::string_view text(reinterpret_cast<const char*>(data), bytes);
  const std::uint64_t header_bytes = text.rfind('}') + 1;  // 0 if there is none
  for (std::size_t i = 0; i < 8; ++i) whole[i] = static_cast<std::byte>(header_bytes >> 8 * i & 0xFF);
  if (bytes > 0) std::memcpy(whole.data() + 8, data, bytes);
  read(whole, true);
  return 0;
}
