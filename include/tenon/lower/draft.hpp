// F4. A plan in the making: what the passes of lowering read and write.
#pragma once

#include "tenon/lower/tiles.hpp"

namespace tenon {

/// What lowering may do. `unfused<M>` runs no two layers in one step, to be compared with.
struct lowering {
  bool fuse = true;
  /// Estimated nanoseconds of one thread from which on a step is cut for several; a network that takes less
  /// than 15 times as long is not. To share one piece of work among threads that wait for it takes 0.5 to 2
  /// us, and more when they were not waiting; a step that one thread runs alone takes from the others' caches
  /// what they have written, and they take from its cache what it writes.
  index share_from = 6'000;
  /// Bytes of the map between two convolutions from which on they may be a chain, and the most that all maps
  /// within a chain, or all its weights, may take: a part of the core's own cache.
  index chain_from = 500'000, chain_memory = 400'000;
  numerics numbers = numerics::standard;
};

namespace detail {

/// What the users of a value ask of its memory.
struct demand {
  index front = 0, top = 0, left = 0, back = 0, bottom = 0, right = 0;
  bool interleaved = false;  // a user can read only this order
  bool natural = false;      // a user reads it planar, one channel right behind the other
  bool dense = false;        // a user reads it as one vector, in whatever order
  bool vectors_along_width = false;

  constexpr bool halo() const { return front + top + left + back + bottom + right > 0; }
  constexpr void widen_halo(const index (&lo)[max_spatial_rank], const index (&hi)[max_spatial_rank]) {
    const auto larger = [](index& a, index b) { a = a > b ? a : b; };
    larger(front, lo[0]), larger(top, lo[1]), larger(left, lo[2]);
    larger(back, hi[0]), larger(bottom, hi[1]), larger(right, hi[2]);
  }
};

/// Lowering of one graph: nodes are values; steps compute them. Each pass is a loop over the steps.
template <int Nodes>
struct draft {
  // Each layer; and for each at worst one copy for its users and one between its operands, or, of a global
  // pool, one step more.
  static constexpr int max_steps = 3 * Nodes + 2;
  static constexpr int max_buffers = max_steps + Nodes + 1;  // an output and scratch memory for each
  using plan_type = plan<max_steps, max_buffers>;

  const node* nodes;
  std::span<const int> outputs;  // of the network
  lowering options;

  int uses[Nodes]{};          // of a value, by layers that do something and as output
  bool only_linear[Nodes]{};  // all users are linear layers
  int step_of[Nodes]{};       // the step that computes a value, or -1
  int alias[Nodes]{};         // the value in whose memory a value lies as it is, or -1
  step steps[Nodes]{};
  int operand[Nodes][2]{};  // of each step: values
  int step_count = 0;

  demand demands[Nodes]{};
  layout home_order[Nodes]{};  // in which a value is computed
  layout read_order[Nodes]{};  // in which its users read it as a map
  int host[Nodes]{};           // the concatenation in whose memory a value is computed, or -1
  index first_channel[Nodes]{};
  index held[Nodes]{};                                  // rows of a value within a chain that are in memory
  int home[Nodes]{};                                    // the buffer of a value
  int read[Nodes]{}, dense[Nodes]{}, natural[Nodes]{};  // the one for each kind of user
  plan_type result{};

  constexpr draft(const node* all, std::span<const int> outs, lowering how)
      : nodes(all), outputs(outs), options(how) {
    result.numbers = how.numbers;
    for (int id = 0; id < Nodes; ++id) step_of[id] = alias[id] = host[id] = home[id] = -1;
  }

  static constexpr bool does_nothing(op kind) { return kind == op::identity || kind == op::dropout; }

  /// The node whose value node `id` stands for: itself unless it does nothing.
  constexpr int source(int id) const {
    while (does_nothing(nodes[id].attr.kind)) id = nodes[id].inputs[0];
    return id;
  }
  /// The value in whose memory it lies.
  constexpr int resolve(int id) const {
    for (id = source(id); alias[id] >= 0;) id = source(alias[id]);
    return id;
  }
  constexpr op kind_of(int s) const { return nodes[steps[s].node].attr.kind; }
  /// The value that a step computes: its last layer's.
  constexpr int value_of(int s) const { return steps[s].covered[steps[s].covered_count - 1]; }

  /// Steps over stretches of elements in natural order: they read and write them one right behind the other.
  constexpr bool works_in_natural_order(int s) const {
    const node& n = nodes[steps[s].node];
    return (steps[s].how == algorithm::soft_max && n.axis != 0) ||
           (steps[s].how == algorithm::normalise && !n.attr.per_position);
  }
  /// Steps that write so, however they read.
  constexpr bool writes_dense(int s) const {
    const op kind = kind_of(s);
    return works_in_natural_order(s) || kind == op::flatten || kind == op::reshape || kind == op::squeeze;
  }

  /// What step s would be as a convolution in tiles of so many outputs along an axis, and along a row, and
  /// with weights as they are.
  constexpr winograd_tiles_plan tiles_of(int s, int outputs, int columns, bool plain = false) const {
    const step& st = steps[s];
    const bool pooled = st.pool >= 0;
    const window p = on_memory(nodes[pooled ? st.pool : st.node]);
    return winograd_tiles_plan_of(nodes[st.node], nodes[operand[s][0]].out.channels(), outputs, columns,
                                  nodes[pooled ? st.pool : st.node].out, pooled ? p.kernel[1] : 1,
                                  pooled ? p.kernel[2] : 1, plain);
  }
  constexpr winograd_tiles_plan tiles_of(int s) const {
    return tiles_of(s, steps[s].outputs, steps[s].columns, steps[s].how == algorithm::winograd_plain);
  }

  constexpr void cover(int s, int id) {
    steps[s].covered[steps[s].covered_count++] = id;
    step_of[id] = s;
  }
  constexpr int new_step(algorithm how, int id) {
    const int s = step_count++;
    steps[s].how = how;
    steps[s].node = id;
    steps[s].macs = nodes[id].macs;
    for (int k = 0; k < 2; ++k) operand[s][k] = nodes[id].inputs[k] < 0 ? -1 : source(nodes[id].inputs[k]);
    cover(s, id);
    return s;
  }
};

}  // namespace detail
}  // namespace tenon
