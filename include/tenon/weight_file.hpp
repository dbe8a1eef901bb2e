// F1. Reading and writing weight files: safetensors, from a path or from bytes in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tenon {

/// Thrown for any problem of a file that is read or written.
class file_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Thrown for any problem of a weight file. what() names the file, the tensor, what was expected and what was
/// found. If tensors differ from what the model expects, the first line is a summary and each further line
/// describes one tensor.
class weight_error : public file_error {
 public:
  using file_error::file_error;
};

/// Names of a file that begin with `from`, up to a dot or their end, begin with `to` in the model. {"model",
/// ""} takes a first part away, {"", "backbone"} puts one in front of every name.
struct prefix_rename {
  std::string from;  ///< beginning of a name in the file
  std::string to;    ///< what stands there in the model
};

/// How a weight file is read.
struct weight_options {
  bool require_finite = false;     ///< refuse tensors that hold an infinity or a NaN
  bool check_architecture = true;  ///< refuse a file that says it was written for another network
  bool self_test = true;           ///< tenon::load runs the file's self-test; if not, it is not looked at
  /// For a file whose names are not the model's. Of those that fit a name, the longest counts. Two tensors of
  /// one name afterwards, and a rename that fits no tensor, are errors.
  std::vector<prefix_rename> rename = {};
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
/// has no other tensor, except a self-test of tenon's and PyTorch's I64 scalar `<bn>.num_batches_tracked`,
/// which is checked and left out if `<bn>.running_mean` is expected.
///
/// `out` has as many elements as all of `expected` together; it is written only if everything was right.
/// The file is mapped into memory where the system can do that (POSIX); it must not be cut short meanwhile.
/// Elsewhere it is read as a whole.
///
/// Throws weight_error for any problem of the file, and std::invalid_argument for a caller's mistake: a name
/// expected twice, a negative extent, or `out` of the wrong length.
/// Source: the description of the safetensors format; stricter than its reference implementation in that a
/// name, field or metadata key may not appear twice and a tensor may have no unknown field.
void read_safetensors(const std::string& path, std::span<const tensor_spec> expected, std::span<float> out,
                      const weight_options& options = {});

/// The same from the bytes of a file in memory, without a file system; `source` names the file in messages.
/// `file` and `out` must not overlap. Allocates what describes the tensors, not the data.
void read_safetensors(std::span<const std::byte> file, std::string_view source,
                      std::span<const tensor_spec> expected, std::span<float> out,
                      const weight_options& options = {});

/// What a network must give for one input: all inputs one behind the other, as in `reference`, and all
/// outputs. No output may be off by more than `tolerance` times the largest magnitude of its feature map.
/// An output that is NaN here is not compared: what jumps, such as a comparison, may jump either way.
struct self_test {
  static constexpr double least_tolerance = 1e-5;  ///< of a file that says none
  std::vector<float> input;                        ///< all inputs
  std::vector<float> output;                       ///< all outputs
  double tolerance = least_tolerance;              ///< as a part of the largest magnitude

  /// Is there one?
  explicit operator bool() const { return !output.empty(); }
};

/// What the weight file of a network holds: its tensors, and, where they are there, its architecture_hash as
/// 16 hexadecimal digits in the metadata "tenon.architecture"; and a self-test in the tensors
/// "tenon.self_test.input.0", ... and "tenon.self_test.output.0", ..., with a tolerance that is larger than
/// 1e-5 in the metadata "tenon.tolerance".
struct file_contents {
  std::vector<tensor_spec> tensors;       ///< the weights
  std::vector<tensor_spec> test_inputs;   ///< inputs of the self-test
  std::vector<tensor_spec> test_outputs;  ///< and its outputs
  std::uint64_t architecture = 0;         ///< 0: not said
};

/// Writes a safetensors file: `values` are all tensors one behind the other. Throws weight_error if the file
/// cannot be written, and std::invalid_argument if `values` or the self-test are not of the right length.
void write_safetensors(const std::string& path, const file_contents& network, std::span<const float> values,
                       const self_test& test = {});

namespace detail {

/// As read_safetensors; the architecture is checked, and the self-test is given back if there is one.
self_test read_weights(const std::string& path, const file_contents& network, std::span<float> out,
                       const weight_options& options);
self_test read_weights(std::span<const std::byte> file, std::string_view source, const file_contents& network,
                       std::span<float> out, const weight_options& options);

}  // namespace detail
}  // namespace tenon
