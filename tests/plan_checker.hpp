// Proves a plan right without the code that made it: what every step reads is what its layers take, what is
// fused may be fused, and what lives at the same time lies apart.
#pragma once

#include <string>
#include <vector>

#include "tenon/model.hpp"

namespace tenon::test {

class plan_checker {
 public:
  plan_checker(graph_view network, plan_view schedule)
      : nodes_(network.nodes),
        plan_(schedule),
        outputs_(network.outputs),
        step_of_(network.nodes.size(), -1),
        holds_(schedule.buffers.size(), -1),
        done_(schedule.steps.size()) {}

  /// One line for each thing that is wrong.
  std::string problems() {
    if (plan_.steps.empty()) return "an empty plan";
    for (int s = 0; s < int(plan_.steps.size()); ++s)
      for (int i = 0; i < step_at(s).covered_count; ++i) {
        int& owner = step_of_[std::size_t(step_at(s).covered[i])];
        if (owner >= 0 && kind_at(step_at(s).covered[i]) != op::concat && !pools_rows_of_step_before(s))
          say("a layer is computed twice", s);
        owner = s;
      }
    int port = 0;
    for (int id = 0; id < int(nodes_.size()); ++id) {
      if (node_at(id).attr.kind != op::input) continue;
      int b = 0;
      while (b < int(plan_.buffers.size()) &&
             !(buffer_at(b).where == place::input && buffer_at(b).port == port))
        ++b;
      if (b == int(plan_.buffers.size())) return "an input without a buffer";
      holds_[std::size_t(b)] = id;
      ++port;
    }
    for (int s = 0; s < int(plan_.steps.size()); ++s) check_step(s);
    for (int s = 0; s < int(plan_.steps.size()); ++s) check_chain(s);
    check_all_computed();
    check_output();
    check_places();
    return problems_;
  }

 private:
  const node& node_at(int id) const { return nodes_[std::size_t(id)]; }
  op kind_at(int id) const { return node_at(id).attr.kind; }
  const step& step_at(int s) const { return plan_.steps[std::size_t(s)]; }
  const buffer& buffer_at(int b) const { return plan_.buffers[std::size_t(b)]; }
  void say(const std::string& what, int where) { problems_ += what + " (" + std::to_string(where) + ")\n"; }

  static bool reshapes(op kind) { return kind == op::flatten || kind == op::reshape || kind == op::squeeze; }

  /// The node whose memory stands for `id`: what does nothing, and what costs nothing, is looked through.
  int value(int id) const {
    const op kind = kind_at(id);
    const bool nothing = kind == op::identity || kind == op::dropout;
    return nothing || (reshapes(kind) && step_of_[std::size_t(id)] < 0) ? value(node_at(id).inputs[0]) : id;
  }

  /// Is the value in the buffer? A concatenation is there when both of its parts are: written into it, or
  /// computed inside it.
  bool holds(int b, int id) const {
    if (holds_[std::size_t(b)] == id) return true;
    if (kind_at(id) != op::concat) return false;
    index first = 0;
    for (int part : node_at(id).inputs) {
      if (!holds_part(b, id, value(part), first)) return false;
      first += node_at(part).out.extents[node_at(id).axis];
    }
    return true;
  }
  bool holds_part(int b, int concat, int part, index first) const {
    for (const step& st : plan_.steps)
      if (st.out == b && st.covered_count == 1 && st.covered[0] == concat &&
          value(node_at(concat).inputs[st.operand]) == part && done_[std::size_t(&st - plan_.steps.data())])
        return true;
    for (int inside = 0; inside < int(plan_.buffers.size()); ++inside) {
      const buffer& in = buffer_at(inside);
      if (in.host < 0 || node_at(concat).axis != 0 || in.channels != node_at(part).out.channels()) continue;
      // Hosts of hosts: the channel within b.
      index at = in.first_channel;
      int host = in.host;
      while (host != b && buffer_at(host).host >= 0)
        at += buffer_at(host).first_channel, host = buffer_at(host).host;
      if (host == b && at == first && holds(inside, part)) return true;
    }
    return false;
  }

  void check_reads(int s, int b, int id, const char* operand) {
    if (b < 0 || !holds(b, value(id))) return say(std::string(operand) + " is not what its layer takes", s);
    const buffer& from = buffer_at(b);
    if (from.channels * from.positions() != node_at(value(id)).out.count())
      say("a buffer of another extent", s);
  }

  static bool interleaved(const buffer& b) {
    return b.order == layout::interleaved || b.same_in_both_orders();
  }
  static bool planar(const buffer& b) {
    return b.order == layout::planar || b.same_in_both_orders() || b.positions() == 1;
  }

  void check_step(int s) {
    const step& st = step_at(s);
    if (st.out < 0 || holds_[std::size_t(st.out)] >= 0) return say("a buffer is written twice", s);
    done_[std::size_t(s)] = true;
    if (st.covered_count == 0) {
      int id = holds_[std::size_t(st.in)];
      for (int other = 0; id < 0 && other < int(nodes_.size()); ++other)
        if (kind_at(other) == op::concat &&
            node_at(other).out.count() == buffer_at(st.in).channels * buffer_at(st.in).positions() &&
            holds(st.in, other))
          id = other;
      if (st.how != algorithm::copy || id < 0) say("nothing to copy", s);
      holds_[std::size_t(st.out)] = id;
      return;
    }
    if (kind_at(st.covered[0]) == op::concat)
      return check_reads(s, st.in, node_at(st.covered[0]).inputs[st.operand], "a part");
    if (st.through >= 0) {
      check_slice(s);
      check_reads(s, st.in, node_at(st.through).inputs[0], "the shuffle's in");
    } else if (!pools_rows_of_step_before(s)) {
      check_reads(s, st.in, node_at(st.covered[0]).inputs[0], "in");
    }
    check_epilogue(s);
    check_memory(s);
    check_overwrites(s);
    if (st.of_rows) return check_rows(s);
    holds_[std::size_t(st.out)] = st.covered[st.covered_count - 1];
    const buffer& out = buffer_at(st.out);
    if (out.channels * out.positions() != node_at(holds_[std::size_t(st.out)]).out.count())
      say("a result of another extent", s);
  }

  /// A global pool whose step in front has pooled each row.
  bool pools_rows_of_step_before(int s) const {
    return s > 0 && step_at(s).how == algorithm::global_pool && step_at(s - 1).of_rows &&
           step_at(s - 1).out == step_at(s).in && step_at(s - 1).node == step_at(s).node;
  }
  void check_rows(int s) {
    const buffer &in = buffer_at(step_at(s).in), &out = buffer_at(step_at(s).out);
    if (s + 1 == int(plan_.steps.size()) || !pools_rows_of_step_before(s + 1))
      say("rows that nobody pools", s);
    if (in.channels != out.channels || in.rows != out.rows || out.columns * in.depth * out.depth != 1 ||
        !interleaved(in) || !interleaved(out))
      say("a result of another extent", s);
  }

  /// What reads the input of a shuffle is a slice of it that takes as many channels of each group.
  void check_slice(int s) {
    const step& st = step_at(s);
    const node& slice = node_at(st.node);
    const index groups = node_at(st.through).attr.groups;
    if (kind_at(st.through) != op::channel_shuffle || slice.attr.kind != op::slice ||
        value(slice.inputs[0]) != st.through || slice.axis != 0 || slice.attr.step != 1 ||
        slice.begin % groups != 0 || slice.out.channels() % groups != 0)
      say("a slice of no shuffle", s);
  }
  /// Do only steps read a shuffle that take its slices from its input?
  bool is_only_sliced(int id) const {
    int slices = 0;
    for (const step& st : plan_.steps) slices += st.through == id;
    return kind_at(id) == op::channel_shuffle && slices > 0 && slices == uses(id);
  }

  /// The buffer that has a place of its own, and the first channel of b in it.
  std::pair<int, index> place_of(int b) const {
    index first = 0;
    for (; buffer_at(b).host >= 0; b = buffer_at(b).host) first += buffer_at(b).first_channel;
    return {b, first};
  }
  bool overlap(int a, int b) const {
    const auto [root_a, first_a] = place_of(a);
    const auto [root_b, first_b] = place_of(b);
    return root_a == root_b && first_a < first_b + buffer_at(b).channels &&
           first_b < first_a + buffer_at(a).channels;
  }

  /// What a step writes over is gone. It may be what a convolution adds or what is joined, element by
  /// element.
  void check_overwrites(int s) {
    const step& st = step_at(s);
    const bool joins = st.how == algorithm::combine;
    const auto same = [&](int operand) {
      const buffer &out = buffer_at(st.out), &in = buffer_at(operand);
      return place_of(st.out) == place_of(operand) && out.channels == in.channels &&
             out.origin() == in.origin() && out.column_step() == in.column_step() &&
             out.row_step() == in.row_step() && out.plane_step() == in.plane_step() &&
             out.full_positions() == in.full_positions();
    };
    if (overlap(st.out, st.in) && !(joins && same(st.in))) say("a step overwrites what it reads", s);
    if (st.residual >= 0 && overlap(st.out, st.residual) &&
        (!(joins || is_convolution(st.how)) || st.band > 0 || !same(st.residual)))
      say("a step overwrites what it adds before it has added it", s);
    for (int b = 0; b < int(plan_.buffers.size()); ++b)
      if (b != st.out && overlap(b, st.out)) holds_[std::size_t(b)] = -1;
  }

  /// The order in registers: layer, batch norm, residual, activation, pool; an activation that commutes with
  /// the maximum may come after a max pool.
  void check_epilogue(int s) {
    const step& st = step_at(s);
    if (st.covered[0] != st.node) say("a step does not begin with its layer", s);
    if (is_join(kind_at(st.node)))
      check_reads(s, st.residual, node_at(st.node).inputs[1], "the second operand");
    int stage = 0;
    bool norm = false, act = is_activation(node_at(st.node).attr.kind), pool = false;
    for (int i = 1; i < st.covered_count; ++i) {
      const node& n = node_at(st.covered[i]);
      const int before = st.covered[i - 1];
      const bool first = value(n.inputs[0]) == before;
      const bool second = n.attr.kind == op::add && value(n.inputs[1]) == before;
      if (!first && !second) say("a fused layer does not follow the one before it", s);
      if (uses(before) != 1) say("a value with several users is not kept", s);
      if (n.attr.kind == op::batch_norm) {
        if (stage > 0 || st.norm != st.covered[i])
          say("a batch norm that does not follow its convolution", s);
        const op weighs = kind_at(st.node);
        if (weighs != op::conv && weighs != op::conv_transpose && weighs != op::linear)
          say("norm of no weights", s);
        stage = 1, norm = true;
      } else if (n.attr.kind == op::add) {
        if (stage > 1 || !has_weights(st.how)) say("a residual out of order", s);
        check_reads(s, st.residual, n.inputs[first ? 1 : 0], "the residual");
        stage = 2;
      } else if (is_activation(n.attr.kind)) {
        const bool commutes =
            pool && node_at(st.pool).attr.kind == op::max_pool && is_monotone(function_of(n.attr));
        if (act || (stage > 2 && !commutes)) say("an activation out of order", s);
        if (!(st.act == function_of(n.attr))) say("another activation", s);
        stage = 3, act = true;
      } else if (n.attr.kind == op::max_pool || n.attr.kind == op::avg_pool) {
        if (pool || st.pool != st.covered[i]) say("a pool out of order", s);
        for (int axis = 0; axis < max_spatial_rank; ++axis)
          if (n.win.kernel[axis] != n.win.stride[axis] || n.win.dilation[axis] != 1)
            say("a fused pool with overlap", s);
        if (n.win.padded() || n.attr.ceil_mode) say("a fused pool with an edge", s);
        stage = 4, pool = true;
      } else {
        say("a layer that cannot be fused", s);
      }
    }
    if (norm != (st.norm >= 0) || pool != (st.pool >= 0) || act != (bool(st.act)))
      say("an epilogue that no layer asks for", s);
  }

  void check_memory(int s) {
    const step& st = step_at(s);
    if (st.in < 0) return;
    const buffer& in = buffer_at(st.in);
    const buffer& out = buffer_at(st.out);
    if (is_convolution(st.how) && st.how != algorithm::transposed) {
      const window w = on_memory(node_at(st.node));
      if (in.halo_front < w.pad_lo[0] || in.halo_back < w.pad_hi[0] || in.halo_top < w.pad_lo[1] ||
          in.halo_bottom < w.pad_hi[1] || in.halo_left < w.pad_lo[2] || in.halo_right < w.pad_hi[2])
        say("a halo smaller than the padding", s);
    }
    if (st.how == algorithm::transposed) check_reach(s);
    if (st.how == algorithm::matrix_vector && !in.dense()) say("a vector with gaps", s);
    const node& layer = node_at(st.node < 0 ? 0 : st.node);
    if ((st.how == algorithm::soft_max && layer.axis != 0) ||
        (st.how == algorithm::normalise && !layer.attr.per_position))
      if (!planar(in) || !in.dense() || !planar(out) || !out.dense()) say("sets with gaps", s);
    if (st.how == algorithm::copy && reshapes(layer.attr.kind) && st.node >= 0 &&
        (!planar(out) || !out.dense()))
      say("a reshape with gaps", s);
    if (st.how == algorithm::direct_width) {
      if (in.order != layout::planar && in.pixel != 1) say("a planar step reads interleaved", s);
      if (out.order != layout::planar && !out.same_in_both_orders())
        say("a planar step writes interleaved", s);
      if (in.slack < arena_alignment) say("no slack for vectors along the width", s);
    }
    if (st.how == algorithm::winograd_rows) {
      const window& w = node_at(st.node).win;
      const index taps = (w.kernel[0] + w.stride[0] - 1) / w.stride[0];  // of a phase of the stride
      if (w.dilation[0] * w.dilation[1] != 1 || taps < 2 || st.outputs < 2 || st.outputs + taps - 1 > 7)
        say("a filter that Winograd does not take", s);
      if (!interleaved(out)) say("an interleaved step writes planar", s);
      const index points = (st.outputs - 1) * w.stride[0] + w.kernel[0];
      if (buffer_at(st.scratch).elements() < points * in.full_columns() * in.pixel)
        say("too little memory for the transformed rows", s);
    }
    if (st.by_rows) {
      if (st.how != algorithm::direct || st.pool >= 0 || st.band > 0 || out.channels % 16 != 0)
        say("sums that cannot lie in the output", s);
      if (st.residual >= 0 && overlap(st.out, st.residual)) say("sums that lie in the residual", s);
    }
    if (is_winograd_tiled(st.how)) check_tiles(s);
    if (st.how == algorithm::strassen) check_strassen(s);
    if ((st.how == algorithm::winograd_rows || is_tiled(st.how)) != (st.scratch >= 0))
      say("scratch memory", s);
    if (st.how == algorithm::depthwise || st.how == algorithm::combine ||
        st.how == algorithm::response_norm || st.how == algorithm::resize ||
        (st.how == algorithm::soft_max && layer.axis == 0))
      if (!interleaved(in) || !interleaved(out)) say("an interleaved step on planar memory", s);
    if (st.residual >= 0 && !interleaved(buffer_at(st.residual))) say("a planar residual", s);
    if (st.residual >= 0 && has_weights(st.how) && !interleaved(out)) say("a residual onto planar memory", s);
  }

  /// The tiles of a Winograd convolution cover the output; what they read is there, and has room.
  void check_tiles(int s) {
    const step& st = step_at(s);
    const buffer &in = buffer_at(st.in), &out = buffer_at(st.out);
    const window w = on_memory(node_at(st.node));
    if (!interleaved(in) || !interleaved(out)) say("an interleaved step on planar memory", s);
    if (w.stride[0] * w.dilation[0] != 1 || node_at(st.node).groups != 1)
      say("a filter that Winograd does not take", s);
    const index extents[] = {in.depth, in.rows, in.columns},
                halos[] = {in.halo_back, in.halo_bottom, in.halo_right};
    const index outs[] = {out.depth, out.rows, out.columns};
    index tiles = out.depth, points = 1;
    for (int axis : {1, 2}) {
      const bool alone = st.one_column() && axis == 2;  // its taps are added as they are
      const index taps = alone ? 1 : w.kernel[axis],
                  pool = st.pool < 0 ? 1 : on_memory(node_at(st.pool)).kernel[axis];
      const index stride = w.stride[axis], phase = (taps + stride - 1) / stride, dilation = w.dilation[axis];
      const index wanted = axis == 2 ? st.columns : st.outputs;
      const index outputs = taps == 1 ? 1 : wanted + phase - 1 > 6 ? 2 : wanted;
      const index lines = (outs[axis] * pool + outputs - 1) / outputs;
      if ((taps != 1 && (phase < 2 || phase > 5)) || outputs < 1 || outputs % pool != 0)
        say("a filter that Winograd does not take", s);
      if (dilation > 1 && (outs[axis] % (outputs * dilation) != 0 || stride > 1))
        say("a dilated tile with a rest", s);
      if ((lines * outputs - 1) * stride + (w.kernel[axis] - 1) * dilation + 1 >
          w.pad_lo[axis] + extents[axis] + halos[axis])
        say("a tile reads beyond its halo", s);
      tiles *= lines, points *= taps == 1 ? 1 : (outputs - 1) * stride + taps;
    }
    if (points > 121 || points < 4) say("a filter that Winograd does not take", s);
    if (st.one_column() && w.stride[2] * w.dilation[2] * out.depth != 1)
      say("a filter that Winograd does not take", s);
    if (st.how == algorithm::winograd_plain) {
      if (w.kernel[0] != 1 || w.kernel[1] != 3 || w.kernel[2] != 3 || w.stride[1] * w.stride[2] != 1)
        say("a filter whose weights cannot be plain", s);
      // Inputs and a vector of products of the micro-kernel's tiles.
      const index at_once = tiles < 4 ? tiles : 4;
      if (buffer_at(st.scratch).elements() < points * at_once * (in.channels + 1))
        say("too little memory for plain tiles", s);
    }
    const index read = st.one_column() ? tiles / out.columns * (out.columns + w.kernel[2] - 1)
                                       : tiles / out.depth * in.depth;
    if ((w.kernel[0] > 1 || st.one_column()) &&
        buffer_at(st.scratch).elements() < points * read * in.channels)
      say("too little memory for the transformed inputs", s);
  }

  /// Strassen's parts are whole vectors.
  void check_strassen(int s) {
    const step& st = step_at(s);
    const buffer &in = buffer_at(st.in), &out = buffer_at(st.out);
    const window w = on_memory(node_at(st.node));
    if (!interleaved(in) || !interleaved(out)) say("an interleaved step on planar memory", s);
    if (w.kernel[0] * w.kernel[1] * w.kernel[2] != 1 || w.padded() || node_at(st.node).groups != 1 ||
        st.pool >= 0)
      say("a filter that Strassen does not take", s);
    if ((st.outputs != 2 && st.outputs != 4) || in.channels % (16 * st.outputs) != 0 ||
        out.channels % (16 * st.outputs) != 0)
      say("channels that cannot be cut", s);
    const index parts = st.outputs, points = parts == 2 ? 7 : 49;
    if (buffer_at(st.scratch).elements() < points * in.channels / parts)
      say("too little memory for the transformed inputs", s);
  }

  /// The links of a chain follow one another; of each map between them, which nobody else reads, there are
  /// rows enough in memory: all from the first that the next link's next window reads to the last that is
  /// asked for.
  void check_chain(int s) {
    const int links = step_at(s).chain;
    if (step_at(s).band == 0 && (links != 0 || buffer_at(step_at(s).out).held != 0)) say("half a chain", s);
    if (links == 0) return;
    index rows = step_at(s).band;
    for (int i = s + links - 1; i >= s; --i) {
      const step& st = step_at(i);
      const buffer& out = buffer_at(st.out);
      if (st.band != step_at(s).band || (i > s && st.chain != 0)) say("a link of no chain", i);
      if (st.how != algorithm::direct && st.how != algorithm::depthwise)
        say("a link that is no convolution", i);
      if (buffer_at(st.in).depth != 1 || out.depth != 1) say("a link with planes", i);
      if ((out.held > 0) != (i + 1 < s + links)) say("a map of the wrong size within a chain", i);
      if (i + 1 < s + links) {
        if (step_at(i + 1).in != st.out || !interleaved(out) || out.where != place::arena || out.host >= 0)
          say("a broken chain", i);
        if (uses(st.covered[st.covered_count - 1]) != 1) say("a map within a chain has other readers", i);
        const window w = on_memory(node_at(step_at(i + 1).node));
        const int pool = step_at(i + 1).pool;
        if (pool >= 0) rows *= on_memory(node_at(pool)).kernel[1];
        const index reach = (w.kernel[1] - 1) * w.dilation[1] + 1;
        rows = (rows - 1) * w.stride[1] + std::max(reach, w.stride[1]);
        if (out.held < rows) say("too few rows of a map within a chain", i);
      }
    }
  }

  /// A transposed convolution reads inputs from (pad_lo - dilation * (kernel - 1)) / stride on, rounded up,
  /// to (outputs - 1 + pad_lo) / stride.
  void check_reach(int s) {
    const step& st = step_at(s);
    const buffer &in = buffer_at(st.in), &out = buffer_at(st.out);
    const window w = on_memory(node_at(st.node));
    const index lo[] = {in.halo_front, in.halo_top, in.halo_left},
                hi[] = {in.halo_back, in.halo_bottom, in.halo_right};
    const index ins[] = {in.depth, in.rows, in.columns}, outs[] = {out.depth, out.rows, out.columns};
    for (int axis = 0; axis < max_spatial_rank; ++axis)
      for (index o = 0; o < outs[axis]; ++o)
        for (index k = 0; k < w.kernel[axis]; ++k) {
          const index at = o + w.pad_lo[axis] - k * w.dilation[axis];
          if (at % w.stride[axis] != 0) continue;
          if (at / w.stride[axis] < -lo[axis] || at / w.stride[axis] >= ins[axis] + hi[axis])
            return say("a transposed convolution reads beyond the halo", s);
        }
  }

  int uses(int id) const {
    int n = 0;
    for (int out : outputs_) n += value(out) == id;
    for (int user = 0; user < int(nodes_.size()); ++user) {
      if (value(user) != user) continue;
      for (int in : node_at(user).inputs) n += in >= 0 && value(in) == id;
    }
    return n;
  }

  void check_all_computed() {
    for (int id = 0; id < int(nodes_.size()); ++id) {
      const op kind = kind_at(id);
      if (step_of_[std::size_t(id)] >= 0 || kind == op::identity || kind == op::dropout || kind == op::input)
        continue;
      if (kind == op::concat) continue;  // its readers ask for its parts
      if (is_only_sliced(id)) continue;
      if (!reshapes(kind)) {
        say("a layer is not computed", id);
      } else if (node_at(node_at(id).inputs[0]).out.positions() != 1) {
        // Only linear layers read a map as a vector, and they know how it lies.
        for (int user = id + 1; user < int(nodes_.size()); ++user)
          for (int in : node_at(user).inputs)
            if (in == id && node_at(user).attr.kind != op::linear && value(user) == user)
              say("a flatten is missing", id);
        for (int out : outputs_)
          if (out == id) say("the last flatten is missing", id);
      }
    }
  }

  void check_output() {
    std::vector<int> written(outputs_.size());
    for (int b = 0; b < int(plan_.buffers.size()); ++b) {
      const buffer& out = buffer_at(b);
      if (out.where == place::input && (out.has_halo() || !planar(out))) say("an input is not planar", b);
      if (out.where != place::output || out.host >= 0) continue;
      if (out.port < 0 || out.port >= int(outputs_.size())) return say("no such output", b);
      ++written[std::size_t(out.port)];
      if (!holds(b, value(outputs_[std::size_t(out.port)]))) say("the output is another value", b);
      if (!planar(out) || !out.dense()) say("the output is not planar", b);
    }
    for (int count : written)
      if (count != 1) say("outputs", count);
  }

  void check_places() {
    const int count = int(plan_.buffers.size());
    const auto length = [](const buffer& b) { return b.elements() + b.slack; };
    std::vector<int> first(plan_.buffers.size(), int(plan_.steps.size())), last(plan_.buffers.size(), -1);
    for (int s = 0, begin = 0; s < int(plan_.steps.size()); ++s) {
      if (step_at(s).band == 0 || step_at(s).chain > 0) begin = s;
      const int end = begin + std::max(step_at(begin).chain, 1) - 1;  // the links of a chain run together
      for (int b : {step_at(s).in, step_at(s).residual, step_at(s).out, step_at(s).scratch})
        for (; b >= 0; b = buffer_at(b).host)
          first[std::size_t(b)] = std::min(first[std::size_t(b)], begin), last[std::size_t(b)] = end;
    }
    for (int a = 0; a < count; ++a) {
      const buffer& x = buffer_at(a);
      if (x.where != place::arena) continue;
      if (x.host >= 0) {
        const buffer& host = buffer_at(x.host);
        if (x.first_channel + x.channels > host.channels || x.pixel != host.pixel)
          say("a part leaves its host", a);
        if (x.offset != host.offset + x.first_channel * x.channel_step())
          say("a part elsewhere than its host", a);
        continue;
      }
      if (x.offset % arena_alignment != 0) say("a buffer is not aligned", a);
      if (x.offset < 0 || x.offset + length(x) > plan_.arena_elements) say("a buffer leaves the arena", a);
      for (int b = a + 1; b < count; ++b) {
        const buffer& y = buffer_at(b);
        if (y.where != place::arena || y.host >= 0 || last[std::size_t(a)] < first[std::size_t(b)] ||
            last[std::size_t(b)] < first[std::size_t(a)])
          continue;
        if (x.offset < y.offset + length(y) && y.offset < x.offset + length(x)) say("buffers overlap", a);
      }
    }
  }

  std::span<const node> nodes_;
  plan_view plan_;
  std::span<const int> outputs_;
  std::vector<int> step_of_, holds_;
  std::vector<bool> done_;  // steps that were seen
  std::string problems_;
};

/// What is wrong with the plan of M, fused and unfused; empty if nothing is.
template <class M>
std::string problems_of() {
  std::string all = plan_checker(M::network.view(), view_of(M::schedule)).problems();
  using slow = unfused<M>;
  const std::string without = plan_checker(slow::network.view(), view_of(slow::schedule)).problems();
  return all + (without.empty() ? "" : "unfused: " + without);
}

}  // namespace tenon::test
