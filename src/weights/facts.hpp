// What a weight file holds, for people: every tensor with the range of its elements.
#pragma once

#include <functional>

#include "directory.hpp"

namespace tenon::weight_files {

/// A tensor of a file.
struct tensor_facts {
  std::string name, dtype;
  std::vector<std::uint64_t> shape;
  std::uint64_t elements = 0, bytes = 0;
  bool has_range = false;  // of floating-point numbers: the finite ones
  double least = 0, largest = 0, mean = 0;
  std::uint64_t not_finite = 0;
};

struct file_facts {
  std::string format;
  std::vector<tensor_facts> tensors;  // in the order of the file
  std::map<std::string, std::string, std::less<>> metadata;
};

/// The facts of a safetensors, .npz or .npy file. Throws weight_error or file_error. With `ranges` it reads
/// the elements as well.
file_facts facts_of(const std::string& path, bool ranges);

/// Adds elements to a tensor's range: of F16, BF16, F32 and F64; of others nothing.
class range_finder {
 public:
  explicit range_finder(tensor_facts& facts) : facts_(facts) {}
  /// Whole elements, little-endian.
  void add(bytes elements);
  /// After all of them.
  void finish();

 private:
  void add(double value);

  tensor_facts& facts_;
  double sum_ = 0;
  std::uint64_t finite_ = 0;
};

/// The facts of a .npz file; where tenon is built without libzip there are none.
file_facts npz_facts(std::string_view file, bytes content, bool ranges);

}  // namespace tenon::weight_files
