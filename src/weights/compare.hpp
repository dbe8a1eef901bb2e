// A weight file beside what a model expects: what differs, and which renames would make it fit.
#pragma once

#include "directory.hpp"

namespace tenon::weight_files {

/// A tensor's name and shape, whoever says it.
struct name_and_shape {
  std::string name;
  std::vector<std::uint64_t> shape;

  friend bool operator==(const name_and_shape&, const name_and_shape&) = default;
};

struct difference {
  std::vector<name_and_shape> missing, unexpected;               // in the order of the model, of the file
  std::vector<std::pair<name_and_shape, name_and_shape>> other;  // of the same name: expected, found
  /// Renames to try, with weight_options::rename, and how many of the missing tensors they find.
  std::vector<prefix_rename> renames;
  std::size_t found_by_renames = 0;

  bool fits() const { return missing.empty() && unexpected.empty() && other.empty(); }
};

difference compare(const std::vector<name_and_shape>& model, const std::vector<name_and_shape>& file);

/// The name under the longest rename that fits it, as a reader gives it.
std::string renamed(std::string_view name, const std::vector<prefix_rename>& renames);

}  // namespace tenon::weight_files
