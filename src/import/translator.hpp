// The state of a translation: which vertex gives which value, and the node at hand.
#pragma once

#include "network.hpp"

namespace tenon::importer {

class translator {
 public:
  translator(const graph& g, const values& v);
  network out;

 private:
  static constexpr int not_mine = -1, done = -2;
  const graph& g;
  const values& v;
  const node* current = nullptr;
  mutable index repeated_elements = 0;  // of per_element, so far
  std::map<std::string, int> ids;       // of values that depend on the input

  [[noreturn]] void fail(const std::string& why) const { throw refusal(current->described() + ": " + why); }

  /// The vertex of input i of the node at hand; input i as a constant.
  int id(std::size_t i) const;
  const array& constant(std::size_t i, const char* what) const;
  bool is_constant(std::size_t i) const { return v.at(current->inputs[i]).known; }
  std::shared_ptr<const array> shared(const std::string& name) const;
  static std::shared_ptr<const array> owned(dims shape, std::vector<double> data);

  /// 1 for a value whose first axis is a batch of one.
  std::size_t offset(const std::string& name) const {
    const dims& d = v.at(name).shape;
    return g.batched && !d.empty() && d[0] == 1 ? 1 : 0;
  }
  dims map_shape(const std::string& name) const;
  const dims& shape_of(int x) const { return out.vertices[at(x)].shape; }
  static index count(const dims& d) { return element_count(d); }

  int add(attributes a, std::vector<int> inputs, std::vector<parameter> parameters = {});
  int function(int x, const std::string& text, const symbol& f);
  attributes shaped(op kind, const dims& d);
  int reshaped(int x, const dims& d);
  int permuted(int x, const dims& order);
  int sliced(int x, index axis, index begin, index end, index step = 1);
  int constant_factor(int x, double factor);
  int constant_term(int x, double term);

  /// A constant operand of a node that gives `value`: one number for each channel, if it is that; one for
  /// each element.
  std::shared_ptr<const array> per_channel(const array& c, const std::string& value) const;
  std::shared_ptr<const array> per_element(const array& c, const std::string& value) const;

  // The families of operators: the vertex of the node's output, `done` if they have noted several, or
  // `not_mine`.
  void one();
  int activation();
  int prelu();
  int arithmetic();
  int with_constant(bool product, double sign);
  int joined(op kind, bool fully);
  int power();
  int compared();
  int windowed();
  int convolution();
  int transposed_convolution();
  int pool();
  int resampled();
  int reducing();
  int matrix();
  int linear(int x, std::vector<double> weight, index inputs, index outputs,
             std::shared_ptr<const array> bias);
  int norm();
  int softmax();
  int reduction();
  int moving();
  int concatenated();
  int padded();
  int padded_anywhere(int x, const dims& pads, const dims& shape, double fill, edge beyond);
  int split();
  int shuffled(int x, const dims& view, const dims& order, const dims& shape);
  void set_padding(attributes& a, const dims& pads) const;
  void set_window(attributes& a, const window& s, const dims& usual) const;
  std::vector<parameter> weight_and_bias(attributes& a) const;
};

}  // namespace tenon::importer
