// The bytes of a file: mapped into memory where the system can, read elsewhere.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tenon::weight_files {

/// Why a file cannot be read, for whoever knows what it is.
struct unreadable {
  std::string text;
};

/// Throws `unreadable` unless `path` is a regular file that can be read. While the object lives the file must
/// not be cut short: where it is mapped, the system ends a program that reads beyond its end.
class file_bytes {
 public:
  explicit file_bytes(const std::string& path);
  ~file_bytes();
  file_bytes(const file_bytes&) = delete;
  file_bytes& operator=(const file_bytes&) = delete;

  std::span<const std::byte> content() const { return content_; }

 private:
  std::span<const std::byte> content_;
  std::vector<std::byte> read_;  // empty where the file is mapped
};

/// The bytes of a weight file; throws weight_error if there is none.
file_bytes open_weights(const std::string& path);

}  // namespace tenon::weight_files
