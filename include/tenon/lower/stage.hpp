// F4. Stage: buffers with their layouts and halos, copies where a user needs another one.
#pragma once

#include "tenon/lower/draft.hpp"

namespace tenon::detail {

template <int Nodes>
class staging {
 public:
  constexpr explicit staging(draft<Nodes>& d) : d_(d), plan_(d.result) {}

  constexpr void run() {
    int port = 0;
    for (int id = 0; id < Nodes; ++id) {
      if (d_.nodes[id].attr.kind != op::input) continue;
      const int in = new_buffer(d_.nodes[id].out, layout::planar, place::input);
      plan_.buffers[in].port = port++;
      publish(id, in);
    }
    for (int s = 0; s < d_.step_count; ++s) {
      if (d_.kind_of(s) == op::concat)
        stage_concat(s);
      else
        stage_step(s);
    }
    for (int out = 0; out < static_cast<int>(d_.outputs.size()); ++out) stage_output(out);
    clear_halos();
  }

 private:
  constexpr int new_buffer(const shape& map, layout order, place where) {
    const int id = plan_.buffer_count++;
    buffer& b = plan_.buffers[id];
    const int rank = map.spatial_rank();
    b.channels = b.pixel = map.channels();
    b.columns = rank >= 1 ? map.extents[rank] : 1;
    b.rows = rank >= 2 ? map.extents[rank - 1] : 1;
    b.depth = map.positions() / (b.rows * b.columns);
    // One position: both orders are the same until there is a halo, and then users want the channels
    // together.
    b.order = map.positions() == 1 ? layout::interleaved : order;
    b.where = where;
    return id;
  }
  constexpr void set_halo(buffer& b, const demand& d) {
    b.halo_front = d.front, b.halo_top = d.top, b.halo_left = d.left;
    b.halo_back = d.back, b.halo_bottom = d.bottom, b.halo_right = d.right;
    if (d.vectors_along_width) b.slack = arena_alignment;
  }
  /// Channels whose pixels lie a multiple of 512 bytes apart would fall into the same few sets of the cache,
  /// and a window's pixels would push out one another: a cache line more keeps them apart.
  static constexpr void spread(buffer& b, const demand& d) {
    if (b.order == layout::interleaved && b.where == place::arena && b.positions() > 1 && !d.dense &&
        !d.natural && b.channels % 128 == 0)
      b.pixel = b.channels + arena_alignment;
  }
  constexpr void emit_copy(int from, int to) {
    step& s = plan_.steps[plan_.step_count++];
    s.how = algorithm::copy;
    s.in = from;
    s.out = to;
  }

  /// The output that a value is, if it is only that and can be written in its order; -1 else. An output has
  /// no halo, which readers of parts of a concatenation may ask for.
  constexpr int only_output(int id, const buffer& b) const {
    if (d_.uses[id] != 1 || d_.demands[id].halo() || !(b.order == layout::planar || b.same_in_both_orders()))
      return -1;
    for (int out = 0; out < static_cast<int>(d_.outputs.size()); ++out)
      if (d_.resolve(d_.outputs[out]) == id && d_.source(d_.outputs[out]) == id) return out;
    return -1;
  }

  constexpr bool stays_dense(int id) const { return d_.step_of[id] >= 0 && d_.writes_dense(d_.step_of[id]); }

  /// The buffer in which a value is computed.
  constexpr int make_home(int id) {
    if (d_.home[id] >= 0) return d_.home[id];
    const int out = d_.home[id] = new_buffer(d_.nodes[id].out, d_.home_order[id], place::arena);
    if (d_.host[id] >= 0) {
      const int host = make_home(d_.host[id]);
      buffer b = plan_.buffers[host];
      b.host = host;
      b.channels = d_.nodes[id].out.channels();
      b.first_channel = d_.first_channel[id];
      plan_.buffers[out] = b;
      return out;
    }
    buffer& b = plan_.buffers[out];
    if (const int port = only_output(id, b); port >= 0)
      b.where = place::output, b.port = port;
    else if (!stays_dense(id) && (d_.read_order[id] == b.order || b.same_in_both_orders()))
      set_halo(b, d_.demands[id]);
    spread(b, d_.demands[id]);
    b.held = d_.held[id];
    return out;
  }

  /// Gives the value of node `id`, which lies in buffer `home`, to its users, each kind of which reads a
  /// buffer of its own where one does not serve all.
  constexpr void publish(int id, int home) {
    const demand& d = d_.demands[id];
    d_.read[id] = d_.dense[id] = d_.natural[id] = home;
    const buffer b = plan_.buffers[home];
    const bool wrong_order = d.interleaved && b.order == layout::planar && !b.same_in_both_orders();
    const bool fixed = b.where == place::input || stays_dense(id);
    if (wrong_order || (fixed && (d.halo() || d.vectors_along_width))) {
      const int twin =
          new_buffer(d_.nodes[id].out, wrong_order ? layout::interleaved : layout::planar, place::arena);
      set_halo(plan_.buffers[twin], d);
      spread(plan_.buffers[twin], d);
      emit_copy(home, twin);
      d_.read[id] = twin;
    }
    const bool planar = b.order == layout::planar || b.same_in_both_orders() || b.positions() == 1;
    if ((d.dense && !b.dense()) || (d.natural && !(planar && b.dense()))) {
      const int twin = new_buffer(d_.nodes[id].out, layout::planar, place::arena);
      emit_copy(home, twin);
      d_.natural[id] = twin;
      if (!b.dense()) d_.dense[id] = twin;
    }
  }

  /// The buffer from which a step reads its first operand.
  constexpr int input_of(int s) const {
    const int in = d_.resolve(d_.operand[s][0]);
    if (d_.steps[s].how == algorithm::matrix_vector) return d_.dense[in];
    return d_.works_in_natural_order(s) ? d_.natural[in] : d_.read[in];
  }

  constexpr void stage_step(int s) {
    const int id = d_.value_of(s), in = input_of(s), out = make_home(id);
    step& to = plan_.steps[plan_.step_count++];
    to = d_.steps[s];
    to.in = in;
    to.out = out;
    if (d_.operand[s][1] >= 0) to.residual = d_.read[d_.resolve(d_.operand[s][1])];
    if (to.how == algorithm::winograd_rows)
      to.scratch = new_scratch(winograd_rows_of(d_.nodes[to.node], to.outputs).points(), plan_.buffers[in]);
    if (is_tiled(to.how)) to.scratch = new_scratch(d_.tiles_of(s).scratch());
    if (pools_rows_first(to)) pool_rows_first(s, to);
    publish(id, out);
  }

  /// A global pool of a large map: row by row, by threads that have the rows in their caches, while all
  /// channels of a pixel lie together; and then the rows, of which nearly nothing is left. (Averages of
  /// averages, maxima of maxima, norms of norms.)
  constexpr bool pools_rows_first(const step& s) const {
    const buffer& in = plan_.buffers[s.in];
    return s.how == algorithm::global_pool && in.order == layout::interleaved && in.depth == 1 &&
           in.rows >= 8 && in.columns >= 8 && in.channels * in.positions() * index(sizeof(float)) >= 65'536;
  }
  constexpr void pool_rows_first(int s, step& first) {
    step& second = plan_.steps[plan_.step_count++];
    second = first;
    shape rows = d_.nodes[d_.resolve(d_.operand[s][0])].out;
    rows.extents[rows.rank - 1] = 1;
    first.of_rows = true;
    first.out = second.in = new_buffer(rows, layout::interleaved, place::arena);
  }

  /// Operands that are there already stay; others are copied.
  constexpr void stage_concat(int s) {
    const int id = d_.steps[s].node, out = make_home(id);
    for (int k = 0; k < 2; ++k) {
      const int value = d_.resolve(d_.operand[s][k]);
      const bool there = d_.host[value] == id && !(k == 1 && d_.resolve(d_.operand[s][0]) == value);
      if (there) continue;
      step& to = plan_.steps[plan_.step_count++];
      to = d_.steps[s];
      to.operand = k;
      to.in = d_.read[value];
      to.out = out;
    }
    publish(id, out);
  }

  /// The transformed input rows of a few output rows: one for each point.
  constexpr int new_scratch(int points, const buffer& in) {
    const int id = plan_.buffer_count++;
    buffer& b = plan_.buffers[id];
    b.channels = b.pixel = in.pixel;
    b.rows = points;
    b.columns = in.full_columns();
    return id;
  }

  constexpr int new_scratch(index elements) {
    const int id = plan_.buffer_count++;
    plan_.buffers[id].channels = plan_.buffers[id].pixel = elements;
    return id;
  }

  constexpr void stage_output(int port) {
    const int id = d_.outputs[port], value = d_.resolve(id), home = d_.home[value];
    if (home >= 0 && plan_.buffers[home].where == place::output && plan_.buffers[home].port == port) return;
    const int out = new_buffer(d_.nodes[value].out, layout::planar, place::output);
    plan_.buffers[out].port = port;
    emit_copy(home >= 0 ? home : d_.read[value], out);
  }

  /// The first step that writes into memory with a halo clears it.
  constexpr void clear_halos() {
    bool clear[draft<Nodes>::max_buffers]{};
    for (int s = 0; s < plan_.step_count; ++s) {
      int root = plan_.steps[s].out;
      while (plan_.buffers[root].host >= 0) root = plan_.buffers[root].host;
      if (clear[root] || !plan_.buffers[root].has_halo() || plan_.buffers[root].held > 0) continue;
      clear[root] = true;
      plan_.steps[s].clears = root;
    }
  }

  draft<Nodes>& d_;
  typename draft<Nodes>::plan_type& plan_;
};

}  // namespace tenon::detail
