// F5. Weights in NumPy's .npz files. A program that uses these functions needs a tenon that was built with
// libzip: without it, the linker does not find them.
#pragma once

#include "tenon/weights.hpp"

namespace tenon {

/// Reads all weights of a model from a .npz file: arrays by the names of the tensors, as numpy.savez and
/// numpy.savez_compressed write them. Everything else is as in read_safetensors, but that the arrays are
/// those of read_npy: float64 is rounded. Such a file says neither its architecture nor a self-test.
void read_npz(const std::string& path, std::span<const tensor_spec> expected, std::span<float> out,
              const weight_options& options = {});
/// The same from the bytes of a file in memory; `source` names it in messages.
void read_npz(std::span<const std::byte> file, std::string_view source, std::span<const tensor_spec> expected,
              std::span<float> out, const weight_options& options = {});

/// Writes tensors as float32, without compression; equal weights give equal files. Throws weight_error if the
/// file cannot be written, and std::invalid_argument if `values` is not of the right length.
void write_npz(const std::string& path, std::span<const tensor_spec> tensors, std::span<const float> values);

/// The weights of M from a .npz file. See read_npz.
template <Model M>
weights<M> load_npz(const std::string& path, const weight_options& options = {}) {
  weights<M> w;
  read_npz(path, w.specs(), w.values(), options);
  return w;
}

/// Writes the weights of M as a .npz file. See write_npz.
template <Model M>
void save_npz(const std::string& path, const weights<M>& w) {
  write_npz(path, w.specs(), w.values());
}

}  // namespace tenon
