// F4. Many inputs at once: which part of a plan reads its weights once for a block of them.
#pragma once

#include "tenon/plan.hpp"

namespace tenon {

/// Steps before `first` run input by input: their maps are larger than their weights, and in the cache when
/// the next step reads them. From there on each step runs for all inputs of a block, each with `stride`
/// elements of memory of its own, before the next step does.
struct batch_plan {
  int first;       // step; the number of steps if there is nothing to gain
  int images;      // of a block
  index stride;    // memory of one, in elements
  index elements;  // of all
};

constexpr batch_plan batch_of(graph_view graph, plan_view plan) {
  const int steps = static_cast<int>(plan.steps.size());
  const auto bytes = [](const buffer& b) { return 4 * b.channels * b.positions(); };
  batch_plan p{steps, 1, 0, 0};
  index weights = 0;
  for (int i = steps - 1; i >= 0; --i) {
    const step& s = plan.steps[i];
    if (!has_weights(s.how)) continue;
    const index own = 4 * graph.nodes[s.node].tensor_count;
    const index maps = bytes(plan.buffers[s.in]) + bytes(plan.buffers[s.out]);
    // Convolutions: weights that leave the L2 cache before the next input asks for them.
    if (s.band > 0 || (s.how != algorithm::matrix_vector && (own < 400'000 || own < 2 * maps))) break;
    p.first = i;
    weights += own;
  }
  if (p.first == steps) return p;
  for (const buffer& b : plan.buffers) {
    if (b.where != place::arena || b.last_step < p.first) continue;
    const index end = b.offset + b.elements() + b.slack;
    p.stride = end > p.stride ? end : p.stride;
  }
  p.stride = (p.stride + arena_alignment - 1) / arena_alignment * arena_alignment;
  // Weights from memory (14 bytes/ns) take 20 times as long as their multiply-accumulates for one input,
  // those from the L2 cache as long as two. Most of the memory of a block is not touched from there on.
  p.images = weights > 1'000'000 ? 32 : 16;
  while (p.images > 8 && p.images * p.stride * 4 > 48'000'000) p.images /= 2;
  p.elements = p.images * p.stride;
  return p;
}

}  // namespace tenon
