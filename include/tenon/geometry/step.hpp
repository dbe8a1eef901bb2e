// F4. A step of the plan with everything it refers to, and what follows its result.
#pragma once

#include "tenon/plan.hpp"

namespace tenon {

/// A step with everything it refers to.
struct step_view {
  graph_view graph;
  plan_view plan;
  const step& what;

  constexpr const node& layer() const { return graph.nodes[what.node]; }
  constexpr const buffer& in() const { return plan.buffers[what.in]; }
  constexpr const buffer& out() const { return plan.buffers[what.out]; }
  constexpr bool has_residual() const { return what.residual >= 0; }
  constexpr const buffer& residual() const { return plan.buffers[has_residual() ? what.residual : what.out]; }
  constexpr const shape& in_shape() const { return graph.nodes[layer().inputs[what.operand]].out; }
};

/// Steps that run with `s`: those of a chain with its first one.
constexpr int links_with(const step& s) { return s.chain > 1 ? s.chain : 1; }
constexpr bool is_later_link(const step& s) { return s.band > 0 && s.chain == 0; }
/// Step number `which` of those that run with `s`.
constexpr step_view link_of(const step_view& s, int which) {
  return {s.graph, s.plan, s.plan.steps[static_cast<std::size_t>(&s.what - s.plan.steps.data() + which)]};
}

constexpr epilogue epilogue_of(const step_view& s) {
  epilogue e;
  e.act = s.what.act;
  e.residual = s.has_residual() || s.layer().attr.untied_bias;
  if (s.what.pool >= 0) {
    const node& pool = s.graph.nodes[s.what.pool];
    e.pool = pool.attr.kind == op::max_pool ? pooling::max : pooling::average;
    e.pool_rows = static_cast<int>(on_memory(pool).kernel[1]);
    e.pool_columns = static_cast<int>(on_memory(pool).kernel[2]);
    e.pool_first = e.pool == pooling::max && is_monotone(e.act);
  }
  return e;
}

}  // namespace tenon
