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

/// The same with a self-test and names to change: what comes back has the right length and is finite.
void read_network(std::span<const std::byte> file) {
  static const tenon::file_contents network{{{"0.weight", {2, 1}}, {"0.bias", {2}}},
                                            {{"tenon.self_test.input.0", {1}}},
                                            {{"tenon.self_test.output.0", {2}}},
                                            0x0123'4567'89AB'CDEF};
  static const tenon::weight_options options{.rename = {{"net", ""}, {"", ""}}};
  std::vector<float> out(4, -1234.5F);
  try {
    const tenon::self_test test = tenon::detail::read_weights(file, "fuzz", network, out, options);
    require(test ? test.input.size() == 1 && test.output.size() == 2 : test.input.empty());
    require(test.tolerance >= 1e-5 && test.tolerance <= 1);
    for (const float value : test.output) require(value - value == 0);
  } catch (const tenon::weight_error& error) {
    require(std::string_view(error.what()).starts_with("weight file \"fuzz\": "));
    for (const float value : out) require(value == -1234.5F);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  const auto file = std::as_bytes(std::span(data, bytes));
  read(file, false);
  read(file, true);
  read_network(file);
  // Few inputs of a fuzzer have the right length of the header: give it to the rest of them.
  std::vector<std::byte> whole(8 + bytes);
  const std::string_view text(reinterpret_cast<const char*>(data), bytes);
  const std::uint64_t header_bytes = text.rfind('}') + 1;  // 0 if there is none
  for (std::size_t i = 0; i < 8; ++i) whole[i] = static_cast<std::byte>(header_bytes >> 8 * i & 0xFF);
  if (bytes > 0) std::memcpy(whole.data() + 8, data, bytes);
  read(whole, true);
  read_network(whole);
  return 0;
}
