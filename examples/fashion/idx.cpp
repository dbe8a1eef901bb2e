#include "idx.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>

namespace idx {
namespace {

using bytes = std::vector<std::uint8_t>;

constexpr std::size_t chunk = std::size_t{1} << 16;             // memory grows by what one read can fill
constexpr std::uint64_t max_elements = std::uint64_t{1} << 30;  // 1 GiB: 20 times the 60,000 training images
constexpr std::size_t max_rank = 3;

/// Fills the front of `out` with what comes next and returns how much that is: less than asked only at the
/// end.
using source = std::function<std::size_t(std::span<std::uint8_t> out)>;

[[noreturn]] void fail(const std::string& name, const std::string& what) { throw error(name + ": " + what); }

std::string hex(unsigned value) {
  constexpr auto digits = "0123456789abcdef";
  return {'0', 'x', digits[value / 16 % 16], digits[value % 16]};
}

/// Reads the four-byte magic and the extents, and returns the extents; `rank` is what the caller expects.
std::vector<std::uint32_t> read_header(const source& next, const std::string& name, std::size_t rank) {
  std::array<std::uint8_t, 4 * (1 + max_rank)> header{};
  const std::size_t magic = next(std::span(header).first(4));
  if (magic == 0) fail(name, "the file is empty");
  if (magic < 4 || header[0] != 0 || header[1] != 0) fail(name, "not an IDX file");
  if (header[2] != 0x08)
    fail(name, "the elements have IDX type " + hex(header[2]) + ", expected 0x08 (unsigned bytes)");
  if (header[3] != rank) {
    if (header[3] == 1) fail(name, "holds labels where images are expected");
    if (header[3] == 3) fail(name, "holds images where labels are expected");
    fail(name, "has " + std::to_string(header[3]) + " dimensions, expected " + std::to_string(rank));
  }
  if (next(std::span(header).subspan(4, 4 * rank)) < 4 * rank) fail(name, "ends within its header");

  std::vector<std::uint32_t> extents(rank);
  for (std::size_t axis = 0; axis < rank; ++axis)
    for (std::size_t byte = 0; byte < 4; ++byte)
      extents[axis] = extents[axis] << 8 | header[4 + 4 * axis + byte];
  return extents;
}

/// Reads exactly `count` elements of `element_bytes` each: no fewer, and nothing behind them.
bytes read_elements(const source& next, const std::string& name, std::uint32_t count,
                    std::size_t element_bytes) {
  if (count == 0) fail(name, "holds no elements");
  const std::uint64_t total = std::uint64_t{count} * element_bytes;
  if (total > max_elements)
    fail(name, "claims " + std::to_string(count) + " elements, more than this program reads");

  bytes data;
  while (data.size() < total) {
    const std::size_t have = data.size();
    data.resize(have + std::min<std::size_t>(chunk, total - have));
    const std::size_t got = next(std::span(data).subspan(have));
    if (have + got < data.size())
      fail(name, "truncated: the header promises " + std::to_string(count) + " elements, there are only " +
                     std::to_string((have + got) / element_bytes));
  }
  std::uint8_t beyond = 0;
  if (next(std::span(&beyond, 1)) != 0)
    fail(name, "has bytes behind the " + std::to_string(count) + " elements its header promises");
  return data;
}

bytes images_from(const source& next, const std::string& name) {
  const auto extents = read_header(next, name, 3);
  if (extents[1] != rows || extents[2] != columns)
    fail(name, "the images are " + std::to_string(extents[1]) + "x" + std::to_string(extents[2]) +
                   " pixels, expected 28x28");
  return read_elements(next, name, extents[0], pixels);
}

bytes labels_from(const source& next, const std::string& name) {
  auto labels = read_elements(next, name, read_header(next, name, 1)[0], 1);
  const auto wrong = std::ranges::find_if(labels, [](std::uint8_t label) { return label >= classes; });
  if (wrong != labels.end())
    fail(name, "label " + std::to_string(wrong - labels.begin()) + " is " + std::to_string(*wrong) +
                   ", expected 0 to 9");
  return labels;
}

source memory(std::span<const std::uint8_t> rest) {
  return [rest](std::span<std::uint8_t> out) mutable {
    const auto taken = rest.first(std::min(rest.size(), out.size()));
    std::ranges::copy(taken, out.begin());
    rest = rest.subspan(taken.size());
    return taken.size();
  };
}

/// A file through zlib, which passes plain bytes as they are. At the end of a compressed file its check sum
/// is compared, so asking for one byte behind the last is what finds a damaged one.
source file(const std::string& path) {
  errno = 0;
  const std::shared_ptr<gzFile_s> gz(gzopen(path.c_str(), "rb"), [](gzFile open) {
    if (open) gzclose(open);
  });
  if (!gz) fail(path, std::string("cannot be opened: ") + std::strerror(errno ? errno : ENOMEM));
  return [gz, path](std::span<std::uint8_t> out) {
    const int got = gzread(gz.get(), out.data(), static_cast<unsigned>(out.size()));
    int status = Z_OK;
    gzerror(gz.get(), &status);
    if (status == Z_ERRNO) fail(path, std::string("cannot be read: ") + std::strerror(errno));
    if (status == Z_BUF_ERROR) fail(path, "truncated: the compressed data end too early");
    if (got < 0 || (status != Z_OK && status != Z_STREAM_END)) fail(path, "the compressed data are damaged");
    return static_cast<std::size_t>(got);
  };
}

}  // namespace

bytes parse_images(std::span<const std::uint8_t> data, const std::string& name) {
  return images_from(memory(data), name);
}
bytes read_images(const std::string& path) { return images_from(file(path), path); }

bytes parse_labels(std::span<const std::uint8_t> data, const std::string& name) {
  return labels_from(memory(data), name);
}
bytes read_labels(const std::string& path) { return labels_from(file(path), path); }

dataset read(const std::string& images_path, const std::string& labels_path) {
  bytes images = read_images(images_path);
  bytes labels = read_labels(labels_path);
  const std::size_t count = images.size() / pixels;
  if (labels.size() != count)
    fail(labels_path, std::to_string(labels.size()) + " labels do not fit the " + std::to_string(count) +
                          " images of " + images_path);
  return dataset(std::move(images), std::move(labels));
}

}  // namespace idx
