// The network that a graph says, in the layers of tenon's language: plain data, and not yet text.
#pragma once

#include <memory>

#include "evaluate.hpp"
#include "tenon/layers/layers.hpp"

namespace tenon::importer {

struct parameter {
  std::string name;  ///< "weight"
  std::shared_ptr<const array> value;
};

/// An input, a layer, or what joins several feature maps.
struct vertex {
  attributes what;
  std::vector<int> inputs;
  dims shape;                        ///< of its output, without the batch
  bool placed = false;               ///< is its scope known?
  std::vector<std::string> scope{};  ///< the model's own names around it
  std::string name{};                ///< and of it; empty: none
  std::vector<parameter> parameters{};
  std::string function{};  ///< of activation<f>: f
  std::string origin{};    ///< "node conv1 (Conv)"
  const node* from = nullptr;
};

/// Vertices are in an order of evaluation.
struct network {
  std::vector<vertex> vertices;
  std::vector<int> outputs;
  std::vector<std::string> input_names, output_names;
};

/// Throws refusal with a sentence for each node that cannot be said.
network translate(const graph& g, const values& v);

/// Recognises what is written out in several layers: hard_swish, silu, channel_shuffle, padding of its own,
/// biases, permutations around a network with channels last.
void simplify(network& n);

/// Gives vertices the names that the model says: those of parameters, or of nodes. Mere numbering, such as
/// Conv_12, is none.
void name_vertices(network& n, const graph& g);

/// The shape that a layer gives; throws refusal with the language's own sentence if it is wrong.
dims shape_after(const attributes& a, const std::vector<dims>& inputs, const std::string& origin);

/// Extents as an option of the language: one number if all are equal.
template <class Extents = extents>
Extents extents_of(const dims& d) {
  Extents e;
  bool equal = true;
  for (const index x : d) equal = equal && x == d[0];
  for (const index x : d) {
    if (equal && e.count == 1) break;
    if (e.count < extents::capacity) e.values[e.count] = x;
    ++e.count;
  }
  return e;
}

/// A layer with one more option.
template <class Option>
void set_option(attributes& a, Option o) {
  a = detail::with_options(a, o);
}

}  // namespace tenon::importer
