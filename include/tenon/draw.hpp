// F5. A network as a picture: for Graphviz, or as SVG with a layout of its own.
#pragma once

#include <string>
#include <string_view>

#include "tenon/model.hpp"

namespace tenon {
namespace detail {

std::string dot_text(graph_view network, plan_view schedule, std::string_view title);
std::string svg_text(graph_view network, plan_view schedule, std::string_view title);

/// The name of a type as the program spells it: "zoo::lenet::LeNet5".
template <class M>
constexpr std::string_view name_of_type() {
  std::string_view text = __PRETTY_FUNCTION__;  // "... [with M = LeNet5; ...]" or "... [M = LeNet5]"
  const std::size_t from = text.find("M = ") + 4;
  text = text.substr(from, text.rfind(']') - from);
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    depth += (text[i] == '<') - (text[i] == '>');
    if (text[i] == ';' && depth == 0) return text.substr(0, i);
  }
  return text;
}

}  // namespace detail

/// The graph of M in the language of Graphviz (`dot -Tsvg`): a node for each layer and join, shapes on the
/// edges, and a cluster around layers that run as one step.
template <Model M>
std::string to_dot(std::string_view title = detail::name_of_type<M>()) {
  return detail::dot_text(M::network.view(), view_of(kept_plan<M::schedule>), title);
}

/// The same as a complete SVG document that follows the reader's choice of light or dark. Needs no other
/// program. Layers that run as one step have a common ground; names of blocks stand at the left.
template <Model M>
std::string to_svg(std::string_view title = detail::name_of_type<M>()) {
  return detail::svg_text(M::network.view(), view_of(kept_plan<M::schedule>), title);
}

}  // namespace tenon
