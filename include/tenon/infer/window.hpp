// F3. Inference of layers with a window: convolutions, pools, padding, upsampling.
#pragma once

#include "tenon/infer/context.hpp"
#include "tenon/infer/method.hpp"

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

constexpr phrase axes_of(int rank) {
  return phrase() << rank << (rank == 1 ? " spatial axis" : " spatial axes");
}

/// Extents that a layer needs: is there one for all axes of a map of `rank` spatial axes, or one for each?
constexpr void check_extents(inference_context& c, std::string_view what, const extents& e, const node& in,
                             bool per_side = false) {
  const int rank = in.out.spatial_rank();
  if (e.count == extents::misplaced)
    c.fail(rule::not_a_number, what, "a whole number or extent{...}");
  else if (e.count == 0)
    c.fail(rule::not_given, what);
  else if (e.count != 1 && e.count != rank && !(per_side && e.count == 2 * rank))
    c.fail(rule::option_rank, what, e.count, axes_of(rank), c.from(in));
}
/// The same of an option, if it is given.
constexpr void check_option(inference_context& c, option o, const extents& e, const node& n, const node& in) {
  const int rank = in.out.spatial_rank();
  const bool per_side = o == option::padding;
  if ((n.attr.seen & bit(o)) && e.count != 1 && e.count != rank && !(per_side && e.count == 2 * rank))
    c.fail(rule::option_rank, spelling(o), e.count, axes_of(rank), c.from(in));
}

/// Does the layer have spatial axes, and no more than windows have?
constexpr bool check_map(inference_context& c, const node& in) {
  const int rank = in.out.spatial_rank();
  if (rank == 0) c.fail(rule::window_after_flatten, c.from(in));
  if (rank > max_spatial_rank)
    c.fail(rule::rank_not_supported, phrase() << "at most " << max_spatial_rank, rank, c.from(in));
  return !c.error;
}

/// The number added to an output extent of a transposed convolution.
constexpr index output_padding_of(const attributes& a, int axis) {
  return a.output_padding.given() ? a.output_padding.at(axis) : 0;
}

/// The stride and dilation of one axis; for a transposed convolution its output padding too.
constexpr void resolve_steps(inference_context& c, node& n, int axis) {
  const attributes& a = n.attr;
  window& w = n.win;
  if (a.stride.given())
    w.stride[axis] = a.stride.at(axis);
  else
    w.stride[axis] = is_pool(a.kind) ? w.kernel[axis] : 1;
  if (a.dilation.given()) w.dilation[axis] = a.dilation.at(axis);
  c.require_positive("stride", w.stride[axis]);
  c.require_positive("dilation", w.dilation[axis]);
  if (a.padding.mode == padding_mode::same_torch && w.stride[axis] != 1)
    c.fail(rule::padding_needs_stride_one, w.stride[axis]);
  const index extra = output_padding_of(a, axis);
  if (extra < 0) c.fail(rule::negative_padding, "output padding", extra);
  if (extra > 0 && extra >= w.stride[axis] && extra >= w.dilation[axis])
    c.fail(rule::output_padding_too_large, extra, w.stride[axis], w.dilation[axis]);
}

/// Padding as it was resolved: not negative, unless a transposed convolution adds outputs by it.
constexpr void check_padding(inference_context& c, const node& n, int axis) {
  const index lo = n.win.pad_lo[axis], hi = n.win.pad_hi[axis];
  const bool adds = n.attr.kind == op::conv_transpose && n.attr.padding.mode != padding_mode::given;
  if (!adds && (lo < 0 || hi < 0)) c.fail(rule::negative_padding, "padding", lo < 0 ? lo : hi);
  if (lo > max_elements || hi > max_elements)
    c.fail(rule::number_not_allowed, "padding", lo > hi ? lo : hi, "at most 2147483647");
}

/// The window of a layer over `in`, with all options resolved; false if a rule is broken.
constexpr bool resolve_window(inference_context& c, node& n, const node& in) {
  const attributes& a = n.attr;
  if (!check_map(c, in)) return false;
  const int rank = in.out.spatial_rank();
  const bool transposed = a.kind == op::conv_transpose;
  const bool has_kernel = a.kind != op::pad || n.pads;
  const std::string_view kernel = is_pool(a.kind) ? "window" : "kernel";
  if (has_kernel) check_extents(c, kernel, a.kernel, in);
  check_option(c, option::stride, a.stride, n, in);
  check_option(c, option::dilation, a.dilation, n, in);
  if (a.padding.mode == padding_mode::given) check_option(c, option::padding, a.padding, n, in);
  check_option(c, option::output_padding, a.output_padding, n, in);
  if (a.padding.mode == padding_mode::causal) {
    if (transposed) c.fail(rule::number_not_allowed, "padding", "causal", "a number or another name");
    if (rank > 1) c.fail(rule::causal_is_one_dimensional, rank, c.from(in));
  }
  if (c.error) return false;

  shape padded = in.out;
  for (int axis = 0; axis < rank; ++axis) {
    window& w = n.win;
    if (has_kernel) w.kernel[axis] = a.kernel.at(axis);
    c.require_positive(is_pool(a.kind) ? "window extent" : "kernel extent", w.kernel[axis]);
    resolve_steps(c, n, axis);
    if (c.error) return false;
    if (transposed)
      resolve_transposed_padding(w, axis, rank, a.padding, output_padding_of(a, axis));
    else
      resolve_padding(w, axis, rank, a.padding, in.out.spatial(axis));
    check_padding(c, n, axis);
    if (c.error) return false;
    if (!transposed) padded.extents[1 + axis] += w.pad_lo[axis] + w.pad_hi[axis];
  }
  if (!padded.fits()) c.fail(rule::extent_overflow, "its padded input", padded);
  return !c.error;
}

/// The output extents of a resolved window.
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
  if (!fits) return c.fail(too_large, times(spans, rank), times(padded, rank), c.from(in));
  for (int axis = 0; axis < rank; ++axis) {
    const auto extent = n.attr.ceil_mode ? out_extent_ceil : out_extent;
    n.out.extents[1 + axis] = extent(in.out.spatial(axis), w.kernel[axis], w.stride[axis], w.pad_lo[axis],
                                     w.pad_hi[axis], w.dilation[axis]);
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
  if (ic % n.groups != 0) return c.fail(rule::input_channels_not_divisible, ic, n.groups, c.from(in));
  if (oc % n.groups != 0)
    c.fail(
        rule::output_channels_not_divisible, oc, n.groups,
        n.attr.depthwise ? phrase() << ": depthwise has one for each channel of " << c.from(in) : phrase());
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
  if (in.pads) a.padding = layers::padding{padding_mode::valid};  // the node before pads
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
  if (!can_compute(a.how, n, in.out.channels()))
    c.fail(rule::method_not_for_it, spelling(a.how), purpose(a.how));
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
    const index padding = w.pad_lo[axis] + w.pad_hi[axis];
    const index whole = out_extent_transposed(in.out.spatial(axis), w.kernel[axis], w.stride[axis], 0, 0,
                                              w.dilation[axis], output_padding_of(a, axis));
    if (whole - padding < 1)
      return c.fail(rule::transposed_to_nothing, phrase() << w.pad_lo[axis] << " and " << w.pad_hi[axis],
                    whole, c.from(in));
    n.out.extents[1 + axis] = whole - padding;
  }
  n.out.extents[0] = a.channels;
  if (c.error || !n.out.fits()) return;
  const index channels = in.out.channels() / n.groups, taps = count_taps(c, n, channels);
  const index outputs = a.channels / n.groups;
  if (!c.error) c.parameters(n, in.out.channels() * outputs * taps + (a.has_bias ? a.channels : 0));
  if (n.parameters > max_elements) return;
  n.macs = in.out.count() * outputs * taps;
  n.connections = n.macs + (a.has_bias ? n.out.count() : 0);
}

/// Does every window along an axis see an element of the feature map? Not if its taps are so far apart that
/// they step over the map.
constexpr bool windows_see(const window& w, int axis, index in) {
  const index span = dilated_extent(w.kernel[axis], w.dilation[axis]);
  if (w.pad_lo[axis] >= span || w.pad_hi[axis] >= span) return false;
  if (w.dilation[axis] <= in) return true;
  // The first tap at 0 or behind it, of each window that begins before 0. (What takes too long to find out is
  // refused.)
  index begin = -w.pad_lo[axis];
  for (int o = 0; o < 10'000 && begin < 0; ++o, begin += w.stride[axis])
    if (const index behind = -begin % w.dilation[axis]; behind != 0 && w.dilation[axis] - behind >= in)
      return false;
  return begin >= 0;
}

constexpr void infer_pool(inference_context& c, node& n, const node& in) {
  if (n.attr.kind == op::lp_pool && (n.attr.norm < 0 || n.attr.norm > 3))
    return c.fail(rule::norm_not_supported, n.attr.norm < 0 ? n.attr.norm + 1 : n.attr.norm);
  if (!resolve_window(c, n, in)) return;
  slide(c, n, in, rule::window_larger_than_input);
  const window& w = n.win;
  const int rank = in.out.spatial_rank();
  for (int axis = 0; axis < rank && !c.error; ++axis) {
    if (windows_see(w, axis, in.out.spatial(axis))) continue;
    index most[max_spatial_rank]{}, spans[max_spatial_rank]{};
    for (int i = 0; i < rank; ++i) {
      most[i] = w.pad_lo[i] > w.pad_hi[i] ? w.pad_lo[i] : w.pad_hi[i];
      spans[i] = dilated_extent(w.kernel[i], w.dilation[i]);
    }
    c.fail(rule::padding_reaches_window, times(most, rank), times(spans, rank), c.from(in));
  }
}

constexpr void infer_global_pool(inference_context& c, node& n, const node& in) {
  if (!check_map(c, in)) return;
  if (n.attr.kind == op::global_lp_pool && (n.attr.norm < 0 || n.attr.norm > 3))
    return c.fail(rule::norm_not_supported, n.attr.norm < 0 ? n.attr.norm + 1 : n.attr.norm);
  for (int axis = 0; axis < in.out.spatial_rank(); ++axis) n.out.extents[1 + axis] = 1;
}

constexpr void infer_adaptive_pool(inference_context& c, node& n, const node& in) {
  if (!check_map(c, in)) return;
  check_extents(c, "output extent", n.attr.kernel, in);
  for (int axis = 0; axis < in.out.spatial_rank() && !c.error; ++axis) {
    n.out.extents[1 + axis] = n.attr.kernel.at(axis);
    c.require_positive("output extent", n.out.extents[1 + axis]);
  }
}

/// Padding: a layer of its own, or what a convolution has around its input when that is not zeros.
constexpr void infer_pad(inference_context& c, node& n, const node& in) {
  const attributes& a = n.attr;
  const edge beyond = a.beyond;
  if (!(a.seen & bit(option::padding)))
    return c.fail(rule::not_given, "padding",
                  phrase() << ": " << spelling(beyond) << " is what it is made of");
  if (!n.pads) {
    if (a.padding.mode != padding_mode::given)
      return c.fail(rule::not_a_number, "padding", "given in numbers");
    if (beyond != edge::zeros && (a.seen & bit(option::fill)))
      return c.fail(rule::options_exclude, spelling(beyond), "fill");
  }
  if (!resolve_window(c, n, in)) return;
  window& w = n.win;
  for (int axis = 0; axis < in.out.spatial_rank(); ++axis) {
    w.kernel[axis] = w.stride[axis] = w.dilation[axis] = 1;
    const index extent = in.out.spatial(axis), lo = w.pad_lo[axis], hi = w.pad_hi[axis],
                most = beyond == edge::cyclic    ? extent
                       : beyond == edge::reflect ? extent - 1
                                                 : max_elements;
    if (lo > most || hi > most)
      return c.fail(rule::edge_reaches_too_far, lo > most ? lo : hi, spelling(beyond), most, c.from(in));
    n.out.extents[1 + axis] = extent + lo + hi;
  }
}

constexpr void infer_crop(inference_context& c, node& n, const node& in) {
  if (!check_map(c, in)) return;
  const int rank = in.out.spatial_rank();
  const extents& sides = n.attr.kernel;
  check_extents(c, "crop", sides, in, true);
  for (int axis = 0; axis < rank && !c.error; ++axis) {
    const index lo = sides.at(axis), hi = sides.count == 2 * rank ? sides.values[rank + axis] : lo;
    if (lo < 0 || hi < 0) return c.fail(rule::negative_padding, "crop", lo < 0 ? lo : hi);
    if (lo >= in.out.spatial(axis) || hi >= in.out.spatial(axis) - lo)
      return c.fail(rule::crop_takes_all, phrase() << lo << " and " << hi, in.out.spatial(axis), c.from(in));
    n.win.pad_lo[axis] = -lo, n.win.pad_hi[axis] = -hi;
    n.out.extents[1 + axis] -= lo + hi;
  }
}

constexpr void infer_upsample(inference_context& c, node& n, const node& in) {
  if (!check_map(c, in)) return;
  const attributes& a = n.attr;
  check_extents(c, "scale", a.kernel, in);
  if (a.align_corners && a.between == interpolation::nearest)
    c.fail(rule::options_exclude, "align_corners",
           a.seen & bit(option::interpolation) ? "nearest" : "nearest (the default)");
  for (int axis = 0; axis < in.out.spatial_rank() && !c.error; ++axis) {
    c.require_positive("scale", a.kernel.at(axis));
    if (!c.error) n.out.extents[1 + axis] *= a.kernel.at(axis);
  }
}

}  // namespace tenon::detail
