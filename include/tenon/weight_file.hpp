// F1. Reading weight files: safetensors, from a path or from bytes in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tenon {

/// Thrown for any problem of a weight file. what() names the file, the tensor, what was expected and what was
/// found. If tensors differ from what the model expects, the first line is a summary and each further line
/// describes one tensor.
class weight_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// How strict a reader of weight files is.
struct weight_options {
  bool require_finite = false;  ///< refuse tensors that hold an infinity or a NaN
};

/// One tensor that a model expects in a weight file; shape in elements, outermost axis first, {} = a scalar.
struct tensor_spec {
  std::string name;                 ///< dotted, as in PyTorch's state_dict
  std::vector<std::int64_t> shape;  ///< extents
};

/// Reads all weights of a model from the safetensors file at `path`:
///   out = widen(tensor 0) ++ widen(tensor 1) ++ ..., in the order of `expected`
/// Each tensor is dense and row-major. F32 is copied bit by bit; F16 and BF16 are widened without rounding,
/// subnormals, infinities and the payloads of NaNs included. The file is little-endian, its data need not be
/// aligned. File and model must agree: every expected tensor is present with exactly its shape, and the file
/// has no other tensor, except PyTorch's I64 scalar `<bn>.num_batches_tracked`, which is checked and left
/// out if `<bn>.running_mean` is expected.
///
/// `out` has as many elements as all of `expected` together; it is written only if everything was right.
/// Allocates the header and the data of the file once, the data only after the header has proved to fit.
///
/// Throws weight_error for any problem of the file, and std::invalid_argument for a caller's mistake: a name
/// expected twice, a negative extent, or `out` of the wrong length.
/// Source: the description of the safetensors format; stricter than its reference implementation in that a
/// name, field or metadata key may not appear twice and a tensor may have no unknown field.
void read_safetensors(const std::string& path, std::span<const tensor_spec> expected, std::span<float> out,
                      weight_options options = {});

/// The same from the bytes of a file in memory, without a file system; `source` names the file in messages.
/// `file` and `out` must not overlap. Allocates what describes the tensors, not the data.
void read_safetensors(std::span<const std::byte> file, std::string_view source,
                      std::span<const tensor_spec> expected, std::span<float> out,
                      weight_options options = {});

}  // namespace tenon
