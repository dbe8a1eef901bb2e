// Figures that are no times of single runs, as a JSON file.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "machine.hpp"

namespace bench {

/// Writes the members of `figures` behind a "context", which says what they depend on (see machine.hpp), as
/// the files of harness.hpp do. Nothing if `file` is empty. Throws std::runtime_error.
inline void write_figures(const std::string& file, const nlohmann::ordered_json& figures) {
  if (file.empty()) return;
  nlohmann::ordered_json all;
  for (const auto& [name, value] : context()) all["context"][name] = value;
  all.update(figures);
  std::ofstream out(file);
  out << all.dump(1) << "\n";
  if (!out.flush()) throw std::runtime_error("cannot write " + file);
}

}  // namespace bench
