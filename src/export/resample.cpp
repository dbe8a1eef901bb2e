// Slices, padding, crops and upsampling.
#include <limits>

#include "writer.hpp"

namespace tenon::exporter {
namespace {

/// Elements begin to end of one axis of x, counted with the batch.
names range(layer& l, const std::string& x, index begin, index end, index axis) {
  names inputs{x, l.constant("begin", ints{begin})};
  inputs.push_back(l.constant("end", ints{end}));
  inputs.push_back(l.constant("axis", ints{axis}));
  return inputs;
}

void write_slice(layer& l) {
  const index step = l.n.attr.step, count = l.n.out.extents[l.n.axis];
  const index last = l.n.begin + (count - 1) * step;
  const bool to_front = step < 0 && last == 0;  // the end lies before the first element
  names inputs =
      range(l, l.x[0], l.n.begin, to_front ? std::numeric_limits<index>::min() : last + (step > 0 ? 1 : -1),
            l.n.axis + 1);
  if (step != 1) inputs.push_back(l.constant("step", ints{step}));
  l.last("Slice", inputs);
}

/// Cyclic padding: the last elements in front, the first ones behind. (Pad has it from opset 19 on.)
void write_cyclic(layer& l) {
  std::string x = l.x[0];
  int last_padded = -1;
  for (int axis = 0; axis < l.rank(); ++axis)
    if (l.n.win.pad_lo[axis] + l.n.win.pad_hi[axis] > 0) last_padded = axis;
  for (int axis = 0; axis <= last_padded; ++axis) {
    const index lo = l.n.win.pad_lo[axis], hi = l.n.win.pad_hi[axis], extent = l.in[0].spatial(axis);
    if (lo + hi == 0) continue;
    names parts;
    if (lo > 0) parts.push_back(l.call("Slice", range(l, x, extent - lo, extent, axis + 2)));
    parts.push_back(x);
    if (hi > 0) parts.push_back(l.call("Slice", range(l, x, 0, hi, axis + 2)));
    const attribute_list along{{"axis", index{axis + 2}}};
    if (axis == last_padded) return l.last("Concat", parts, along);
    x = l.call("Concat", parts, along);
  }
  l.last("Identity", {x});
}

void write_pad(layer& l) {
  const attributes& a = l.n.attr;
  if (a.beyond == edge::cyclic) return write_cyclic(l);
  const window& w = l.n.win;
  ints pads{0, 0};
  pads.insert(pads.end(), w.pad_lo, w.pad_lo + l.rank());
  pads.insert(pads.end(), {0, 0});
  pads.insert(pads.end(), w.pad_hi, w.pad_hi + l.rank());
  names inputs{l.x[0], l.constant("pads", pads)};
  if (a.beyond == edge::zeros && a.alpha != 0) inputs.push_back(l.constant("fill", a.alpha));
  const std::string mode = a.beyond == edge::reflect     ? "reflect"
                           : a.beyond == edge::replicate ? "edge"
                                                         : "constant";
  l.last("Pad", inputs, {{"mode", mode}});
}

void write_crop(layer& l) {
  ints begins, ends, axes;
  for (int axis = 0; axis < l.rank(); ++axis) {
    begins.push_back(-l.n.win.pad_lo[axis]);
    ends.push_back(l.in[0].spatial(axis) + l.n.win.pad_hi[axis]);
    axes.push_back(axis + 2);
  }
  names inputs{l.x[0], l.constant("begin", begins)};
  inputs.push_back(l.constant("end", ends));
  inputs.push_back(l.constant("axes", axes));
  l.last("Slice", inputs);
}

void write_upsample(layer& l) {
  const attributes& a = l.n.attr;
  std::vector<float> scales{1, 1};
  for (int axis = 0; axis < l.rank(); ++axis) scales.push_back(static_cast<float>(a.kernel.at(axis)));
  const std::string scale = l.constant("scales", {static_cast<index>(scales.size())}, scales);
  if (a.between == interpolation::nearest)
    return l.last(
        "Resize", {l.x[0], "", scale},
        {{"coordinate_transformation_mode", "asymmetric"}, {"mode", "nearest"}, {"nearest_mode", "floor"}});
  l.last("Resize", {l.x[0], "", scale},
         {{"coordinate_transformation_mode", a.align_corners ? "align_corners" : "half_pixel"},
          {"mode", "linear"}});
}

}  // namespace

void write_resample(layer& l) {
  switch (l.n.attr.kind) {
    case op::slice:
      return write_slice(l);
    case op::pad:
      return write_pad(l);
    case op::crop:
      return write_crop(l);
    default:
      return write_upsample(l);
  }
}

}  // namespace tenon::exporter
