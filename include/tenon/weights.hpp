// F5. The tensors a model is run with, in the names, shapes and order that PyTorch writes.
#pragma once

#include <iostream>
#include <string>
#include <vector>

#include "tenon/model.hpp"
#include "tenon/weight_file.hpp"

namespace tenon {

/// Names and shapes of all tensors of a network, in the order of its layers:
///   conv                        weight OC x IC/G x KH x KW, bias OC; untied_bias: bias OC x OH x OW
///   conv_transpose              weight IC x OC/G x KH x KW, bias OC
///   local                       weight OC x OH x OW x IC x KH x KW, bias OC x OH x OW
///   linear                      weight OUT x IN, bias OUT
///   batch_norm                  weight C, bias C, running_mean C, running_var C
///   instance_norm, group_norm   weight C, bias C
///   layer_norm                  weight and bias: the extents from its axis on; per_position: C
///   scale, prelu                weight C
///   shift                       bias C
std::vector<tensor_spec> expected_tensors(graph_view network);

/// What tells networks apart whose tensors have equal names and shapes: 64-bit FNV-1a over all nodes in their
/// order (layer as the user writes it, without algorithm<...>; dotted name; numbers of its inputs; the code
/// of activation<f>) and the numbers of the outputs. The same for all lowerings of a network.
std::uint64_t architecture_hash(graph_view network);

/// What stands in the weight file of a network.
file_contents expected_contents(graph_view network);

namespace detail {

void print_specs(std::ostream& out, graph_view network);

}  // namespace detail

/// Prints the tensors of M, a line for each: "0.weight 6x1x5x5"; before them its architecture_hash. The tool
/// takes it: `tenon check FILE --model LIST` says how a weight file differs.
template <Model M>
void print_specs(std::ostream& out = std::cout) {
  detail::print_specs(out, M::network.view());
}

/// All tensors of one model, as F32, one behind the other in the order of `specs()`. A value: copy it freely.
template <Model M>
class weights {
 public:
  /// Elements of all tensors.
  static constexpr std::size_t count = static_cast<std::size_t>(M::weight_bytes) / sizeof(float);

  /// All zero.
  weights() : values_(count) {}

  /// Names and shapes of the tensors.
  static std::vector<tensor_spec> specs() { return expected_tensors(M::network.view()); }

  /// The elements of all tensors.
  /// @{
  std::span<float> values() { return values_; }
  std::span<const float> values() const { return values_; }
  /// @}

  /// The elements of one tensor, by name: w["0.weight"]. Throws weight_error if the model has no such tensor.
  std::span<float> operator[](std::string_view name) {
    std::size_t at = 0;
    for (const tensor_spec& spec : specs()) {
      std::size_t n = 1;
      for (std::int64_t extent : spec.shape) n *= static_cast<std::size_t>(extent);
      if (spec.name == name) return values().subspan(at, n);
      at += n;
    }
    throw weight_error("the model has no tensor \"" + std::string(name) + "\"");
  }

 private:
  std::vector<float> values_;
};

/// The weights of M from a safetensors file: exactly the tensors of `weights<M>::specs()`, as F32, F16 or
/// BF16. Throws weight_error, which names the file and lists every tensor that does not fit, or says that the
/// file was written for another network.
template <Model M>
weights<M> load_safetensors(const std::string& path, const weight_options& options = {}) {
  weights<M> w;
  detail::read_weights(path, expected_contents(M::network.view()), w.values(), options);
  return w;
}

/// The same from the bytes of such a file in memory; `source` names them in errors.
template <Model M>
weights<M> load_safetensors(std::span<const std::byte> file, std::string_view source = "memory",
                            const weight_options& options = {}) {
  weights<M> w;
  detail::read_weights(file, source, expected_contents(M::network.view()), w.values(), options);
  return w;
}

/// Writes weights, the network's architecture, and a self-test if there is one (load.hpp records it).
template <Model M>
void save_safetensors(const std::string& path, const weights<M>& w, const self_test& test = {}) {
  write_safetensors(path, expected_contents(M::network.view()), w.values(), test);
}

}  // namespace tenon
