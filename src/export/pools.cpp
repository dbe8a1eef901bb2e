// Pools.
#include <algorithm>

#include "writer.hpp"

namespace tenon::exporter {
namespace {

/// The window of a pool as ONNX's operators of opset 17 can have it.
struct pool_window {
  ints kernel, stride, dilation, lo, hi;
  bool ceil = false;        // said as ceil_mode
  bool hangs_over = false;  // the last window reaches beyond the padded input
  bool dilated = false;
  bool wide = false;  // padding of a kernel's extent or more, which runtimes refuse

  ints pads() const {
    ints all = lo;
    all.insert(all.end(), hi.begin(), hi.end());
    return all;
  }
};

/// Padding at the end up to the end of the last window.
index reach(const layer& l, int axis) {
  const window& w = l.n.win;
  const index last =
      (l.n.out.spatial(axis) - 1) * w.stride[axis] + dilated_extent(w.kernel[axis], w.dilation[axis]);
  return last - l.in[0].spatial(axis) - w.pad_lo[axis];
}

pool_window window_of(const layer& l) {
  const window& w = l.n.win;
  pool_window p;
  bool drops = false;  // a window of ceil_mode that would begin in the padding, which opset 17 does not drop
  for (int axis = 0; axis < l.rank(); ++axis) {
    p.kernel.push_back(w.kernel[axis]);
    p.stride.push_back(w.stride[axis]);
    p.dilation.push_back(w.dilation[axis]);
    p.lo.push_back(w.pad_lo[axis]);
    p.hi.push_back(w.pad_hi[axis]);
    p.dilated = p.dilated || w.dilation[axis] != 1;
    if (!l.n.attr.ceil_mode) continue;
    p.hangs_over = p.hangs_over || reach(l, axis) > w.pad_hi[axis];
    const index rest = l.in[0].spatial(axis) + w.pad_lo[axis] + w.pad_hi[axis] -
                       dilated_extent(w.kernel[axis], w.dilation[axis]);
    drops = drops || (rest + w.stride[axis] - 1) / w.stride[axis] + 1 != l.n.out.spatial(axis);
  }
  p.ceil = l.n.attr.ceil_mode && !drops;
  if (l.n.attr.ceil_mode && drops)
    for (int axis = 0; axis < l.rank(); ++axis)
      p.hi[static_cast<std::size_t>(axis)] = std::max<index>(0, reach(l, axis));
  for (std::size_t axis = 0; axis < p.kernel.size(); ++axis)
    p.wide = p.wide || p.lo[axis] >= p.kernel[axis] || p.hi[axis] >= p.kernel[axis];
  return p;
}

/// x with padding of its own in front of a pool.
std::string padded(layer& l, const std::string& x, const pool_window& p, float with) {
  ints pads{0, 0};
  pads.insert(pads.end(), p.lo.begin(), p.lo.end());
  pads.insert(pads.end(), {0, 0});
  for (int axis = 0; axis < l.rank(); ++axis) pads.push_back(std::max<index>(0, reach(l, axis)));
  return l.call("Pad", {x, l.constant("pads", pads), l.constant("fill", with)});
}

/// Sums of the elements under each window, whatever the window: a convolution whose filters are ones.
std::string sums(layer& l, const std::string& x, const pool_window& p) {
  const index channels = l.in[0].channels();
  ints shape{channels, 1};
  index taps = 1;
  for (const index k : p.kernel) shape.push_back(k), taps *= k;
  const std::vector<float> ones(static_cast<std::size_t>(channels * taps), 1.0f);
  ints pads = p.lo;
  for (int axis = 0; axis < l.rank(); ++axis) pads.push_back(std::max<index>(0, reach(l, axis)));
  return l.call("Conv", {x, l.constant("ones", shape, ones)},
                {{"dilations", p.dilation},
                 {"group", channels},
                 {"kernel_shape", p.kernel},
                 {"pads", pads},
                 {"strides", p.stride}});
}

void write_max(layer& l, const std::string& x) {
  pool_window p = window_of(l);
  std::string from = x;
  if (p.wide) {
    from = padded(l, x, p, -std::numeric_limits<float>::infinity());
    std::fill(p.lo.begin(), p.lo.end(), 0);
    std::fill(p.hi.begin(), p.hi.end(), 0);
    p.ceil = false;
  }
  l.last("MaxPool", {from},
         {{"ceil_mode", index{p.ceil}},
          {"dilations", p.dilation},
          {"kernel_shape", p.kernel},
          {"pads", p.pads()},
          {"strides", p.stride}});
}

/// 1 / the number of elements that count under each window, of one channel.
std::vector<float> reciprocal_counts(const layer& l) {
  const window& w = l.n.win;
  std::vector<float> shares;
  const shape& out = l.n.out;
  for (index position = 0; position < out.positions(); ++position) {
    const index o[] = {position / (out.spatial(1) * out.spatial(2)),
                       position / out.spatial(2) % out.spatial(1), position % out.spatial(2)};
    index counted = 1;
    for (int axis = 0; axis < l.rank(); ++axis) {
      index here = 0;
      const index least = l.n.attr.exclude_padding ? 0 : -w.pad_lo[axis];
      const index most = l.in[0].spatial(axis) + (l.n.attr.exclude_padding ? 0 : w.pad_hi[axis]);
      for (index k = 0; k < w.kernel[axis]; ++k) {
        const index at = o[axis] * w.stride[axis] - w.pad_lo[axis] + k * w.dilation[axis];
        here += at >= least && at < most;
      }
      counted *= here;
    }
    shares.push_back(1.0f / static_cast<float>(counted));
  }
  return shares;
}

void write_average(layer& l) {
  const pool_window p = window_of(l);
  const bool differs = l.n.attr.ceil_mode && !p.ceil && !l.n.attr.exclude_padding;
  if (!p.dilated && !p.wide && !differs)
    return l.last("AveragePool", {l.x[0]},
                  {{"ceil_mode", index{p.ceil}},
                   {"count_include_pad", index{!l.n.attr.exclude_padding}},
                   {"kernel_shape", p.kernel},
                   {"pads", p.pads()},
                   {"strides", p.stride}});
  ints shape(l.n.out.extents, l.n.out.extents + l.n.out.rank);
  shape[0] = 1;
  const std::string total = sums(l, l.x[0], p);
  l.last("Mul", {total, l.constant("shares", shape, reciprocal_counts(l))});
}

void write_norm_pool(layer& l) {
  const int norm = l.n.attr.norm;
  if (norm == 0) return write_max(l, l.call("Abs", {l.x[0]}));
  const pool_window p = window_of(l);
  if (!p.dilated && !p.wide && !l.n.attr.ceil_mode)
    return l.last(
        "LpPool", {l.x[0]},
        {{"kernel_shape", p.kernel}, {"p", index{norm}}, {"pads", p.pads()}, {"strides", p.stride}});
  std::string x = norm == 2 ? l.x[0] : l.call("Abs", {l.x[0]});
  if (norm > 1) x = l.call("Pow", {x, l.constant("power", static_cast<float>(norm))});
  const std::string total = sums(l, x, p);
  l.last("Pow", {total, l.constant("root", 1.0f / static_cast<float>(norm))});
}

/// Means over windows of different extents, axis by axis.
void write_adaptive(layer& l) {
  const int rank = l.rank();
  ints kernel;
  bool even = true, one = true;
  for (int axis = 0; axis < rank; ++axis) {
    const index in = l.in[0].spatial(axis), out = l.n.out.spatial(axis);
    even = even && in % out == 0;
    one = one && out == 1;
    kernel.push_back(in / out);
  }
  if (one) return l.last("GlobalAveragePool", {l.x[0]});
  if (even) return l.last("AveragePool", {l.x[0]}, {{"kernel_shape", kernel}, {"strides", kernel}});
  std::string x = l.x[0];
  for (int axis = 0; axis < rank; ++axis) {
    const index in = l.in[0].spatial(axis), out = l.n.out.spatial(axis), dim = axis + 2;
    names means;
    for (index o = 0; o < out; ++o) {
      const index begin = o * in / out, end = ((o + 1) * in + out - 1) / out;
      const std::string part = l.call("Slice", {x, l.constant("begin", ints{begin}),
                                                l.constant("end", ints{end}), l.constant("axis", ints{dim})});
      means.push_back(l.call("ReduceMean", {part}, {{"axes", ints{dim}}, {"keepdims", index{1}}}));
    }
    if (axis + 1 == rank) return l.last("Concat", means, {{"axis", dim}});
    x = l.call("Concat", means, {{"axis", dim}});
  }
}

}  // namespace

void write_pool(layer& l) {
  switch (l.n.attr.kind) {
    case op::max_pool:
      return write_max(l, l.x[0]);
    case op::avg_pool:
      return write_average(l);
    case op::lp_pool:
      return write_norm_pool(l);
    case op::global_max_pool:
      return l.last("GlobalMaxPool", {l.x[0]});
    case op::global_avg_pool:
      return l.last("GlobalAveragePool", {l.x[0]});
    case op::global_lp_pool:
      if (l.n.attr.norm == 0) return l.last("GlobalMaxPool", {l.call("Abs", {l.x[0]})});
      return l.last("GlobalLpPool", {l.x[0]}, {{"p", index{l.n.attr.norm}}});
    default:
      return write_adaptive(l);
  }
}

}  // namespace tenon::exporter
