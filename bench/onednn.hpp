// oneDNN as a contestant, where it is installed: single convolutions, and all of a network in its order.
#pragma once

#include <tenon/graph.hpp>

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace bench {

/// One convolution or linear layer in oneDNN, in the layouts that it likes best, weights reordered
/// beforehand.
class onednn_layer {
 public:
  virtual ~onednn_layer() = default;
  /// Elements in natural order, as PyTorch has them. So many copies of the weights are made.
  virtual void fill(std::span<const float> input, std::span<const float> weights, std::span<const float> bias,
                    int copies) = 0;
  virtual void run(int copy) = 0;
  virtual std::vector<float> output() = 0;
};

/// Null if oneDNN is not there or has no such algorithm for this layer. `winograd`: by Winograd only.
std::unique_ptr<onednn_layer> make_onednn_layer(const tenon::node& layer, const tenon::shape& input,
                                                bool winograd);

/// The convolutions of a network alone, one behind the other in its order: a floor under whatever could be
/// built with oneDNN. With `winograd`, each by Winograd where oneDNN has it and is faster so within this
/// order, where weights are cold. They compute with zeros. `run` is empty if oneDNN is not there, or with
/// `winograd` if there would be no difference.
struct convolution_chain {
  std::function<void()> run;
  tenon::index macs = 0;
};
convolution_chain onednn_convolutions(tenon::graph_view network, bool winograd, int threads);

/// "2.6.3", or empty.
std::string onednn_version();

}  // namespace bench
