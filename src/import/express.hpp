// Says the graph in tenon's language.
#pragma once

#include "evaluate.hpp"

namespace tenon::importer {

struct parameter {
  std::string name;
  array value;
};

/// One layer, or a join of chains: "(a + b)", "concat(a, b)".
struct part {
  std::string text;                       ///< of a layer; of a join, the operator
  std::vector<std::vector<part>> joined;  ///< empty for a layer
  bool starts_line = false;               ///< layers with weights and pools begin a line of the text
};
using chain = std::vector<part>;

struct expression {
  chain layers;
  std::vector<parameter> parameters;
};

/// Throws refusal with a sentence for each node that cannot be said.
expression express(const graph& g, const values& v);

}  // namespace tenon::importer
