// A slow evaluation of the graph, in double: gives every value's shape, folds what does not depend on the
// input, and what the self-test demands.
#pragma once

#include "graph.hpp"

namespace tenon::importer {

struct values {
  std::map<std::string, array> of;  ///< by name
  std::set<std::string> constant;   ///< what does not depend on the input
  index macs = 0;                   ///< of convolutions and linear layers
};

/// A deterministic input of the given shape, in -1..1.
array test_input(const dims& shape);

/// Throws refusal with a sentence for each node whose operator is unknown, or for the first that is
/// malformed.
values evaluate(const graph& g, const array& input);

/// The extents of a sliding window: kernel, strides, dilations and pads (all beginnings first), all given.
struct window {
  dims kernel, strides, dilations, pads;
};
window window_of(const node& n, const dims& kernel);

}  // namespace tenon::importer
