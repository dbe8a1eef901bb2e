#include "file_bytes.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "words.hpp"

#if __has_include(<sys/mman.h>) && __has_include(<unistd.h>)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#define TENON_MAPS_FILES 1
#else
#define TENON_MAPS_FILES 0
#endif

namespace tenon::weight_files {
namespace {

void require_regular(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_regular_file(status)) return;
  const std::string found = fs::is_directory(status)                    ? "a directory"
                            : status.type() == fs::file_type::not_found ? "no file of this name"
                            : error                                     ? error.message()
                                                                        : "neither file nor directory";
  throw unreadable{"cannot be read: expected a regular file, found " + found};
}

#if TENON_MAPS_FILES
/// The file's mapping; an empty span without an address where there is none.
std::span<const std::byte> map(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return {};
  struct stat status {};
  void* at = MAP_FAILED;
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
    int flags = MAP_PRIVATE;
#if defined(MAP_POPULATE)
    flags |= MAP_POPULATE;  // one call instead of a fault for each page
#endif
    at = ::mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, flags, file, 0);
  }
  ::close(file);
  if (at == MAP_FAILED) return {};
  return {static_cast<const std::byte*>(at), static_cast<std::size_t>(status.st_size)};
}
#endif

}  // namespace

file_bytes::file_bytes(const std::string& path) {
  require_regular(path);
#if TENON_MAPS_FILES
  content_ = map(path);
  if (!content_.empty()) return;
#endif
  std::error_code error;
  const std::uint64_t count = std::filesystem::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (error || !stream) throw unreadable{"cannot be opened for reading"};
  read_.resize(count);
  stream.read(reinterpret_cast<char*>(read_.data()), static_cast<std::streamsize>(count));
  if (!stream) {
    throw unreadable{say("cannot be read: expected ", count, " bytes, found ", stream.gcount())};
  }
  content_ = read_;
}

file_bytes::~file_bytes() {
#if TENON_MAPS_FILES
  if (read_.empty() && !content_.empty()) ::munmap(const_cast<std::byte*>(content_.data()), content_.size());
#endif
}

file_bytes open_weights(const std::string& path) {
  try {
    return file_bytes(path);
  } catch (const unreadable& problem) {
    fail(path, problem.text);
  }
}

}  // namespace tenon::weight_files
