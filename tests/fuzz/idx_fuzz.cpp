// The reader of IDX files on arbitrary bytes: it reads them, or throws its own exception and no other.
#include "idx.hpp"

#include <cstdlib>

namespace {

template <class Parser>
void attempt(Parser parse, std::span<const std::uint8_t> file) {
  try {
    if (parse(file, "fuzz").size() > file.size()) std::abort();
  } catch (const idx::error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  attempt(idx::parse_images, {data, size});
  attempt(idx::parse_labels, {data, size});
  return 0;
}
