// Fuzzes the reader of .npz files: any bytes are either read or refused with a weight_error, and `out` is
// written only if they were read.
#include <cstdlib>
#include <string_view>

#include "tenon/npz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  static const std::vector<tenon::tensor_spec> expected{
      {"0.weight", {3, 2}}, {"0.bias", {3}}, {"2.weight", {1, 3}}};
  std::vector<float> out(12, -1234.5F);
  try {
    tenon::read_npz(std::as_bytes(std::span(data, bytes)), "fuzz", expected, out);
  } catch (const tenon::weight_error& error) {
    if (!std::string_view(error.what()).starts_with("weight file \"fuzz\": ")) std::abort();
    for (const float value : out)
      if (value != -1234.5F) std::abort();
  }
  return 0;
}
