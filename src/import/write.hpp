// Writes what belongs to an imported model.
#pragma once

#include <filesystem>

#include "express.hpp"

namespace tenon::importer {

struct origin {
  std::string file, sha256, model;  ///< the model's name is an identifier
};

/// Writes model.hpp, model.cpp, model.safetensors, self_test.safetensors, main.cpp and meson.build.
/// Throws std::filesystem::filesystem_error where that cannot be done.
void write_model(const std::filesystem::path& directory, const origin& from, const graph& g, const values& v,
                 const expression& e, const array& input);

}  // namespace tenon::importer
