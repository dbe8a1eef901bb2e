// What changes the shape, moves elements, does nothing, or joins feature maps.
#include "writer.hpp"

namespace tenon::exporter {
namespace {

/// Reshape, Transpose, Reshape: axes of blocks are moved.
void write_blocks(layer& l, const ints& apart, const ints& order) {
  const std::string blocks = l.call("Reshape", {l.x[0], l.constant("blocks", apart)});
  const std::string moved = l.call("Transpose", {blocks}, {{"perm", order}});
  l.last("Reshape", {moved, l.constant("shape", batched(l.n.out))});
}

void write_channel_shuffle(layer& l) {
  const index groups = l.n.attr.groups;
  ints apart{1, groups, l.in[0].channels() / groups}, order{0, 2, 1};
  for (int axis = 0; axis < l.rank(); ++axis) {
    apart.push_back(l.in[0].spatial(axis));
    order.push_back(3 + axis);
  }
  write_blocks(l, apart, order);
}

/// (SpaceToDepth has another order of channels.)
void write_pixel_unshuffle(layer& l) {
  const index r = l.n.attr.groups;
  const shape& in = l.in[0];
  write_blocks(l, {1, in.channels(), in.spatial(0) / r, r, in.spatial(1) / r, r}, {0, 1, 3, 5, 2, 4});
}

void write_squeeze(layer& l) {
  const extents& said = l.n.attr.axes;
  const shape& in = l.in[0];
  bool goes[max_rank]{};
  for (int i = 0; i < in.rank; ++i) goes[i] = !said.given() && in.extents[i] == 1;
  for (int i = 0; i < said.count; ++i)
    goes[said.values[i] < 0 ? said.values[i] + in.rank : said.values[i]] = true;
  ints axes;
  for (int i = 0; i < in.rank; ++i)
    if (goes[i]) axes.push_back(i + 1);
  if (axes.empty()) return l.last("Identity", {l.x[0]});
  if (static_cast<int>(axes.size()) == in.rank) axes.pop_back();  // one axis is left: of extent 1
  if (axes.empty()) return l.last("Identity", {l.x[0]});
  l.last("Squeeze", {l.x[0], l.constant("axes", axes)});
}

}  // namespace

void write_move(layer& l) {
  const attributes& a = l.n.attr;
  switch (a.kind) {
    case op::flatten:
      return l.last("Flatten", {l.x[0]}, {{"axis", index{1}}});
    case op::reshape:
      return l.last("Reshape", {l.x[0], l.constant("shape", batched(l.n.out))});
    case op::expand:
      return l.last("Expand", {l.x[0], l.constant("shape", batched(l.n.out))});
    case op::permute: {
      ints order{0};
      for (int i = 0; i < a.axes.count; ++i) order.push_back(a.axes.values[i] + 1);
      return l.last("Transpose", {l.x[0]}, {{"perm", order}});
    }
    case op::squeeze:
      return write_squeeze(l);
    case op::pixel_shuffle:
      return l.last("DepthToSpace", {l.x[0]}, {{"blocksize", a.groups}, {"mode", "CRD"}});
    case op::pixel_unshuffle:
      return write_pixel_unshuffle(l);
    case op::channel_shuffle:
      return write_channel_shuffle(l);
    case op::dropout:
      return l.last("Dropout", {l.x[0]});
    case op::identity:
      return l.last("Identity", {l.x[0]});
    case op::add:
      return l.last("Add", l.x);
    case op::subtract:
      return l.last("Sub", l.x);
    case op::multiply:
      return l.last("Mul", l.x);
    case op::maximum:
      return l.last("Max", l.x);
    case op::concat:
      return l.last("Concat", l.x, {{"axis", index{l.n.axis + 1}}});
    default:
      l.refuse("ONNX has no operator for it");
  }
}

}  // namespace tenon::exporter
