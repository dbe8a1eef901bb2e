// Convolutions and linear layers.
#include <algorithm>

#include "writer.hpp"

namespace tenon::exporter {
namespace {

ints along(const index (&values)[max_spatial_rank], int rank) { return {values, values + rank}; }

/// All beginnings, then all ends.
ints pads_of(const window& w, int rank) {
  ints pads = along(w.pad_lo, rank);
  pads.insert(pads.end(), w.pad_hi, w.pad_hi + rank);
  return pads;
}

attribute_list window_attributes(const layer& l) {
  const window& w = l.n.win;
  const int rank = l.rank();
  attribute_list said{{"dilations", along(w.dilation, rank)},
                      {"group", l.n.groups},
                      {"kernel_shape", along(w.kernel, rank)},
                      {"strides", along(w.stride, rank)}};
  const padding_mode mode = l.n.attr.padding.mode;
  const bool named = l.n.attr.kind == op::conv && l.n.attr.beyond == edge::zeros &&
                     std::all_of(w.dilation, w.dilation + rank, [](index d) { return d == 1; });
  if (named && mode == padding_mode::same)
    said.emplace_back("auto_pad", "SAME_UPPER");
  else if (named && mode == padding_mode::same_lower)
    said.emplace_back("auto_pad", "SAME_LOWER");
  else
    said.emplace_back("pads", pads_of(w, rank));
  return said;
}

/// A filter's taps backwards: ONNX has the cross-correlation only.
std::vector<float> flipped(std::span<const float> filters, std::size_t taps) {
  std::vector<float> turned(filters.begin(), filters.end());
  for (auto at = turned.begin(); at != turned.end(); at += static_cast<std::ptrdiff_t>(taps))
    std::reverse(at, at + static_cast<std::ptrdiff_t>(taps));
  return turned;
}

void write_conv(layer& l) {
  const int rank = l.rank();
  const attributes& a = l.n.attr;
  ints shape{l.n.out.channels(), l.in[0].channels() / l.n.groups};
  index taps = 1;
  for (int axis = 0; axis < rank; ++axis) {
    shape.push_back(l.n.win.kernel[axis]);
    taps *= l.n.win.kernel[axis];
  }
  names inputs{l.x[0]};
  if (a.flipped)
    inputs.push_back(l.parameter(
        "weight", shape, flipped(l.take(shape[0] * shape[1] * taps), static_cast<std::size_t>(taps))));
  else
    inputs.push_back(l.parameter("weight", shape));
  if (a.has_bias && !a.untied_bias) inputs.push_back(l.parameter("bias", {l.n.out.channels()}));
  if (!a.untied_bias) return l.last("Conv", inputs, window_attributes(l));
  const ints map(l.n.out.extents, l.n.out.extents + l.n.out.rank);
  const std::string sums = l.main("Conv", inputs, window_attributes(l));
  l.last("Add", {sums, l.parameter("bias", map)});
}

void write_transposed(layer& l) {
  const int rank = l.rank();
  const window& w = l.n.win;
  ints shape{l.in[0].channels(), l.n.out.channels() / l.n.groups};
  ints extra, pads;
  for (int axis = 0; axis < rank; ++axis) {
    shape.push_back(w.kernel[axis]);
    const index said = l.n.attr.output_padding.given() ? l.n.attr.output_padding.at(axis) : 0;
    extra.push_back(said + std::max<index>(0, -w.pad_hi[axis]));  // a negative padding adds outputs
    pads.push_back(w.pad_lo[axis]);
  }
  for (int axis = 0; axis < rank; ++axis) pads.push_back(std::max<index>(0, w.pad_hi[axis]));
  names inputs{l.x[0], l.parameter("weight", shape)};
  if (l.n.attr.has_bias) inputs.push_back(l.parameter("bias", {l.n.out.channels()}));
  l.last("ConvTranspose", inputs,
         {{"dilations", along(w.dilation, rank)},
          {"group", l.n.groups},
          {"kernel_shape", along(w.kernel, rank)},
          {"output_padding", extra},
          {"pads", pads},
          {"strides", along(w.stride, rank)}});
}

/// Without shared weights: the elements under every tap of every window are gathered, OH x OW x IC x KH x KW,
/// multiplied with the filters of all channels and summed.
void write_local(layer& l) {
  const int rank = l.rank();
  const window& w = l.n.win;
  const shape &in = l.in[0], &out = l.n.out;
  std::string x = l.x[0];
  if (w.padded()) {
    ints pads(2 * static_cast<std::size_t>(rank + 2), 0);
    for (int axis = 0; axis < rank; ++axis) {
      pads[static_cast<std::size_t>(2 + axis)] = w.pad_lo[axis];
      pads[static_cast<std::size_t>(rank + 4 + axis)] = w.pad_hi[axis];
    }
    x = l.call("Pad", {x, l.constant("pads", pads)});
  }
  index padded[max_spatial_rank]{1, 1, 1};
  for (int axis = 0; axis < rank; ++axis) padded[axis] = in.spatial(axis) + w.pad_lo[axis] + w.pad_hi[axis];

  ints extents(out.extents + 1, out.extents + out.rank), elements;
  extents.push_back(in.channels());
  extents.insert(extents.end(), w.kernel, w.kernel + rank);
  const index(&k)[max_spatial_rank] = w.kernel;
  for (index position = 0; position < out.positions(); ++position)
    for (index channel = 0; channel < in.channels(); ++channel)
      for (index tap = 0; tap < k[0] * k[1] * k[2]; ++tap) {
        const index o[] = {position / (out.spatial(1) * out.spatial(2)),
                           position / out.spatial(2) % out.spatial(1), position % out.spatial(2)};
        const index t[] = {tap / (k[1] * k[2]), tap / k[2] % k[1], tap % k[2]};
        index at = channel;
        for (int axis = 0; axis < max_spatial_rank; ++axis)
          at = at * padded[axis] + o[axis] * w.stride[axis] + t[axis] * w.dilation[axis];
        elements.push_back(at);
      }
  const std::string flat = l.call("Flatten", {x}, {{"axis", index{1}}});
  const std::string under =
      l.call("Gather", {flat, l.constant("elements", extents, elements)}, {{"axis", index{1}}});
  ints filters = extents;
  filters.insert(filters.begin(), out.channels());
  const std::string products = l.main("Mul", {under, l.parameter("weight", filters)});
  ints summed;
  for (int axis = 0; axis <= rank; ++axis) summed.push_back(rank + 1 + axis);
  std::string y = l.call("ReduceSum", {products, l.constant("axes", summed)}, {{"keepdims", index{0}}});
  if (l.n.attr.has_bias) y = l.call("Add", {y, l.parameter("bias", {out.extents, out.extents + out.rank})});
  l.last("Unsqueeze", {y, l.constant("batch", ints{0})});
}

void write_linear(layer& l) {
  names inputs{l.x[0], l.parameter("weight", {l.n.out.count(), l.in[0].count()})};
  if (l.n.attr.has_bias) inputs.push_back(l.parameter("bias", {l.n.out.count()}));
  l.last("Gemm", inputs, {{"transB", index{1}}});
}

}  // namespace

void write_convolution(layer& l) {
  switch (l.n.attr.kind) {
    case op::conv:
      return write_conv(l);
    case op::conv_transpose:
      return write_transposed(l);
    case op::local:
      return write_local(l);
    default:
      return write_linear(l);
  }
}

}  // namespace tenon::exporter
