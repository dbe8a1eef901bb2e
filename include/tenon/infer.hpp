// F3. Shapes, parameters, multiply-accumulates and receptive field of every node, or the one rule that is
// broken.
#pragma once

#include "tenon/graph.hpp"

namespace tenon {
namespace detail {

/// "16x4x4 from layer 4 max_pool<2>": a feature map and who gives it.
constexpr phrase from(const node& n) {
  phrase out;
  out << n.out << " from ";
  if (n.attr.kind == op::input) return out << "the input";
  if (n.attr.kind == op::add) return out << "an addition";
  return out << "layer " << n.layer << ' ' << spell(n.attr);
}

constexpr phrase times(const index (&values)[max_spatial_rank], int rank) {
  phrase out;
  for (int a = 0; a < rank; ++a) {
    if (a > 0) out << 'x';
    out << values[a];
  }
  return out;
}

/// Inference of one graph, node by node in order. The first broken rule ends it.
class inference {
  // Above all its users: Clang evaluates no template that it has not read yet.
  template <class... Words>
  constexpr void fail(rule broken, const Words&... words) {
    if (error_) return;
    error_.broken = broken;
    error_.node = id_;
    int i = 0;
    ((error_.args[i++] << words), ...);
  }

 public:
  constexpr inference(node* nodes, int count, diagnosis& error)
      : nodes_(nodes), count_(count), error_(error) {}

  constexpr void run() {
    index tensor_offset = 0;
    for (id_ = 0; id_ < count_ && !error_; ++id_) {
      node& n = nodes_[id_];
      infer(n);
      if (!error_ && !n.out.fits()) fail(rule::extent_overflow, "its output", spelled(n.out));
      if (!error_ && !bounded(n.sees)) fail(rule::extent_overflow, "its receptive field", from(n));
      if (!error_ && n.tensor_count > max_elements)
        fail(rule::extent_overflow, "its weight", spelled_count(n.tensor_count));
      n.tensor_offset = tensor_offset;
      tensor_offset += n.tensor_count;
      if (!error_ && tensor_offset > max_elements)
        fail(rule::extent_overflow, "the sum of all weights up to here", spelled_count(tensor_offset));
    }
  }

 private:
  static constexpr bool bounded(const field& f) {
    for (int axis = 0; axis < max_spatial_rank; ++axis)
      if (f.extent[axis] > max_elements || f.jump[axis] > max_elements || f.begin[axis] < -max_elements)
        return false;
    return true;
  }
  static constexpr phrase spelled(const shape& s) { return phrase() << s; }
  static constexpr phrase spelled_count(index n) { return phrase() << n; }

  constexpr void require_positive(std::string_view what, index value) {
    if (value < 1)
      fail(rule::not_positive, what, value);
    else if (value > max_elements)
      fail(rule::extent_overflow, phrase() << "its " << what, value);
  }

  constexpr void infer(node& n) {
    const attributes& a = n.attr;
    if (a.not_taken != option::none) {
      if (a.not_taken == option::unnamed)
        fail(rule::option_not_taken, "without a name");
      else
        fail(rule::option_not_taken, spelling(a.not_taken));
      return;
    }
    if (a.given_twice != option::none) return fail(rule::option_given_twice, spelling(a.given_twice));
    if (a.kind == op::input) return infer_input(n);

    const node& in = nodes_[n.inputs[0]];
    n.out = in.out;
    n.sees = in.sees;
    switch (a.kind) {
      case op::conv:
        return infer_conv(n, in);
      case op::max_pool:
      case op::avg_pool:
        return infer_pool(n, in);
      case op::linear:
        return infer_linear(n, in);
      case op::global_avg_pool:
        if (in.out.rank == 1) return fail(rule::window_after_flatten, from(in));
        see_all(n.sees);
        for (int axis = 0; axis < in.out.spatial_rank(); ++axis) n.out.extents[1 + axis] = 1;
        return;
      case op::batch_norm:
        n.parameters = 2 * in.out.channels();
        n.tensor_count = 4 * in.out.channels();
        return;
      case op::flatten:
        n.out = shape(in.out.count());
        return;
      case op::softmax:
        if (in.out.rank == 1) see_all(n.sees);
        return;
      case op::add: {
        const node& other = nodes_[n.inputs[1]];
        if (!(in.out == other.out)) return fail(rule::residual_shapes_differ, from(in), from(other));
        n.sees = union_of(in, other);
        return;
      }
      default:
        return;  // element by element: nothing changes
    }
  }

  constexpr void infer_input(node& n) {
    for (int i = 0; i < n.attr.input.rank; ++i)
      require_positive(i == 0 ? "first extent" : "spatial extent", n.attr.input.extents[i]);
    n.out = n.attr.input;
    for (int axis = 0; axis < n.out.spatial_rank(); ++axis) n.sees.positions[axis] = n.out.spatial(axis);
  }

  /// The window of a conv or pool over `in`, with all options resolved; false if a rule is broken.
  constexpr bool resolve_window(node& n, const node& in) {
    const attributes& a = n.attr;
    const int rank = in.out.spatial_rank();
    if (rank == 0) return fail(rule::window_after_flatten, from(in)), false;
    if (rank != 2) return fail(rule::rank_not_supported, rank, from(in)), false;
    const auto check_rank = [&](std::string_view what, const extents& e, bool given, bool per_side = false) {
      if (given && e.count != 1 && e.count != rank && !(per_side && e.count == 2 * rank))
        fail(rule::option_rank, what, e.count, rank, from(in));
    };
    const bool is_conv = a.kind == op::conv;
    if (a.kernel.count == extents::misplaced)
      fail(rule::option_not_taken, is_conv ? "in the place of its kernel" : "in the place of its window");
    check_rank(is_conv ? "kernel" : "window", a.kernel, true);
    check_rank("stride", a.stride, a.seen & bit(option::stride));
    check_rank("dilation", a.dilation, a.seen & bit(option::dilation));
    check_rank("padding", a.padding, (a.seen & bit(option::padding)) && a.padding.mode == padding_mode::given,
               true);
    if (error_) return false;

    window& w = n.win;
    shape padded = in.out;
    for (int axis = 0; axis < rank; ++axis) {
      w.kernel[axis] = a.kernel.at(axis);
      if (a.stride.given())
        w.stride[axis] = a.stride.at(axis);
      else
        w.stride[axis] = is_conv ? 1 : w.kernel[axis];
      if (a.dilation.given()) w.dilation[axis] = a.dilation.at(axis);
      require_positive(is_conv ? "kernel extent" : "window extent", w.kernel[axis]);
      require_positive("stride", w.stride[axis]);
      require_positive("dilation", w.dilation[axis]);
      if (error_) return false;
      resolve_padding(w, axis, rank, a.padding, in.out.spatial(axis));
      if (w.pad_lo[axis] < 0 || w.pad_hi[axis] < 0)
        fail(rule::negative_padding, w.pad_lo[axis] < 0 ? w.pad_lo[axis] : w.pad_hi[axis]);
      else if (w.pad_lo[axis] > max_elements || w.pad_hi[axis] > max_elements)
        fail(rule::extent_overflow, "its padded input", from(in));
      if (error_) return false;
      padded.extents[1 + axis] += w.pad_lo[axis] + w.pad_hi[axis];
    }
    if (!padded.fits()) fail(rule::extent_overflow, "its padded input", spelled(padded));
    return !error_;
  }

  static constexpr void resolve_padding(window& w, int axis, int rank, const layers::padding& p, index in) {
    const index k = w.kernel[axis], s = w.stride[axis], d = w.dilation[axis];
    const index total = same_padding(in, k, s, d);
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
      case padding_mode::full:
        w.pad_lo[axis] = w.pad_hi[axis] = dilated_extent(k, d) - 1;
        return;
    }
  }

  /// The output extents of a resolved window, and what an output element sees.
  constexpr void slide(node& n, const node& in, rule too_large) {
    const window& w = n.win;
    const int rank = in.out.spatial_rank();
    index spans[max_spatial_rank]{}, padded[max_spatial_rank]{};
    bool fits = true;
    for (int axis = 0; axis < rank; ++axis) {
      spans[axis] = dilated_extent(w.kernel[axis], w.dilation[axis]);
      padded[axis] = in.out.spatial(axis) + w.pad_lo[axis] + w.pad_hi[axis];
      fits = fits && spans[axis] <= padded[axis];
    }
    if (!fits) return fail(too_large, times(spans, rank), times(padded, rank), from(in));
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

  constexpr void infer_conv(node& n, const node& in) {
    const attributes& a = n.attr;
    if (a.depthwise && (a.seen & bit(option::groups)))
      return fail(rule::options_exclude, "depthwise", "groups");
    require_positive("number of output channels", a.channels);
    require_positive("number of groups", a.groups);
    if (error_ || !resolve_window(n, in)) return;
    const index ic = in.out.channels(), oc = a.channels;
    n.groups = a.depthwise ? ic : a.groups;
    if (ic % n.groups != 0) return fail(rule::input_channels_not_divisible, ic, n.groups, from(in));
    if (oc % n.groups != 0) return fail(rule::output_channels_not_divisible, oc, n.groups);
    slide(n, in, rule::kernel_larger_than_input);
    n.out.extents[0] = oc;
    if (error_ || !n.out.fits()) return;
    const index taps = n.win.kernel[0] * n.win.kernel[1];  // at most 2^62: each fits a padded axis
    if (taps > max_elements || taps * (ic / n.groups) > max_elements)
      return fail(rule::extent_overflow, "one of its filters", phrase() << taps << " taps");
    n.parameters = n.tensor_count = oc * (ic / n.groups) * taps + (a.bias ? oc : 0);
    n.macs = n.out.count() * (ic / n.groups) * taps;
  }

  constexpr void infer_pool(node& n, const node& in) {
    if (!resolve_window(n, in)) return;
    const window& w = n.win;
    for (int axis = 0; axis < in.out.spatial_rank(); ++axis)
      if (w.pad_lo[axis] >= w.kernel[axis] || w.pad_hi[axis] >= w.kernel[axis])
        return fail(rule::padding_reaches_window, times(w.pad_lo, in.out.spatial_rank()),
                    times(w.kernel, in.out.spatial_rank()));
    slide(n, in, rule::window_larger_than_input);
  }

  constexpr void infer_linear(node& n, const node& in) {
    require_positive("number of output features", n.attr.channels);
    if (error_) return;
    if (in.out.rank != 1) return fail(rule::linear_needs_vector, from(in));
    const index inputs = in.out.count(), outputs = n.attr.channels;
    see_all(n.sees);
    n.out = shape(outputs);
    n.macs = inputs * outputs;
    n.parameters = n.tensor_count = n.macs + (n.attr.bias ? outputs : 0);
  }

  /// One element sees what all positions saw.
  static constexpr void see_all(field& f) {
    for (int axis = 0; axis < max_spatial_rank; ++axis) {
      f.extent[axis] += (f.positions[axis] - 1) * f.jump[axis];
      f.positions[axis] = 1;
    }
  }

  static constexpr field union_of(const node& a, const node& b) {
    field f = a.sees, g = b.sees;
    // The elements of a vector are at no common position.
    if (a.out.rank == 1) see_all(f), see_all(g);
    for (int axis = 0; axis < max_spatial_rank; ++axis) {
      const index end_f = f.begin[axis] + f.extent[axis], end_g = g.begin[axis] + g.extent[axis];
      if (g.begin[axis] < f.begin[axis]) f.begin[axis] = g.begin[axis];
      if (g.jump[axis] > f.jump[axis]) f.jump[axis] = g.jump[axis];
      f.extent[axis] = (end_f > end_g ? end_f : end_g) - f.begin[axis];
    }
    return f;
  }

  node* nodes_;
  int count_;
  diagnosis& error_;
  int id_ = 0;
};

/// A name with a dot in it reaches into another scope: then whole paths must differ.
template <int Nodes, int Scopes>
constexpr void check_paths(graph<Nodes, Scopes>& g) {
  const auto dotted = [](std::string_view label) {
    for (char c : label)  // find('.') is no constant expression in GCC's sanitized builds
      if (c == '.') return true;
    return false;
  };
  bool any = false;
  for (const node& n : g.nodes) any = any || dotted(n.label);
  for (const scope& s : g.scopes) any = any || dotted(s.label);
  if (!any) return;
  for (int i = 1; i < Nodes && !g.error; ++i) {
    if (g.nodes[i].tensor_count == 0) continue;
    const sentence path = path_of(g.view(), i);
    for (int j = 1; j < i && !g.error; ++j) {
      if (g.nodes[j].tensor_count == 0 || path_of(g.view(), j).view() != path.view()) continue;
      g.error.broken = rule::name_used_twice;
      g.error.node = i;
      g.error.args[0] << path;
    }
  }
}

/// A name must be alone in its scope: among the other names there, and among the numbers of unnamed layers
/// that have parameters.
template <int Nodes, int Scopes>
constexpr void check_names(graph<Nodes, Scopes>& g) {
  struct element {
    int parent;
    std::string_view label;
    int number;
    int node;
  };
  element elements[Nodes + Scopes];
  int count = 0, named = 0;
  const auto put = [&](element e) {
    elements[count++] = e;
    named += !e.label.empty();
  };
  for (int i = 0; i < Nodes; ++i)
    if (g.nodes[i].layer >= 0) put({g.nodes[i].scope, g.nodes[i].label, g.nodes[i].number, i});
  for (int i = 1; i < Scopes; ++i) put({g.scopes[i].parent, g.scopes[i].label, g.scopes[i].number, -1});
  if (named == 0) return;
  for (int i = 0; i < count; ++i) {
    if (elements[i].label.empty()) continue;
    for (int j = 0; j < count; ++j) {
      if (i == j || elements[i].parent != elements[j].parent) continue;
      const bool equal = elements[j].label.empty()
                             ? (phrase() << elements[j].number).view() == elements[i].label
                             : elements[j].label == elements[i].label;
      if (!equal) continue;
      const element& later = elements[i].node > elements[j].node ? elements[i] : elements[j];
      g.error.broken = rule::name_used_twice;
      g.error.node = later.node;
      g.error.args[0] << elements[i].label;
      return;
    }
  }
  check_paths(g);
}

}  // namespace detail

/// The graph with every node's shape, window, counts and receptive field; or with `error` set.
template <int Nodes, int Scopes>
consteval graph<Nodes, Scopes> infer(graph<Nodes, Scopes> g) {
  if (g.error) return g;
  detail::inference(g.nodes, Nodes, g.error).run();
  if (!g.error && Nodes == 1) {
    g.error.broken = rule::no_layers;
    g.error.args[0] << spell(g.nodes[0].attr);
  }
  if (!g.error) detail::check_names(g);
  return g;
}

/// The one sentence that a wrong model gives:
///   tenon: layer 5 "conv2" (conv<16, 5>): the kernel spans 5x5 but the padded feature map is only 4x4 (...)
constexpr sentence explain_error(graph_view g, const diagnosis& error) {
  sentence out;
  out << "tenon: ";
  if (error.node >= 0) {
    const node& n = g.nodes[error.node];
    if (n.layer >= 0) {
      const sentence path = path_of(g, error.node);
      out << "layer " << n.layer;
      if (path.view() != (phrase() << n.layer).view()) out << " \"" << path << '"';
      out << " (" << spell(n.attr) << "): ";
    } else if (n.attr.kind == op::input) {
      out << "the input (" << spell(n.attr) << "): ";
    } else {
      out << "the addition: ";
    }
  }
  return out << fill(entry_of(error.broken), error.args);
}

}  // namespace tenon
