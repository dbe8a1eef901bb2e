// What is there of .npz files without libzip: that they are not read.
#include "facts.hpp"

namespace tenon::weight_files {

file_facts npz_facts(std::string_view file, bytes, bool) {
  fail(file, "it is a zip file, and this tenon was built without libzip");
}

}  // namespace tenon::weight_files
