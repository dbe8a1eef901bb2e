// A layer as bench/layers.cpp and bench/errors.cpp see it.
#pragma once

#include <tenon/roofline.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bench {

/// One layer with its neighbours, ready to run.
class layer {
 public:
  virtual ~layer() = default;
  /// So many copies of the packed weights.
  virtual void copy_weights(int copies) = 0;
  virtual void run(int copy) = 0;
  /// Elements in natural order.
  virtual std::vector<float> input() const = 0;
  virtual std::vector<float> output() const = 0;
  virtual std::vector<float> weights() const = 0;
  virtual std::vector<float> bias() const = 0;
};

struct layer_type {
  std::string shape;      // "3x3 64@56", the same for all algorithms
  std::string algorithm;  // the one that was forced, or the one that the library chose
  bool chosen;            // by the library
  tenon::step_view step;
  std::function<std::unique_ptr<layer>()> make;
};

/// All that are linked into this program.
inline std::vector<layer_type>& layer_types() {
  static std::vector<layer_type> all;
  return all;
}

}  // namespace bench
