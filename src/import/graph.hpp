// The graph of an ONNX file as the importer works on it: checked, and free of protobuf.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace tenon::importer {

using index = std::int64_t;
using dims = std::vector<index>;

/// What cannot be imported: one sentence for each reason.
class refusal : public std::runtime_error {
 public:
  explicit refusal(std::vector<std::string> sentences)
      : std::runtime_error("refused"), sentences(std::move(sentences)) {}
  explicit refusal(std::string sentence) : refusal(std::vector{std::move(sentence)}) {}
  std::vector<std::string> sentences;
};

/// A dense row-major tensor. Integers are held as doubles, which is exact for all extents that can be.
struct array {
  dims shape;
  std::vector<double> data;  ///< empty if not known
  bool known = true;         ///< false: only the shape is, because the elements depend on the input
  bool whole = false;        ///< of integers
};

/// Product of the extents; throws refusal if one is negative or the product is beyond 2^28 elements.
index element_count(const dims& shape);
inline std::size_t at(index i) { return static_cast<std::size_t>(i); }

struct attribute {
  double f = 0;
  index i = 0;
  std::string s;
  dims ints;
  std::vector<double> floats;
  array tensor;
};

struct node {
  std::string op, name;
  std::vector<std::string> inputs, outputs;  // "" = one that is not given
  std::map<std::string, attribute> attributes;

  bool has(const std::string& key) const { return attributes.contains(key); }
  bool given(std::size_t i) const { return i < inputs.size() && !inputs[i].empty(); }
  index integer(const std::string& key, index otherwise) const;
  double real(const std::string& key, double otherwise) const;
  dims integers(const std::string& key, dims otherwise) const;
  std::string text(const std::string& key, std::string otherwise) const;
  /// "node conv1 (Conv)"
  std::string described() const { return "node " + name + " (" + op + ")"; }
};

struct feature {
  std::string name;
  dims shape;
};

struct graph {
  std::string producer;
  index opset = 0;
  bool batched = true;  ///< the first axis of inputs and outputs is the batch, here of one element
  std::vector<feature> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, array> weights;
  std::vector<node> nodes;  // in an order in which each comes after what it reads; all lead to an output
};

/// What the command line says of a graph.
struct reading {
  std::map<std::string, index> pinned;  ///< extents for symbolic dimensions, by name
  std::vector<std::string> outputs;     ///< only these; all if there is none
};

/// The graph in the bytes of an ONNX file. An open first axis is the batch: a network takes one input at a
/// time. Throws refusal for whatever is malformed or left open.
graph read_graph(const std::string& bytes, const reading& how);

}  // namespace tenon::importer
