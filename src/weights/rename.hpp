// Names with other beginnings.
#pragma once

#include "words.hpp"

namespace tenon::weight_files {

/// Does `prefix` end where a part of the name ends? The empty one stands before all names.
inline bool begins(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) &&
         (prefix.empty() || name.size() == prefix.size() || name[prefix.size()] == '.');
}

/// `name` with its beginning `from` as `to`; if one of them is empty, the dot between goes or comes.
inline std::string with_prefix(std::string_view name, std::string_view from, std::string_view to) {
  std::string_view rest = name.substr(from.size());
  if (rest.starts_with('.') && !from.empty()) rest.remove_prefix(1);
  return to.empty() || rest.empty() ? say(to, rest) : say(to, ".", rest);
}

}  // namespace tenon::weight_files
