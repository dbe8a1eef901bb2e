// Writes what belongs to an imported model.
#pragma once

#include <filesystem>

#include "expression.hpp"
#include "tenon/weight_file.hpp"

namespace tenon::importer {

struct origin {
  std::string file, sha256, model;  ///< the model's name is an identifier
};

/// Writes model.hpp, model.cpp, model.safetensors, main.cpp and meson.build. Throws
/// std::filesystem::filesystem_error or weight_error where that cannot be done.
void write_model(const std::filesystem::path& directory, const origin& from, const graph& g, const network& n,
                 const expression& e, const typed_network& type, const self_test& test);

}  // namespace tenon::importer
