// F4. Fuse: layers -> steps. A layer joins the step before it where its work can be done in registers.
#pragma once

#include "tenon/lower/draft.hpp"

namespace tenon::detail {

template <int Nodes>
class fusion {
 public:
  constexpr explicit fusion(draft<Nodes>& d) : d_(d) {}

  constexpr void run() {
    count_uses();
    for (int id = 0; id < Nodes; ++id)
      if (d_.nodes[id].attr.kind != op::input && !d_.does_nothing(d_.nodes[id].attr.kind)) add(id);
  }

 private:
  constexpr void count_uses() {
    for (int id = 0; id < Nodes; ++id) {
      d_.only_linear[id] = true;
      only_sliced_[id] = d_.options.fuse && d_.nodes[id].attr.kind == op::channel_shuffle;
    }
    for (int id = 0; id < Nodes; ++id) {
      if (d_.does_nothing(d_.nodes[id].attr.kind)) continue;
      for (int in : d_.nodes[id].inputs) {
        if (in < 0) continue;
        ++d_.uses[d_.source(in)];
        if (d_.nodes[id].attr.kind != op::linear) d_.only_linear[d_.source(in)] = false;
        bool& sliced = only_sliced_[d_.source(in)];
        sliced = sliced && slices_groups(d_.nodes[id], d_.nodes[d_.source(in)].attr.groups);
      }
    }
    for (int out : d_.outputs) {
      ++d_.uses[d_.source(out)];
      d_.only_linear[d_.source(out)] = only_sliced_[d_.source(out)] = false;
    }
  }

  /// Is it a slice of channels that takes as many of each of the groups that a shuffle mixed?
  static constexpr bool slices_groups(const node& n, index groups) {
    return n.attr.kind == op::slice && n.axis == 0 && n.attr.step == 1 && n.begin % groups == 0 &&
           n.out.channels() % groups == 0;
  }

  constexpr void add(int id) {
    const node& n = d_.nodes[id];
    const int in = d_.source(n.inputs[0]);
    switch (n.attr.kind) {
      case op::conv:
        d_.new_step(sees_all(n, d_.nodes[in].out) ? algorithm::matrix_vector : algorithm::direct, id);
        return;
      case op::conv_transpose:
        d_.new_step(algorithm::transposed, id);
        return;
      case op::local:
        d_.new_step(algorithm::local, id);
        return;
      case op::linear:
        d_.new_step(algorithm::matrix_vector, id);
        return;
      case op::max_pool:
      case op::avg_pool:
      case op::lp_pool:
      case op::adaptive_avg_pool:
        return add_pool(id, in);
      case op::global_max_pool:
      case op::global_avg_pool:
      case op::global_lp_pool:
        d_.new_step(algorithm::global_pool, id);
        return;
      case op::batch_norm:
        return add_norm(id, in);
      case op::scale:
      case op::shift:
      case op::prelu:
        d_.new_step(algorithm::affine, id);
        return;
      case op::instance_norm:
      case op::layer_norm:
      case op::group_norm:
        d_.new_step(algorithm::normalise, id);
        return;
      case op::local_response_norm:
        d_.new_step(algorithm::response_norm, id);
        return;
      case op::softmax:
      case op::log_softmax:
        d_.new_step(algorithm::soft_max, id);
        return;
      case op::flatten:
      case op::reshape:
      case op::squeeze:
        return add_reshape(id, in);
      case op::slice:
        return add_slice(id, in);
      case op::channel_shuffle:
        if (!only_sliced_[id]) d_.new_step(algorithm::copy, id);
        return;
      case op::permute:
      case op::expand:
      case op::crop:
      case op::pixel_shuffle:
      case op::pixel_unshuffle:
      case op::concat:
        d_.new_step(algorithm::copy, id);
        return;
      case op::pad:
        d_.new_step(algorithm::pad, id);
        return;
      case op::upsample:
        d_.new_step(n.attr.between == interpolation::linear ? algorithm::resize : algorithm::copy, id);
        return;
      case op::add:
        return add_sum(id);
      case op::subtract:
      case op::multiply:
      case op::maximum:
        d_.new_step(algorithm::combine, id);
        return;
      default:
        return add_activation(id, in);
    }
  }

  /// A convolution with one window, which is all of its input, is a linear layer.
  static constexpr bool sees_all(const node& n, const shape& in) {
    if (n.groups != 1 || n.attr.untied_bias || n.attr.how != method::automatic || n.win.padded())
      return false;
    for (int axis = 0; axis < in.spatial_rank(); ++axis)
      if (n.win.kernel[axis] != in.spatial(axis)) return false;
    return true;
  }

  /// The step that ends in `id` and may take over a node that follows it; -1 if there is none.
  constexpr int open_step(int id) const {
    if (!d_.options.fuse || d_.uses[id] != 1 || d_.step_of[id] < 0) return -1;
    const int s = d_.step_of[id];
    return d_.value_of(s) == id && d_.steps[s].covered_count < step::max_covered ? s : -1;
  }

  /// A reshape costs nothing where memory is a vector already, and a flatten in front of linear layers, whose
  /// weights are packed in the order in which the feature map lies.
  constexpr void add_reshape(int id, int in) {
    const bool vectors = d_.nodes[in].out.positions() == 1 && d_.nodes[id].out.positions() == 1;
    const bool flattens = d_.nodes[id].attr.kind == op::flatten;
    if (vectors || (flattens && (d_.only_linear[id] || d_.nodes[in].out.positions() == 1)))
      d_.alias[id] = in;
    else
      d_.new_step(algorithm::copy, id);
  }

  /// Slices of a channel shuffle that nobody else reads are taken from its input: elements move once.
  constexpr void add_slice(int id, int in) {
    const int s = d_.new_step(algorithm::copy, id);
    if (!only_sliced_[in]) return;
    d_.steps[s].through = in;
    d_.operand[s][0] = d_.source(d_.nodes[in].inputs[0]);
    ++d_.uses[d_.operand[s][0]];
  }

  constexpr void add_norm(int id, int in) {
    const int s = open_step(in);
    const attributes& a = d_.nodes[in].attr;
    const bool folds =
        (a.kind == op::conv && !a.untied_bias) || a.kind == op::conv_transpose || a.kind == op::linear;
    if (s >= 0 && folds) {
      d_.steps[s].norm = id;
      d_.cover(s, id);
    } else {
      d_.new_step(algorithm::affine, id);
    }
  }

  constexpr void add_activation(int id, int in) {
    const function f = function_of(d_.nodes[id].attr);
    int s = open_step(in);
    if (s >= 0) {
      const step& before = d_.steps[s];
      const bool takes =
          has_weights(before.how) || before.how == algorithm::affine || before.how == algorithm::combine;
      // After a fused pool it is too late, unless the activation and the maximum commute.
      const bool in_time =
          before.pool < 0 || (d_.nodes[before.pool].attr.kind == op::max_pool && is_monotone(f));
      if (!takes || before.act || !in_time) s = -1;
    }
    if (s < 0)
      s = d_.new_step(algorithm::map, id);
    else
      d_.cover(s, id);
    d_.steps[s].act = f;
  }

  constexpr void add_sum(int id) {
    const int a = d_.source(d_.nodes[id].inputs[0]), b = d_.source(d_.nodes[id].inputs[1]);
    // The later of the two operands is still in registers when the other has long been written.
    const auto written = [this](int value) { return d_.step_of[d_.resolve(value)]; };
    const int later = written(a) > written(b) ? a : b, earlier = later == a ? b : a;
    const int s = a == b ? -1 : open_step(later);
    if (s >= 0 && has_weights(d_.steps[s].how) && !d_.steps[s].act && d_.steps[s].pool < 0 &&
        d_.operand[s][1] < 0 && !d_.nodes[d_.steps[s].node].attr.untied_bias &&
        d_.steps[s].how != algorithm::local) {
      d_.operand[s][1] = earlier;
      d_.cover(s, id);
    } else {
      d_.new_step(algorithm::combine, id);
    }
  }

  /// A pool whose windows tile the feature map without overlap is taken in registers.
  constexpr void add_pool(int id, int in) {
    const node& n = d_.nodes[id];
    const window w = on_memory(n);
    const int s = open_step(in);
    bool tiles =
        (n.attr.kind == op::max_pool || n.attr.kind == op::avg_pool) && !w.padded() && !n.attr.ceil_mode;
    for (int axis = 0; axis < max_spatial_rank; ++axis)
      tiles = tiles && w.kernel[axis] == w.stride[axis] && w.dilation[axis] == 1;
    // Every element of a window is an accumulator: 3x3 is what 16 registers hold beside weights and inputs.
    tiles = tiles && w.kernel[0] == 1 && w.kernel[1] * w.kernel[2] <= 9;
    const auto takes = [&](const node& conv) {
      return conv.groups == 1 && takes_pool(conv.attr.how, conv, n.win);
    };
    if (s >= 0 && tiles && d_.steps[s].how == algorithm::direct && d_.steps[s].pool < 0 &&
        takes(d_.nodes[d_.steps[s].node])) {
      d_.steps[s].pool = id;
      d_.cover(s, id);
    } else {
      d_.new_step(algorithm::window_pool, id);
    }
  }

  draft<Nodes>& d_;
  bool only_sliced_[Nodes]{};  // a channel shuffle that is no step of its own
};

}  // namespace tenon::detail
