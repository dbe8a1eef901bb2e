// libtorch, the C++ library of PyTorch, as a contestant, where it is installed.
#pragma once

#include <tenon/graph.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace bench {

/// A network of libtorch's operators, one after the other, without gradients. Batch norms are folded into the
/// convolutions before them, as torch.jit.freeze does, and activations overwrite what they read where
/// nothing else does. `run` is empty if libtorch is not there, or has no operator for one of the layers.
struct libtorch_network {
  std::function<void()> run;
  std::function<std::vector<float>()> output;  // of the last run
};

/// `weights`: all tensors, as in tenon::weights; `input`: as tenon::input.
libtorch_network make_libtorch(tenon::graph_view network, std::span<const float> weights,
                               std::span<const float> input, int threads);

/// "1.13.1", or empty.
std::string libtorch_version();

}  // namespace bench
