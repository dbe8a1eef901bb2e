// F4. Graph -> plan: fuse, choose, stage, place. Decisions only; no arithmetic on data.
#pragma once

#include <algorithm>

#include "tenon/kernel/winograd.hpp"
#include "tenon/plan.hpp"

namespace tenon {

/// What lowering may do. `unfused<M>` runs every layer as a step of its own, to be compared with.
struct lowering {
  bool fuse = true;
};

namespace detail {

/// Lowering of one graph. Each pass is one loop over the steps.
template <int Nodes>
class lowered {
 public:
  static constexpr int max_steps = 2 * Nodes + 2;  // each layer, and a copy for each at worst
  static constexpr int max_buffers =
      max_steps + Nodes + 1;  // its output, and scratch memory for each at worst
  using plan_type = plan<max_steps, max_buffers>;

  constexpr lowered(const node* nodes, lowering options) : nodes_(nodes), options_(options) {
    for (int id = 0; id < Nodes; ++id) step_of_[id] = alias_[id] = -1;
  }

  constexpr plan_type run() {
    count_uses();
    fuse();
    choose();
    stage();
    place_buffers();
    return plan_;
  }

 private:
  // ---- fuse: layers -> steps ----

  static constexpr bool is_alias(op kind) { return kind == op::identity || kind == op::dropout; }

  /// The node whose value node `id` stands for: itself unless it does nothing.
  constexpr int source(int id) const {
    while (is_alias(nodes_[id].attr.kind)) id = nodes_[id].inputs[0];
    return id;
  }

  constexpr void count_uses() {
    for (int id = 1; id < Nodes; ++id) {
      if (is_alias(nodes_[id].attr.kind)) continue;
      for (int in : nodes_[id].inputs) {
        if (in < 0) continue;
        ++uses_[source(in)];
        only_linear_[source(in)] =
            (uses_[source(in)] == 1 || only_linear_[source(in)]) && nodes_[id].attr.kind == op::linear;
      }
    }
    ++uses_[source(Nodes - 1)];
    only_linear_[source(Nodes - 1)] = false;
  }

  /// The step that ends in `id` and may take over a node that follows it; -1 if there is none.
  constexpr int open_step(int id) const {
    if (!options_.fuse || uses_[id] != 1 || step_of_[id] < 0) return -1;
    const step& s = steps_[step_of_[id]];
    return s.covered[s.covered_count - 1] == id && s.covered_count < step::max_covered ? step_of_[id] : -1;
  }

  constexpr void cover(int step_id, int id) {
    step& s = steps_[step_id];
    s.covered[s.covered_count++] = id;
    step_of_[id] = step_id;
  }

  constexpr int new_step(algorithm how, int id) {
    const int step_id = step_count_++;
    step& s = steps_[step_id];
    s.how = how;
    s.node = id;
    s.macs = nodes_[id].macs;
    operand_[step_id][0] = nodes_[id].inputs[0] < 0 ? -1 : source(nodes_[id].inputs[0]);
    operand_[step_id][1] = nodes_[id].inputs[1] < 0 ? -1 : source(nodes_[id].inputs[1]);
    cover(step_id, id);
    return step_id;
  }

  constexpr void fuse() {
    for (int id = 1; id < Nodes; ++id) {
      const node& n = nodes_[id];
      if (is_alias(n.attr.kind)) continue;
      const int in = source(n.inputs[0]);
      switch (n.attr.kind) {
        case op::conv:
          new_step(algorithm::direct, id);
          break;
        case op::linear:
          new_step(algorithm::matrix_vector, id);
          break;
        case op::global_avg_pool:
          new_step(algorithm::global_pool, id);
          break;
        case op::softmax:
          new_step(algorithm::soft_max, id);
          break;
        case op::flatten:
          fuse_flatten(id, in);
          break;
        case op::batch_norm:
          fuse_norm(id, in);
          break;
        case op::add:
          fuse_add(id);
          break;
        case op::max_pool:
        case op::avg_pool:
          fuse_pool(id, in);
          break;
        default:
          fuse_activation(id, in);
          break;
      }
    }
  }

  /// A flatten costs nothing where memory is a vector already, and in front of linear layers, whose weights
  /// are packed in the order in which the feature map lies.
  constexpr void fuse_flatten(int id, int in) {
    if (only_linear_[id] || nodes_[in].out.positions() == 1)
      alias_[id] = in;
    else
      new_step(algorithm::copy, id);
  }

  constexpr void fuse_norm(int id, int in) {
    const int s = open_step(in);
    const op kind = nodes_[in].attr.kind;
    if (s >= 0 && (kind == op::conv || kind == op::linear)) {
      steps_[s].norm = id;
      cover(s, id);
    } else {
      new_step(algorithm::affine, id);
    }
  }

  constexpr void fuse_activation(int id, int in) {
    const attributes& a = nodes_[id].attr;
    int s = open_step(in);
    if (s >= 0) {
      const step& before = steps_[s];
      const bool takes =
          has_weights(before.how) || before.how == algorithm::affine || before.how == algorithm::addition;
      // After a fused pool it is too late, unless the activation and the maximum commute.
      const bool in_time =
          before.pool < 0 || (nodes_[before.pool].attr.kind == op::max_pool && is_monotone(function_of(a)));
      if (!takes || before.act || !in_time) s = -1;
    }
    if (s < 0)
      s = new_step(algorithm::map, id);
    else
      cover(s, id);
    steps_[s].act = function_of(a);
  }

  constexpr void fuse_add(int id) {
    const int a = source(nodes_[id].inputs[0]), b = source(nodes_[id].inputs[1]);
    // The later of the two operands is still in registers when the other has long been written.
    const auto written = [this](int value) { return step_of_[resolve(value)]; };
    const int later = written(a) > written(b) ? a : b, earlier = later == a ? b : a;
    const int s = a == b ? -1 : open_step(later);
    if (s >= 0 && has_weights(steps_[s].how) && !steps_[s].act && steps_[s].pool < 0 && operand_[s][1] < 0) {
      operand_[s][1] = earlier;
      cover(s, id);
    } else {
      new_step(algorithm::addition, id);
    }
  }

  /// A pool whose windows tile the feature map without overlap is taken in registers.
  constexpr void fuse_pool(int id, int in) {
    const window& w = nodes_[id].win;
    const int s = open_step(in);
    bool tiles = !w.padded() && !nodes_[id].attr.ceil_mode;
    for (int axis = 0; axis < 2; ++axis) tiles = tiles && w.kernel[axis] == w.stride[axis];
    // Every element of a window is an accumulator: 3x3 is what 16 registers hold beside weights and inputs.
    tiles = tiles && w.kernel[0] * w.kernel[1] <= 9;
    if (s >= 0 && tiles && steps_[s].how == algorithm::direct && steps_[s].pool < 0 &&
        nodes_[steps_[s].node].groups == 1) {
      steps_[s].pool = id;
      cover(s, id);
    } else {
      new_step(algorithm::window_pool, id);
    }
  }

  // ---- choose: an algorithm for each convolution ----

  constexpr void choose() {
    for (int s = step_count_ - 1; s >= 0; --s) {
      if (steps_[s].how != algorithm::direct) continue;
      const node& n = nodes_[steps_[s].node];
      const node& in = nodes_[operand_[s][0]];
      if (n.groups > 1 && n.groups == in.out.channels() && n.out.channels() == n.groups && steps_[s].pool < 0)
        steps_[s].how = algorithm::depthwise;
      else if (suits_width(s))
        steps_[s].how = algorithm::direct_width;
      else if (suits_winograd(s))
        steps_[s].how = algorithm::winograd;
    }
  }

  /// Two output rows of a filter of R rows take R + 1 multiplications instead of 2 R. Beside them, a tile is
  /// added to its rows once per point, which counts where taps are few, and half of the last pair of an odd
  /// map is lost.
  constexpr bool suits_winograd(int s) const {
    const node& n = nodes_[steps_[s].node];
    const window& w = n.win;
    const bool plain = n.groups == 1 && w.stride[0] * w.stride[1] * w.dilation[0] * w.dilation[1] == 1;
    if (!plain || !winograd_rows(w.kernel[0]) || n.out.channels() < 8) return false;
    if (steps_[s].pool >= 0 && nodes_[steps_[s].pool].win.kernel[0] > 2) return false;
    const index taps = w.kernel[1] * nodes_[n.inputs[0]].out.channels();
    const index rows = n.out.spatial(0), pairs = (rows + 1) / 2;
    return 10 * pairs * (w.kernel[0] + 1) * (taps + 4) < 9 * rows * w.kernel[0] * taps;
  }

  /// Few output channels leave most lanes of a vector empty (6 of 16); the width fills them (28 of 32).
  constexpr bool suits_width(int s) const {
    const node& n = nodes_[steps_[s].node];
    if (n.groups != 1 || n.out.channels() > 8 || n.win.stride[1] != 1 || n.out.spatial(1) < 12) return false;
    if (operand_[s][1] >= 0) return false;
    const int input = resolve(operand_[s][0]);
    // It reads planar maps only: one channel, or the network's own input if that has more than one position.
    const shape& map = nodes_[input].out;
    if (map.channels() > 1 && (step_of_[input] >= 0 || uses_of(input) > 1 || map.positions() == 1))
      return false;
    if (steps_[s].pool >= 0) {
      const window& p = nodes_[steps_[s].pool].win;
      if (p.kernel[0] > 2 || p.kernel[1] != 2) return false;  // pairs of columns
    }
    return planar_suits_users(s);
  }

  constexpr bool planar_suits_users(int s) const {
    for (int user = s + 1; user < step_count_; ++user) {
      for (int operand : operand_[user]) {
        if (operand < 0 || step_of_[resolve(operand)] != s) continue;
        const algorithm how = steps_[user].how;
        if (how == algorithm::window_pool || how == algorithm::map || how == algorithm::affine) {
          if (!planar_suits_users(user)) return false;
        } else if (!((how == algorithm::direct || how == algorithm::winograd) &&
                     operand == operand_[user][0]) &&
                   how != algorithm::matrix_vector && how != algorithm::copy) {
          return false;
        }
      }
    }
    return true;
  }

  // ---- stage: buffers with their layouts and halos, copies where a user needs another one ----

  constexpr int resolve(int id) const {
    while (alias_[id] >= 0) id = source(alias_[id]);
    return id;
  }

  /// What the users of a value ask of its memory.
  struct demand {
    index top = 0, left = 0, bottom = 0, right = 0;
    bool interleaved = false;  // a user can read only this order
    bool dense = false;        // a user reads it as one vector
    bool vectors_along_width = false;
  };

  constexpr void collect_demands() {
    const auto larger = [](index& a, index b) { a = a > b ? a : b; };
    for (int s = 0; s < step_count_; ++s) {
      for (int k = 0; k < 2; ++k) {
        if (operand_[s][k] < 0) continue;
        demand& d = demands_[resolve(operand_[s][k])];
        const algorithm how = steps_[s].how;
        if (is_convolution(how) && k == 0) {
          const window& w = nodes_[steps_[s].node].win;
          larger(d.top, w.pad_lo[0]), larger(d.bottom, w.pad_hi[0]);
          larger(d.left, w.pad_lo[1]), larger(d.right, w.pad_hi[1]);
        }
        if (how == algorithm::matrix_vector && k == 0) d.dense = true;
        if (how == algorithm::direct_width)
          d.vectors_along_width = true;
        else if (how == algorithm::depthwise || how == algorithm::soft_max || how == algorithm::addition ||
                 k == 1)
          d.interleaved = true;
      }
    }
  }

  constexpr int new_buffer(const shape& map, layout order, place where) {
    const int id = plan_.buffer_count++;
    buffer& b = plan_.buffers[id];
    b.channels = map.channels();
    b.rows = map.spatial_rank() >= 2 ? map.spatial(0) : 1;
    b.columns = map.positions() / b.rows;
    // One position: both orders are the same until there is a halo, and then users want the channels
    // together.
    b.order = map.positions() == 1 ? layout::interleaved : order;
    b.where = where;
    return id;
  }
  /// The transformed input rows of one pair of output rows: one for each point.
  constexpr int new_scratch(const node& n, const buffer& in) {
    const int id = plan_.buffer_count++;
    buffer& b = plan_.buffers[id];
    b.channels = in.channels;
    b.rows = n.win.kernel[0] + 1;
    b.columns = in.full_columns();
    return id;
  }
  constexpr void set_halo(buffer& b, const demand& d) {
    b.halo_top = d.top, b.halo_left = d.left, b.halo_bottom = d.bottom, b.halo_right = d.right;
    if (d.vectors_along_width) b.slack = arena_alignment;
  }
  constexpr void emit_copy(int from, int to) {
    step& s = plan_.steps[plan_.step_count++];
    s.how = algorithm::copy;
    s.in = from;
    s.out = to;
  }

  static constexpr bool needs_other_order(const buffer& b, const demand& d) {
    return d.interleaved && b.order == layout::planar && !b.same_in_both_orders();
  }

  /// Gives the value of node `id`, which lies in buffer `home`, to its users: `read_[id]` for those that take
  /// it as a map, `dense_[id]` for those that take it as one vector.
  constexpr void publish(int id, int home, const demand& d) {
    read_[id] = dense_[id] = home;
    const buffer b = plan_.buffers[home];
    const bool wants_halo = d.top + d.left + d.bottom + d.right > 0;
    const bool wrong_order = needs_other_order(b, d);
    if (wrong_order || (b.where == place::input && (wants_halo || d.vectors_along_width))) {
      const int twin =
          new_buffer(nodes_[id].out, wrong_order ? layout::interleaved : layout::planar, place::arena);
      set_halo(plan_.buffers[twin], d);
      emit_copy(home, twin);
      read_[id] = twin;
    } else if (d.dense && b.has_halo()) {
      const int twin = new_buffer(nodes_[id].out, layout::planar, place::arena);
      emit_copy(home, twin);
      dense_[id] = twin;
    }
  }

  constexpr layout produced_order(int s) const {
    switch (steps_[s].how) {
      case algorithm::direct_width:
        return layout::planar;
      case algorithm::map:
      case algorithm::affine:
      case algorithm::window_pool:
        return plan_.buffers[read_[resolve(operand_[s][0])]].order;
      case algorithm::copy:
        return layout::planar;
      default:
        return layout::interleaved;
    }
  }

  constexpr void stage() {
    const int last = resolve(source(Nodes - 1));
    const int input = new_buffer(nodes_[0].out, layout::planar, place::input);
    collect_demands();
    publish(0, input, demands_[0]);
    for (int s = 0; s < step_count_; ++s) {
      const step& from = steps_[s];
      const int id = from.covered[from.covered_count - 1];
      const demand& d = demands_[id];
      const int in = resolve(operand_[s][0]);
      const int in_buffer = from.how == algorithm::matrix_vector ? dense_[in] : read_[in];

      const layout order = produced_order(s);
      const int out = new_buffer(nodes_[id].out, order, place::arena);
      buffer& b = plan_.buffers[out];
      if (id == last && uses_of(id) == 1 && (order == layout::planar || b.same_in_both_orders()))
        b.where = place::output;
      else if (!needs_other_order(b, d))
        set_halo(b, d);

      step& to = plan_.steps[plan_.step_count++];
      to = from;
      to.in = in_buffer;
      to.out = out;
      if (operand_[s][1] >= 0) to.residual = read_[resolve(operand_[s][1])];
      if (from.how == algorithm::winograd)
        to.scratch = new_scratch(nodes_[from.node], plan_.buffers[in_buffer]);
      publish(id, out, d);
    }
    const buffer& end = plan_.buffers[dense_[last]];
    if (end.where != place::output)
      emit_copy(dense_[last], new_buffer(nodes_[last].out, layout::planar, place::output));
  }

  /// Users of a value with flattens seen through, the network's output among them.
  constexpr int uses_of(int id) const {
    int n = id == resolve(source(Nodes - 1)) ? 1 : 0;
    for (int s = 0; s < step_count_; ++s)
      for (int operand : operand_[s]) n += operand >= 0 && resolve(operand) == id;
    return n;
  }

  // ---- place: liveness -> offsets in one arena ----

  constexpr void place_buffers() {
    const int count = plan_.buffer_count;
    for (int b = 0; b < count; ++b) plan_.buffers[b].first_step = plan_.step_count;
    for (int s = 0; s < plan_.step_count; ++s) {
      const step& st = plan_.steps[s];
      for (int b : {st.in, st.residual, st.out, st.scratch}) {
        if (b < 0) continue;
        buffer& buf = plan_.buffers[b];
        if (s < buf.first_step) buf.first_step = s;
        buf.last_step = s;
      }
    }
    // Largest first, each at the lowest offset where it meets no buffer that lives at the same time.
    int order[max_buffers]{};
    int in_arena = 0;
    index extents[max_buffers]{};
    for (int b = 0; b < count; ++b) {
      const buffer& buf = plan_.buffers[b];
      extents[b] = (buf.elements() + buf.slack + arena_alignment - 1) / arena_alignment * arena_alignment;
      lives_until_[b] = b > 0 && lives_until_[b - 1] > buf.last_step ? lives_until_[b - 1] : buf.last_step;
      if (buf.where == place::arena) order[in_arena++] = b;
    }
    std::sort(order, order + in_arena,
              [&](int a, int b) { return extents[a] != extents[b] ? extents[a] > extents[b] : a < b; });
    bool placed[max_buffers]{};
    for (int i = 0; i < in_arena; ++i) {
      place_at_lowest(order[i], placed, extents);
      placed[order[i]] = true;
    }
  }

  constexpr void place_at_lowest(int id, const bool* placed, const index* extents) {
    buffer& b = plan_.buffers[id];
    // Buffers are numbered in the order of their first step, so those that live at the same time are
    // neighbours.
    int from = id, to = id + 1;
    while (from > 0 && lives_until_[from - 1] >= b.first_step) --from;
    while (to < plan_.buffer_count && plan_.buffers[to].first_step <= b.last_step) ++to;
    index offset = 0;
    for (bool moved = true; moved;) {
      moved = false;
      for (int o = from; o < to; ++o) {
        const buffer& other = plan_.buffers[o];
        if (!placed[o] || other.last_step < b.first_step) continue;
        if (offset < other.offset + extents[o] && other.offset < offset + extents[id]) {
          offset = other.offset + extents[o];
          moved = true;
        }
      }
    }
    b.offset = offset;
    if (offset + extents[id] > plan_.arena_elements) plan_.arena_elements = offset + extents[id];
  }

  const node* nodes_;
  lowering options_;
  int uses_[Nodes]{};
  bool only_linear_[Nodes]{};
  int step_of_[Nodes]{};
  int alias_[Nodes]{};
  step steps_[Nodes]{};
  int operand_[Nodes][2]{};
  int step_count_ = 0;
  demand demands_[Nodes]{};
  int read_[Nodes]{}, dense_[Nodes]{};
  int lives_until_[max_buffers]{};  // the last step of any buffer up to this one
  plan_type plan_{};
};

}  // namespace detail

/// The plan of an inferred graph. A graph with an error has an empty plan.
template <int Nodes, int Scopes, int Outputs>
consteval auto lower(const graph<Nodes, Scopes, Outputs>& g, lowering options) {
  using lowered = detail::lowered<Nodes>;
  if (g.error) return typename lowered::plan_type{};
  return lowered(g.nodes, options).run();
}

}  // namespace tenon
