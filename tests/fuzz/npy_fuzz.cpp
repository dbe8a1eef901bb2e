// Fuzzes the reader of .npy files: any bytes are either read or refused with a file_error.
#include <cstdlib>
#include <string_view>

#include "tenon/npy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  try {
    const tenon::npy_array array = tenon::read_npy(std::as_bytes(std::span(data, bytes)), "fuzz");
    std::size_t count = 1;
    for (const std::int64_t extent : array.shape) count *= static_cast<std::size_t>(extent);
    if (count != array.values.size() || 2 * count > bytes) std::abort();
  } catch (const tenon::file_error& error) {
    if (!std::string_view(error.what()).starts_with(".npy file \"fuzz\": ")) std::abort();
  }
  return 0;
}
