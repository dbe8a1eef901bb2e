// A slow evaluation of the graph, in double: gives every value's shape, folds what does not depend on the
// input, and what the self-test demands.
#pragma once

#include "graph.hpp"

namespace tenon::importer {

/// Every value of a graph by name; what does not depend on the inputs is known, of the others the shape is.
struct values {
  std::map<std::string, array> of;
  const values* before = nullptr;  ///< what is not here is there
  const array& at(const std::string& name) const {
    const auto found = of.find(name);
    return found == of.end() && before ? before->at(name) : of.at(name);
  }
  double work = 0;  ///< multiply-accumulates and elements of one run
};

/// Throws refusal with a sentence for each node whose operator has no layer, or for the first that is
/// malformed. Takes the graph's weights.
values infer(graph& g);

/// The outputs of the graph, in double; `rounded`: what each node gives is rounded to float. `constants` are
/// those of infer.
std::vector<array> run(const graph& g, const values& constants, const std::vector<array>& inputs,
                       bool rounded);

/// The extents of a sliding window: kernel, strides, dilations and pads (all beginnings first), all given,
/// and the outputs of an input of `in` spatial extents.
struct window {
  dims kernel, strides, dilations, pads, outputs;
  bool ceil;
};
window window_of(const node& n, const dims& kernel, const dims& in);

/// A ConvTranspose whose output_shape, if it has one, has become pads.
node with_pads(const node& n, const dims& kernel, const dims& in);

/// One axis of a Resize or Upsample: for each output the inputs that it is made of, and their weights; none
/// where it lies beyond the edge.
using taps = std::vector<std::vector<std::pair<index, double>>>;
std::vector<taps> resampling_of(const node& n, const values& v);

/// Begin, end and step of a Slice along one axis, counted within the extent; ends[i] may be -1 backwards.
struct range {
  std::size_t axis;
  index begin, step, count;
};
std::vector<range> ranges_of(const node& n, const values& v);

/// Axis `a` counted from 0; throws refusal if it is not there.
std::size_t axis_of(const node& n, index a, std::size_t rank);
/// The axes of a reduction, Squeeze or Unsqueeze: an attribute, or an input from opset 13 on; `rank` axes.
std::vector<std::size_t> axes_of(const node& n, const values& v, std::size_t rank);
/// Pads of a Pad by axis, all beginnings first; negative ones crop.
dims pads_of(const node& n, const values& v, std::size_t rank);
/// Extents of the parts of a Split.
dims parts_of(const node& n, const values& v, index extent);

}  // namespace tenon::importer
