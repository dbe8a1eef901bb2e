// F3. Inference of layers with a window: convolutions, pools, padding, upsampling.
#pragma once

#include "tenon/infer/context.hpp"

namespace tenon::detail {

constexpr bool is_pool(op kind) {
  return kind == op::max_pool || kind == op::avg_pool || kind == op::lp_pool;
}

/// The padding of one axis of a window, resolved.
constexpr void resolve_padding(window& w, int axis, int rank, const layers::padding& p, index in) {
  const index k = w.kernel[axis], s = w.stride[axis], d = w.dilation[axis];
  const index total = same_padding(in, k, s, d), behind = dilated_extent(k, d) - 1;
  switch (p.mode) {
    case padding_mode::valid:
      return;
    case padding_mode::given:
      w.pad_lo[axis] = p.at(axis);
      w.pad_hi[axis] = p.count == 2 * rank ? p.values[rank + axis] : p.at(axis);
      return;
    case padding_mode::same:
      w.pad_lo[axis] = total / 2;
      w.pad_hi[axis] = total - total / 2;
      return;
    case padding_mode::same_lower:
      w.pad_lo[axis] = total - total / 2;
      w.pad_hi[axis] = total / 2;
      return;
    case padding_mode::same_torch:
      w.pad_lo[axis] = behind / 2;
      w.pad_hi[axis] = behind - behind / 2;
      return;
    case padding_mode::full:
      w.pad_lo[axis] = w.pad_hi[axis] = behind;
      return;
    case padding_mode::causal:
      w.pad_lo[axis] = behind;
      return;
  }
}

/// The same of a transposed convolution; `same` gives in * stride outputs. A negative pad_hi adds outputs.
/// Source: ONNX operator ConvTranspose, auto_pad.
constexpr void resolve_transposed_padding(window& w, int axis, int rank, const layers::padding& p,
                                          index output_padding) {
  const index total = dilated_extent(w.kernel[axis], w.dilation[axis]) + output_padding - w.stride[axis];
  const index small = total > 0 ? total / 2 : 0;
  if (p.mode == padding_mode::same)
    w.pad_lo[axis] = small, w.pad_hi[axis] = total - small;
  else if (p.mode == padding_mode::same_lower)
    w.pad_lo[axis] = total > 0 ? total - small : 0, w.pad_hi[axis] = total > 0 ? small : total;
  else
    resolve_padding(w, axis, rank, p, 1);
}

/// Is the option given with a number of extents that a map of `rank` spatial axes has?
constexpr void check_option_rank(inference_context& c, std::string_view what, const extents& e, bool given,
                                 const node& in, bool per_side = false) {
  const int rank = in.out.spatial_rank();
  if (given && e.count != 1 && e.count != rank && !(per_side && e.count == 2 * rank))
    c.fail(rule::option_rank, what, e.count, rank, from(in));
}

/// Does the layer have spatial axes, and no more than windows have?
constexpr bool check_map(inference_context& c, const node& in) {
  const int rank = in.out.spatial_rank();
  if (rank == 0) c.fail(rule::window_after_flatten, from(in));
  if (rank > max_spatial_rank) c.fail(rule::rank_not_supported, rank, from(in));
  return !c.error;
}

/// The window of a layer over `in`, with all options resolved; false if a rule is broken.
constexpr bool resolve_window(inference_context& c, node& n, const node& in) {
  const attributes& a = n.attr;
  if (!check_map(c, in)) return false;
  const int rank = in.out.spatial_rank();
  const bool pools = is_pool(a.kind), transposed = a.kind == op::conv_transpose;
  const auto given = [&](option o) { return (a.seen & bit(o)) != 0; };
  const bool padding_given = given(option::padding) && a.padding.mode == padding_mode::given;
  if (a.kernel.count == extents::misplaced)
    c.fail(rule::option_not_taken, pools ? "in the place of its window" : "in the place of its kernel");
  check_option_rank(c, pools ? "window" : "kernel", a.kernel, true, in);
  check_option_rank(c, "stride", a.stride, given(option::stride), in);
  check_option_rank(c, "dilation", a.dilation, given(option::dilation), in);
  check_option_rank(c, "padding", a.padding, padding_given, in, true);
  check_option_rank(c, "output_padding", a.output_padding, given(option::output_padding), in);
  if (a.padding.mode == padding_mode::causal) {
    if (transposed) c.fail(rule::option_not_taken, "causal");
    if (rank > 1) c.fail(rule::causal_is_one_dimensional, rank, from(in));
  }
  if (c.error) return false;

  window& w = n.win;
  shape padded = in.out;
  for (int axis = 0; axis < rank; ++axis) {
    w.kernel[axis] = a.kernel.at(axis);
    if (a.stride.given())
      w.stride[axis] = a.stride.at(axis);
    else
      w.stride[axis] = pools ? w.kernel[axis] : 1;
    if (a.dilation.given()) w.dilation[axis] = a.dilation.at(axis);
    c.require_positive(pools ? "window extent" : "kernel extent", w.kernel[axis]);
    c.require_positive("stride", w.stride[axis]);
    c.require_positive("dilation", w.dilation[axis]);
    if (a.padding.mode == padding_mode::same_torch && w.stride[axis] != 1)
      c.fail(rule::padding_needs_stride_one, w.stride[axis]);
    if (c.error) return false;
    if (transposed)
      resolve_transposed_padding(w, axis, rank, a.padding,
                                 a.output_padding.given() ? a.output_padding.at(axis) : 0);
    else
      resolve_padding(w, axis, rank, a.padding, in.out.spatial(axis));
    const bool by_name = transposed && a.padding.mode != padding_mode::given;
    if (!by_name && (w.pad_lo[axis] < 0 || w.pad_hi[axis] < 0))
      c.fail(rule::negative_padding, w.pad_lo[axis] < 0 ? w.pad_lo[axis] : w.pad_hi[axis]);
    else if (w.pad_lo[axis] > max_elements || w.pad_hi[axis] > max_elements)
      c.fail(rule::extent_overflow, "its padded input", from(in));
    if (c.error) return false;
    if (!transposed) padded.extents[1 + axis] += w.pad_lo[axis] + w.pad_hi[axis];
  }
  if (!padded.fits()) c.fail(rule::extent_overflow, "its padded input", phrase() << padded);
  return !c.error;
}

/// The output extents of a resolved window, and what an output element sees.
constexpr void slide(inference_context& c, node& n, const node& in, rule too_large) {
  const window& w = n.win;
  const int rank = in.out.spatial_rank();
  index spans[max_spatial_rank]{}, padded[max_spatial_rank]{};
  bool fits = true;
  for (int axis = 0; axis < rank; ++axis) {
    spans[axis] = dilated_extent(w.kernel[axis], w.dilation[axis]);
    padded[axis] = in.out.spatial(axis) + w.pad_lo[axis] + w.pad_hi[axis];
    fits = fits && spans[axis] <= padded[axis];
  }
  if (!fits) return c.fail(too_large, times(spans, rank), times(padded, rank), from(in));
  for (int axis = 0; axis < rank; ++axis) {
    const auto extent = n.attr.ceil_mode ? out_extent_ceil : out_extent;
    n.out.extents[1 + axis] = extent(in.out.spatial(axis), w.kernel[axis], w.stride[axis], w.pad_lo[axis],
                                     w.pad_hi[axis], w.dilation[axis]);
    n.sees.begin[axis] -= w.pad_lo[axis] * in.sees.jump[axis];
    n.sees.extent[axis] += (spans[axis] - 1) * in.sees.jump[axis];
    n.sees.jump[axis] *= w.stride[axis];
    n.sees.positions[axis] = n.out.spatial(axis);
  }
}

/// The taps of one filter for one input channel, or 0 if one filter of `channels` channels is too large.
constexpr index count_taps(inference_context& c, const node& n, index channels) {
  index taps = 1;
  for (index extent : n.win.kernel) {
    taps *= extent;
    if (taps > max_elements || taps * channels > max_elements)
      return c.fail(rule::extent_overflow, "one of its filters", phrase() << taps << " taps"), 0;
  }
  return taps;
}

/// The groups of a convolution; they divide input and output channels.
constexpr void resolve_groups(inference_context& c, node& n, const node& in) {
  const index ic = in.out.channels(), oc = n.attr.channels;
  n.groups = n.attr.depthwise ? ic : n.attr.groups;
  if (ic % n.groups != 0) return c.fail(rule::input_channels_not_divisible, ic, n.groups, from(in));
  if (oc % n.groups != 0) return c.fail(rule::output_channels_not_divisible, oc, n.groups);
}

/// A conv whose padding is a node of its own takes none itself.
constexpr void leave_padding_to(node& n, const node& in) {
  if (!in.pads) return;
  n.attr.padding = layers::padding{padding_mode::valid};
}

constexpr void infer_conv(inference_context& c, node& n, const node& in) {
  attributes& a = n.attr;
  if (a.depthwise && (a.seen & bit(option::groups)))
    return c.fail(rule::options_exclude, "depthwise", "groups");
  if (!a.has_bias && a.untied_bias) return c.fail(rule::options_exclude, "no_bias", "untied_bias");
  c.require_positive("number of output channels", a.channels);
  c.require_positive("number of groups", a.groups);
  if (c.error) return;
  const layers::padding said = a.padding;
  leave_padding_to(n, in);
  const bool resolved = resolve_window(c, n, in);
  a.padding = said;
  if (!resolved) return;
  resolve_groups(c, n, in);
  slide(c, n, in, rule::kernel_larger_than_input);
  n.out.extents[0] = a.channels;
  if (c.error || !n.out.fits()) return;
  const index channels = in.out.channels() / n.groups, taps = count_taps(c, n, channels);
  const bool local = a.kind == op::local;
  const index biases = !a.has_bias ? 0 : local || a.untied_bias ? n.out.count() : a.channels;
  const index filters = local ? n.out.count() : a.channels;
  if (!c.error) c.parameters(n, filters * channels * taps + biases);
  n.macs = n.out.count() * channels * taps;
  n.connections = n.macs + (a.has_bias ? n.out.count() : 0);
}

constexpr void infer_conv_transpose(inference_context& c, node& n, const node& in) {
  const attributes& a = n.attr;
  c.require_positive("number of output channels", a.channels);
  c.require_positive("number of groups", a.groups);
  if (c.error || !resolve_window(c, n, in)) return;
  resolve_groups(c, n, in);
  const window& w = n.win;
  for (int axis = 0; axis < in.out.spatial_rank() && !c.error; ++axis) {
    const index extra = a.output_padding.given() ? a.output_padding.at(axis) : 0;
    if (extra < 0) return c.fail(rule::negative_padding, extra);
    if (extra >= w.stride[axis] && extra >= w.dilation[axis])
      return c.fail(rule::output_padding_too_large, extra, w.stride[axis], w.dilation[axis]);
    const index extent = out_extent_transposed(in.out.spatial(axis), w.kernel[axis], w.stride[axis],
                                               w.pad_lo[axis], w.pad_hi[axis], w.dilation[axis], extra);
    if (extent < 1)
      return c.fail(rule::transposed_to_nothing, phrase() << w.pad_lo[axis] << " and " << w.pad_hi[axis],
                    from(in));
    n.out.extents[1 + axis] = extent;
    const index span = dilated_extent(w.kernel[axis], w.dilation[axis]), jump = in.sees.jump[axis];
    const index before = span - 1 - w.pad_lo[axis];  // floor of before / stride inputs
    const index first =
        before >= 0 ? before / w.stride[axis] : -((-before + w.stride[axis] - 1) / w.stride[axis]);
    n.sees.begin[axis] -= first * jump;
    n.sees.extent[axis] += ((span + w.stride[axis] - 1) / w.stride[axis] - 1) * jump;
    refine(n.sees, axis, w.stride[axis]);
    n.sees.positions[axis] = extent;
  }
  n.out.extents[0] = a.channels;
  if (c.error || !n.out.fits()) return;
  const index channels = in.out.channels() / n.groups, taps = count_taps(c, n, channels);
  const index outputs = a.channels / n.groups;
  if (!c.error) c.parameters(n, in.out.channels() * outputs * taps + (a.has_bias ? a.channels : 0));
  n.macs = in.out.count() * outputs * taps;
  n.connections = n.macs + (a.has_bias ? n.out.count() : 0);
}

constexpr void infer_pool(inference_context& c, node& n, const node& in) {
  if (n.attr.kind == op::lp_pool && (n.attr.norm < 0 || n.attr.norm > 3))
    return c.fail(rule::norm_not_supported, n.attr.norm);
  if (!resolve_window(c, n, in)) return;
  const window& w = n.win;
  for (int axis = 0; axis < in.out.spatial_rank(); ++axis)
    if (w.pad_lo[axis] >= dilated_extent(w.kernel[axis], w.dilation[axis]) ||
        w.pad_hi[axis] >= dilated_extent(w.kernel[axis], w.dilation[axis]))
      return c.fail(rule::padding_reaches_window, times(w.pad_lo, in.out.spatial_rank()),
                    times(w.kernel, in.out.spatial_rank()));
  slide(c, n, in, rule::window_larger_than_input);
}

constexpr void infer_global_pool(inference_context& c, node& n, const node& in) {
  if (in.out.rank == 1) return c.fail(rule::window_after_flatten, from(in));
  if (n.attr.kind == op::global_lp_pool && (n.attr.norm < 0 || n.attr.norm > 3))
    return c.fail(rule::norm_not_supported, n.attr.norm);
  see_all(n.sees);
  for (int axis = 0; axis < in.out.spatial_rank(); ++axis) n.out.extents[1 + axis] = 1;
}

constexpr void infer_adaptive_pool(inference_context& c, node& n, const node& in) {
  if (!check_map(c, in)) return;
  if (n.attr.kernel.count == extents::misplaced)
    return c.fail(rule::option_not_taken, "in the place of its output extents");
  check_option_rank(c, "output", n.attr.kernel, true, in);
  for (int axis = 0; axis < in.out.spatial_rank() && !c.error; ++axis) {
    const index inputs = in.out.spatial(axis), outputs = n.attr.kernel.at(axis);
    c.require_positive("output extent", outputs);
    if (c.error) return;
    n.out.extents[1 + axis] = outputs;
    const index widest = inputs / outputs + (inputs % outputs != 0 ? 2 : 0);
    n.sees.extent[axis] += ((widest < inputs ? widest : inputs) - 1) * in.sees.jump[axis];
    n.sees.jump[axis] *= inputs / outputs > 0 ? inputs / outputs : 1;
  }
  keep_positions(n);
}

/// Padding: a layer of its own, or what a convolution has around its input when that is not zeros.
constexpr void infer_pad(inference_context& c, node& n, const node& in) {
  const edge beyond = n.attr.beyond;
  if (!n.pads) n.attr.kernel = extents(1);
  if (!resolve_window(c, n, in)) return;
  window& w = n.win;
  for (int axis = 0; axis < in.out.spatial_rank(); ++axis) {
    w.kernel[axis] = w.stride[axis] = w.dilation[axis] = 1;
    const index extent = in.out.spatial(axis),
                most = w.pad_lo[axis] > w.pad_hi[axis] ? w.pad_lo[axis] : w.pad_hi[axis];
    if ((beyond == edge::cyclic && most > extent) || (beyond == edge::reflect && most >= extent))
      return c.fail(rule::edge_reaches_too_far, spelling(beyond), most, extent, from(in));
    n.out.extents[1 + axis] = extent + w.pad_lo[axis] + w.pad_hi[axis];
    n.sees.begin[axis] -= w.pad_lo[axis] * in.sees.jump[axis];
  }
  keep_positions(n);
}

constexpr void infer_crop(inference_context& c, node& n, const node& in) {
  if (!check_map(c, in)) return;
  const int rank = in.out.spatial_rank();
  const extents& sides = n.attr.kernel;
  if (sides.count == extents::misplaced) return c.fail(rule::option_not_taken, "in the place of its extents");
  check_option_rank(c, "crop", sides, true, in, true);
  for (int axis = 0; axis < rank && !c.error; ++axis) {
    const index lo = sides.at(axis), hi = sides.count == 2 * rank ? sides.values[rank + axis] : lo;
    if (lo < 0 || hi < 0) return c.fail(rule::negative_padding, lo < 0 ? lo : hi);
    if (lo >= in.out.spatial(axis) || hi >= in.out.spatial(axis) - lo)
      return c.fail(rule::crop_takes_all, phrase() << lo << " and " << hi, in.out.spatial(axis), from(in));
    n.win.pad_lo[axis] = -lo, n.win.pad_hi[axis] = -hi;
    n.out.extents[1 + axis] -= lo + hi;
    n.sees.begin[axis] += lo * in.sees.jump[axis];
  }
  keep_positions(n);
}

constexpr void infer_upsample(inference_context& c, node& n, const node& in) {
  if (!check_map(c, in)) return;
  const extents& scale = n.attr.kernel;
  if (scale.count == extents::misplaced) return c.fail(rule::option_not_taken, "in the place of its scale");
  check_option_rank(c, "scale", scale, true, in);
  if (n.attr.align_corners && n.attr.between == interpolation::nearest)
    return c.fail(rule::options_exclude, "align_corners", "nearest");
  for (int axis = 0; axis < in.out.spatial_rank() && !c.error; ++axis) {
    c.require_positive("scale", scale.at(axis));
    if (c.error) return;
    n.out.extents[1 + axis] *= scale.at(axis);
    if (n.attr.between == interpolation::linear && scale.at(axis) > 1) {
      n.sees.begin[axis] -= in.sees.jump[axis];
      n.sees.extent[axis] += 2 * in.sees.jump[axis];
    }
    refine(n.sees, axis, scale.at(axis));
  }
  keep_positions(n);
}

}  // namespace tenon::detail
