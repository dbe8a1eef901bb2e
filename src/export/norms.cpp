// Normalisations, what has one parameter for each channel, and softmax.
#include "writer.hpp"

namespace tenon::exporter {
namespace {

std::vector<float> filled(index count, float value) {
  return std::vector<float>(static_cast<std::size_t>(count), value);
}

void write_batch_norm(layer& l) {
  const ints channels{l.n.out.channels()};
  names inputs{l.x[0]};
  for (const char* name : {"weight", "bias", "running_mean", "running_var"})
    inputs.push_back(l.parameter(name, channels));
  l.last("BatchNormalization", inputs, {{"epsilon", l.n.attr.epsilon}});
}

/// weight and bias; ones and zeros where the layer has none.
names affine(layer& l, const ints& shape) {
  if (l.n.attr.affine) {
    std::string weight = l.parameter("weight", shape);
    return {std::move(weight), l.parameter("bias", shape)};
  }
  index count = 1;
  for (const index extent : shape) count *= extent;
  std::string ones = l.constant("ones", shape, filled(count, 1));
  return {std::move(ones), l.constant("zeros", shape, filled(count, 0))};
}

void write_instance_norm(layer& l) {
  names inputs = affine(l, {l.n.out.channels()});
  inputs.insert(inputs.begin(), l.x[0]);
  l.last("InstanceNormalization", inputs, {{"epsilon", l.n.attr.epsilon}});
}

/// The groups as channels of an instance norm, then weight and bias of the real channels.
void write_group_norm(layer& l) {
  const index groups = l.n.attr.groups;
  const std::string x = l.call("Reshape", {l.x[0], l.constant("groups", ints{1, groups, -1})});
  const std::string ones = l.constant("ones", {groups}, filled(groups, 1));
  const std::string y =
      l.call("InstanceNormalization", {x, ones, l.constant("zeros", {groups}, filled(groups, 0))},
             {{"epsilon", l.n.attr.epsilon}});
  const std::string shape = l.constant("shape", batched(l.n.out));
  if (!l.n.attr.affine) return l.last("Reshape", {y, shape});
  const std::string map = l.call("Reshape", {y, shape});
  const std::string scaled = l.main("Mul", {map, l.parameter("weight", l.per_channel())});
  l.last("Add", {scaled, l.parameter("bias", l.per_channel())});
}

void write_layer_norm(layer& l) {
  const int rank = l.n.out.rank;
  if (!l.n.attr.per_position) {
    names inputs = affine(l, {l.n.out.extents + l.n.axis, l.n.out.extents + rank});
    inputs.insert(inputs.begin(), l.x[0]);
    return l.last("LayerNormalization", inputs,
                  {{"axis", index{l.n.axis + 1}}, {"epsilon", l.n.attr.epsilon}});
  }
  ints to_end{0}, back{0, rank};
  for (int axis = 2; axis <= rank; ++axis) to_end.push_back(axis);
  to_end.push_back(1);
  for (int axis = 1; axis < rank; ++axis) back.push_back(axis);
  names inputs = affine(l, {l.n.out.channels()});
  inputs.insert(inputs.begin(), l.call("Transpose", {l.x[0]}, {{"perm", to_end}}));
  const std::string y =
      l.main("LayerNormalization", inputs, {{"axis", index{-1}}, {"epsilon", l.n.attr.epsilon}});
  l.last("Transpose", {y}, {{"perm", back}});
}

/// LRN where runtimes take it: a 2-D map, an odd number of channels in the window. Else the mean of squares
/// over the window as a pool along the channels, as PyTorch writes it.
void write_response_norm(layer& l) {
  const attributes& a = l.n.attr;
  if (a.groups % 2 == 1 && l.n.out.rank == 3)
    return l.last("LRN", {l.x[0]},
                  {{"alpha", a.alpha}, {"beta", a.beta}, {"bias", a.bias}, {"size", a.groups}});
  const index channels = l.n.out.channels();
  const std::string squares = l.call("Mul", {l.x[0], l.x[0]});
  const std::string rows = l.call("Reshape", {squares, l.constant("rows", ints{1, 1, channels, -1})});
  const std::string padded =
      l.call("Pad", {rows, l.constant("pads", ints{0, 0, (a.groups - 1) / 2, 0, 0, 0, a.groups / 2, 0})});
  const std::string means =
      l.call("AveragePool", {padded}, {{"kernel_shape", ints{a.groups, 1}}, {"strides", ints{1, 1}}});
  const std::string map = l.call("Reshape", {means, l.constant("shape", batched(l.n.out))});
  const std::string share = l.call("Mul", {map, l.constant("alpha", a.alpha)});
  const std::string base = l.call("Add", {share, l.constant("bias", a.bias)});
  l.last("Div", {l.x[0], l.call("Pow", {base, l.constant("beta", a.beta)})});
}

}  // namespace

void write_norm(layer& l) {
  switch (l.n.attr.kind) {
    case op::batch_norm:
      return write_batch_norm(l);
    case op::instance_norm:
      return write_instance_norm(l);
    case op::group_norm:
      return write_group_norm(l);
    case op::layer_norm:
      return write_layer_norm(l);
    case op::local_response_norm:
      return write_response_norm(l);
    case op::scale:
      return l.last("Mul", {l.x[0], l.parameter("weight", l.per_channel())});
    case op::shift:
      return l.last("Add", {l.x[0], l.parameter("bias", l.per_channel())});
    case op::prelu:
      return l.last("PRelu", {l.x[0], l.parameter("weight", l.per_channel())});
    default:
      return l.last(l.n.attr.kind == op::softmax ? "Softmax" : "LogSoftmax", {l.x[0]},
                    {{"axis", index{l.n.axis + 1}}});
  }
}

}  // namespace tenon::exporter
