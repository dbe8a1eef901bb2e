// Fashion-MNIST as it is published: IDX files of unsigned bytes, plain or compressed with gzip.
//
//   bytes   0  0  08  rank | extents, 4 bytes each, big-endian | elements, row-major
//
// rank 3 = images (count, rows, columns), rank 1 = labels (count).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace idx {

inline constexpr std::size_t rows = 28, columns = 28, classes = 10;
inline constexpr std::size_t pixels = rows * columns;

/// What is wrong with a file, in one sentence that begins with the file's name.
struct error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using image = std::span<const std::uint8_t, pixels>;  // row-major, 0 = background

/// Images and what they show: as many labels as images, at least one, every label below `classes`.
class dataset {
 public:
  dataset(std::vector<std::uint8_t> images, std::vector<std::uint8_t> labels)
      : images_(std::move(images)), labels_(std::move(labels)) {}

  std::size_t size() const { return labels_.size(); }
  image picture(std::size_t n) const { return image(images_.data() + n * pixels, pixels); }
  std::size_t label(std::size_t n) const { return labels_[n]; }

 private:
  std::vector<std::uint8_t> images_, labels_;
};

/// The pixels of all images of an IDX file, one image after the other; of `bytes` in memory (not compressed),
/// or of the file at `path`. Memory grows with the data that are there, never with what the header claims.
/// Throws idx::error: not IDX, another element type, rank or extent, no element, too few or too many bytes.
std::vector<std::uint8_t> parse_images(std::span<const std::uint8_t> bytes, const std::string& name);
std::vector<std::uint8_t> read_images(const std::string& path);

/// The same for labels; one that is not below `classes` is an error too.
std::vector<std::uint8_t> parse_labels(std::span<const std::uint8_t> bytes, const std::string& name);
std::vector<std::uint8_t> read_labels(const std::string& path);

/// Both files. Throws idx::error also where their counts differ.
dataset read(const std::string& images_path, const std::string& labels_path);

}  // namespace idx
