// F5. A network as tables for people: its layers, and the plan that runs.
#pragma once

#include <iostream>

#include "tenon/model.hpp"
#include "tenon/roofline.hpp"

namespace tenon {
namespace detail {

void print_summary(std::ostream& out, graph_view network, plan_view schedule);
void print_plan(std::ostream& out, graph_view network, plan_view schedule, index share_from, simd isa,
                const machine& core);

}  // namespace detail

/// Prints the layers of M: name, layer, output shape, parameters, multiply-accumulates; and the totals.
template <Model M>
void summary(std::ostream& out = std::cout) {
  detail::print_summary(out, M::network.view(), view_of(kept_plan<M::schedule>));
}

/// Prints the plan of M: what each step computes and what was fused into it, algorithm and register tile for
/// the instruction set `isa` ("1x14 px, 2x16 ch": pixels, and vectors of channels; "3x8 ch x 2 taps" where
/// two lanes share a channel), how it is cut for several threads ("4 x rows", or "-" if one thread runs it),
/// shapes, multiply-accumulates, bytes, the place of its output in the arena, and the microseconds that one
/// core of `core` needs for it at the very least (see roofline.hpp).
template <Model M>
void explain(std::ostream& out = std::cout, simd isa = {16, 32}, const machine& core = {}) {
  detail::print_plan(out, M::network.view(), view_of(kept_plan<M::schedule>), M::lowered_with.share_from, isa,
                     core);
}

}  // namespace tenon
