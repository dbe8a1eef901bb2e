// F4. Graph -> plan: fuse, choose, chain, stage, place. Decisions only; no arithmetic on data.
#pragma once

#include "tenon/lower/chain.hpp"
#include "tenon/lower/choose.hpp"
#include "tenon/lower/fuse.hpp"
#include "tenon/lower/place.hpp"
#include "tenon/lower/stage.hpp"

namespace tenon {

/// The plan of an inferred graph. A graph with an error has an empty plan.
template <int Nodes, int Scopes, int Outputs>
consteval auto lower(const graph<Nodes, Scopes, Outputs>& g, lowering options) {
  using draft = detail::draft<Nodes>;
  if (g.error) return typename draft::plan_type{};
  draft d(g.nodes, g.outputs, options);
  detail::fusion(d).run();
  detail::choice(d).run();
  detail::chaining(d).run();
  detail::staging(d).run();
  detail::placement(d.result).run();
  return d.result;
}

}  // namespace tenon
