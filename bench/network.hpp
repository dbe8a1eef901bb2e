// A network as the benchmarks see it. Its type is known in its own file only (network.cpp).
#pragma once

#include <tenon/profile.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace bench {

/// Ready to run: weights packed, an input and an output. All numbers are those of tests/zoo/seeded.hpp.
class network {
 public:
  virtual ~network() = default;
  virtual void run() = 0;
  /// Times each step of the plan, on one thread.
  virtual tenon::network_profile profile(const tenon::profile_options& options) = 0;
  virtual std::span<const float> input() const = 0;
  virtual std::span<const float> output() const = 0;
  /// All tensors, as in tenon::weights.
  virtual std::vector<float> weights() const = 0;
};

/// What is known before it is made.
struct network_type {
  std::string name;
  bool fused;
  tenon::index macs, parameters, arena_bytes;
  tenon::graph_view graph;
  tenon::plan_view plan;
  /// `threads` more than 1: split among them. Throws std::invalid_argument if this is not possible.
  std::function<std::unique_ptr<network>(int threads)> make;
};

/// All that are linked into this program, in the order of their names; an unfused one behind the fused.
std::vector<network_type> all_networks();

/// A static one of these in a file adds its networks.
struct registration {
  explicit registration(network_type type);
};

}  // namespace bench
