// Operators of two operands, one of which may be a constant; and those that reduce along axes.
#include <algorithm>
#include <cmath>

#include "translator.hpp"

namespace tenon::importer {
namespace {

/// A constant repeated to a shape of as many axes or more.
std::vector<double> repeated(const array& c, const dims& shape) {
  std::vector<double> all(at(element_count(shape)));
  dims place(shape.size(), 0);
  for (double& x : all) {
    index from = 0, stride = 1;
    for (std::size_t a = c.shape.size(); a-- > 0;) {
      if (c.shape[a] != 1) from += place[a + shape.size() - c.shape.size()] * stride;
      stride *= c.shape[a];
    }
    x = c.data[at(from)];
    for (std::size_t a = shape.size(); a-- > 0;) {
      if (++place[a] < shape[a]) break;
      place[a] = 0;
    }
  }
  return all;
}

}  // namespace

std::shared_ptr<const array> translator::per_channel(const array& c, const std::string& value) const {
  const dims& y = v.at(value).shape;
  const std::size_t channels = offset(value);
  if (channels >= y.size() || c.shape.size() > y.size()) return nullptr;
  dims aligned = c.shape;
  aligned.insert(aligned.begin(), y.size() - c.shape.size(), 1);
  for (std::size_t a = 0; a < y.size(); ++a) {
    if (aligned[a] != (a == channels ? y[a] : 1)) return nullptr;
  }
  return owned({y[channels]}, c.data);
}

std::shared_ptr<const array> translator::per_element(const array& c, const std::string& value) const {
  const dims& y = v.at(value).shape;
  if (c.shape.size() > y.size()) fail("its constant has more axes than its feature map");
  constexpr index most = 1 << 26;
  repeated_elements += element_count(y);
  if (repeated_elements > most)
    fail("constants repeated to the shapes of feature maps have more than 2^26 elements");
  return owned({element_count(y)}, repeated(c, y));
}

int translator::arithmetic() {
  const std::string& op_ = current->op;
  const bool two = current->inputs.size() == 2 && current->given(0) && current->given(1);
  const bool constant_operand = two && (is_constant(0) || is_constant(1));
  if (op_ == "Add") return constant_operand ? with_constant(false, 1) : joined(op::add, true);
  if (op_ == "Sub") return constant_operand ? with_constant(false, -1) : joined(op::subtract, false);
  if (op_ == "Mul") return constant_operand ? with_constant(true, 1) : joined(op::multiply, false);
  if (op_ == "Div") {
    if (constant_operand) return with_constant(true, -1);
    const symbol x = symbol::argument();
    const int inverse = function(id(1), "[](auto x) { return 1 / x; }", 1 / x);
    const dims to = map_shape(current->outputs[0]);
    const auto ranked = [&](int i) {
      dims d = shape_of(i);
      d.insert(d.begin(), to.size() - std::min(to.size(), d.size()), 1);
      return reshaped(i, d);
    };
    return add(attributes(op::multiply), {ranked(id(0)), ranked(inverse)});
  }
  if (op_ == "Pow") return power();
  if (op_ == "Sum" || op_ == "Max") {
    if (current->inputs.size() == 1) return add(attributes(op::identity), {id(0)});
    if (op_ == "Max" && constant_operand) {
      const std::size_t c = is_constant(0) ? 0 : 1;
      if (constant(c, "operands").data.size() != 1) fail("its constant must be one number");
      const double least = constant(c, "operands").data[0];
      if (least == 0) return add(attributes(op::relu), {id(1 - c)});
      return add(detail::valued(op::clip, static_cast<float>(least), std::numeric_limits<float>::max()),
                 {id(1 - c)});
    }
    return joined(op_ == "Sum" ? op::add : op::maximum, op_ == "Sum");
  }
  if (op_ == "Min" && constant_operand) {
    const std::size_t c = is_constant(0) ? 0 : 1;
    if (constant(c, "operands").data.size() != 1) fail("its constant must be one number");
    return add(detail::valued(op::clip, std::numeric_limits<float>::lowest(),
                              static_cast<float>(constant(c, "operands").data[0])),
               {id(1 - c)});
  }
  if (op_ == "Equal" || op_ == "Greater" || op_ == "Less") return compared();
  if (op_ == "Expand") return reshaped(joined(op::add, true), map_shape(current->outputs[0]));
  return not_mine;
}

/// A number is a template argument; one for each channel, or for each element, is a parameter.
int translator::with_constant(bool product, double sign) {
  const std::size_t which = is_constant(1) ? 1 : 0;
  const array& c = constant(which, "operands");
  int x = id(1 - which);
  const std::string& value = current->outputs[0];
  array operand = c;
  if (sign < 0 && which == 1) {
    for (double& e : operand.data) e = product ? 1 / e : -e;
  } else if (sign < 0) {  // c - x, c / x
    if (product) {
      const symbol s = symbol::argument();
      x = function(x, "[](auto x) { return 1 / x; }", 1 / s);
    } else {
      x = constant_factor(x, -1);
    }
  }
  const dims to = map_shape(value);
  if (shape_of(x) != to) {
    dims d = shape_of(x);
    d.insert(d.begin(), to.size() - std::min(to.size(), d.size()), 1);
    x = reshaped(x, d);
    if (d != to) x = add(shaped(op::expand, to), {x});
  }
  bool uniform = true;
  for (const double e : operand.data) uniform = uniform && e == operand.data[0];
  if (operand.data.empty()) fail("its constant is empty");
  if (operand.data.size() == 1)
    return product ? constant_factor(x, operand.data[0]) : constant_term(x, operand.data[0]);
  const attributes a(product ? op::scale : op::shift);
  const char* const name = product ? "weight" : "bias";
  if (const auto channels = per_channel(operand, value)) return add(a, {x}, {{name, channels}});
  const int y = add(a, {reshaped(x, {count(to)})}, {{name, per_element(operand, value)}});
  return reshaped(y, to);
}

/// Operands in the rank of the result; `fully`: in its extents, too.
int translator::joined(op kind, bool fully) {
  const dims to = map_shape(current->outputs[0]);
  std::vector<int> operands;
  for (std::size_t i = 0; i < current->inputs.size(); ++i) {
    if (current->op == "Expand" && i > 0) break;
    int x = id(i);
    dims d = shape_of(x);
    if (d.size() < to.size()) {
      d.insert(d.begin(), to.size() - d.size(), 1);
      x = reshaped(x, d);
    }
    if (fully && d != to) x = add(shaped(op::expand, to), {x});
    operands.push_back(x);
  }
  if (operands.size() == 1) return operands[0];
  return add(attributes(kind), operands);
}

int translator::power() {
  const array& c = constant(1, "exponents");
  const double p = c.data.size() == 1 ? c.data[0] : 0;
  const symbol x = symbol::argument();
  if (p == 1) return id(0);
  if (p == 2) return function(id(0), "[](auto x) { return x * x; }", x * x);
  if (p == 3) return function(id(0), "[](auto x) { return x * x * x; }", x * x * x);
  if (p == 0.5) return function(id(0), "[](auto x) { return sqrt(x); }", sqrt(x));
  if (p == -1) return function(id(0), "[](auto x) { return 1 / x; }", 1 / x);
  if (p == -0.5) return function(id(0), "[](auto x) { return 1 / sqrt(x); }", 1 / sqrt(x));
  fail("only the powers 1, 2, 3, 1/2, -1/2 and -1 are supported");
}

/// 1 where it holds, else 0.
int translator::compared() {
  const symbol x = symbol::argument();
  const int d = is_constant(0) || is_constant(1) ? with_constant(false, -1) : joined(op::subtract, false);
  if (current->op == "Greater")
    return function(d, "[](auto x) { return where(0 < x, 1, 0); }", where(0 < x, 1, 0));
  if (current->op == "Less")
    return function(d, "[](auto x) { return where(x < 0, 1, 0); }", where(x < 0, 1, 0));
  return function(d, "[](auto x) { return where(x < 0, 0, where(0 < x, 0, 1)); }",
                  where(x < 0, 0, where(0 < x, 0, 1)));
}

int translator::reducing() {
  const std::string& op_ = current->op;
  if (op_ == "Gemm" || op_ == "MatMul") return matrix();
  if (op_ == "Softmax" || op_ == "LogSoftmax") return softmax();
  if (op_.starts_with("Reduce")) return reduction();
  return norm();
}

int translator::linear(int x, std::vector<double> weight, index inputs, index outputs,
                       std::shared_ptr<const array> bias) {
  attributes a(op::linear, outputs);
  if (!bias) set_option(a, layers::no_bias);
  std::vector<parameter> parameters{{"weight", owned({outputs, inputs}, std::move(weight))}};
  if (bias) parameters.push_back({"bias", bias});
  return add(a, {x}, std::move(parameters));
}

/// alpha * A B + beta * C with a constant B. A vector A is a linear layer; rows of a matrix A are positions,
/// and B a convolution of extent 1.
int translator::matrix() {
  const node& n = *current;
  const bool ta = n.integer("transA", 0) != 0, tb = n.integer("transB", 0) != 0;
  const double alpha = n.real("alpha", 1), beta = n.real("beta", 1);
  if (!is_constant(1))
    fail(
        "both of its operands depend on the input: the language has no product of two feature maps as "
        "matrices");
  const array& b = constant(1, "weights");
  if (is_constant(0))
    fail("its first operand is a constant: the language multiplies by weights from the other side");
  const std::size_t rank = b.shape.size();
  const index depth = b.shape[rank - (tb ? 1 : 2)], columns = b.shape[rank - (tb ? 2 : 1)];
  const index groups = element_count({b.shape.begin(), b.shape.end() - 2});
  std::vector<double> weight(b.data.size());  // of each group, outputs x inputs
  for (index m = 0; m < groups; ++m) {
    for (index r = 0; r < columns; ++r) {
      for (index k = 0; k < depth; ++k) {
        const index from = tb ? r * depth + k : k * columns + r;
        weight[at((m * columns + r) * depth + k)] = alpha * b.data[at(m * depth * columns + from)];
      }
    }
  }
  const int x = id(0);
  const dims d = shape_of(x), to = map_shape(n.outputs[0]);
  std::shared_ptr<const array> bias;
  const bool third = n.given(2);
  if (third && is_constant(2)) {
    const array& c = constant(2, "third inputs");
    if (static_cast<index>(c.data.size()) == columns && (c.shape.empty() || c.shape.back() == columns)) {
      std::vector<double> scaled = c.data;
      for (double& e : scaled) e *= beta;
      bias = owned({columns}, std::move(scaled));
    }
  }
  int y = 0;
  if (d.size() == 1 && groups == 1) {
    y = linear(x, std::move(weight), depth, columns, bias);
  } else {
    // {..., rows, depth} -> {groups * depth, rows} -> {groups * columns, rows}
    const std::size_t axes = d.size();
    const index rows = ta ? d[axes - 1] : axes > 1 ? d[axes - 2] : 1;
    const index many = element_count(d) / (rows * depth);
    if (groups != 1 && groups != many) fail("its operands are not as many");
    const index lead = groups == 1 ? 1 : groups;
    int t = groups == 1 && !ta ? reshaped(x, {many * rows, depth})
                               : reshaped(x, ta ? dims{lead, depth, rows} : dims{lead, rows, depth});
    if (groups == 1 && !ta) {
      t = permuted(t, {1, 0});
    } else {
      if (!ta) t = permuted(t, {0, 2, 1});
      t = reshaped(t, {lead * depth, rows});
    }
    attributes a(op::conv, lead * columns, 1);
    if (groups > 1) set_option(a, layers::groups{groups});
    if (!bias) set_option(a, layers::no_bias);
    std::vector<parameter> parameters{{"weight", owned({lead * columns, depth, 1}, std::move(weight))}};
    if (bias) parameters.push_back({"bias", bias});
    t = add(a, {t}, std::move(parameters));
    if (lead == 1) {
      t = permuted(t, {1, 0});
    } else {
      t = permuted(reshaped(t, {lead, columns, rows}), {0, 2, 1});
    }
    y = reshaped(t, to);
  }
  if (!third || bias) return y;
  if (is_constant(2)) {
    array c = constant(2, "third inputs");
    for (double& e : c.data) e *= beta;
    if (c.data.size() == 1) return constant_term(y, c.data[0]);
    if (const auto channels = per_channel(c, n.outputs[0]))
      return add(attributes(op::shift), {y}, {{"bias", channels}});
    const int flat =
        add(attributes(op::shift), {reshaped(y, {count(to)})}, {{"bias", per_element(c, n.outputs[0])}});
    return reshaped(flat, to);
  }
  int other = constant_factor(id(2), beta);
  if (shape_of(other) != to) fail("its third input has another shape than its product");
  return add(attributes(op::add), {y, other});
}

int translator::softmax() {
  const node& n = *current;
  const op kind = n.op == "Softmax" ? op::softmax : op::log_softmax;
  const dims& full = v.at(n.inputs[0]).shape;
  const bool old = g.opset < 13;
  std::size_t axis = axis_of(n, n.integer("axis", old ? 1 : -1), full.size());
  int x = id(0);
  const dims shape = shape_of(x);
  dims view = shape;
  if (axis < offset(n.inputs[0])) {
    if (!old) return add(attributes(op::identity), {x});  // over the batch of one
    axis = offset(n.inputs[0]);
  }
  axis -= offset(n.inputs[0]);
  if (old && axis + 1 < shape.size()) {  // the axes from there on are one
    index rest = 1;
    for (std::size_t a = axis; a < shape.size(); ++a) rest *= shape[a];
    if (rest != shape[axis]) {
      view.assign(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(axis));
      view.push_back(rest);
      x = reshaped(x, view);
    }
  }
  attributes a(kind);
  if (axis != 0) set_option(a, layers::axis{static_cast<int>(axis)});
  return reshaped(add(a, {x}), shape);
}

int translator::reduction() {
  const node& n = *current;
  const std::map<std::string, op> kinds{{"ReduceMean", op::global_avg_pool},
                                        {"ReduceSum", op::global_avg_pool},
                                        {"ReduceMax", op::global_max_pool}};
  const auto kind = kinds.find(n.op);
  if (kind == kinds.end()) return not_mine;
  const dims& full = v.at(n.inputs[0]).shape;
  std::vector<std::size_t> axes = axes_of(n, v, full.size());
  if (axes.empty()) {
    for (std::size_t a = 0; a < full.size(); ++a) axes.push_back(a);
  }
  int x = id(0);
  const std::size_t skipped = offset(n.inputs[0]);
  const dims shape = shape_of(x), to = map_shape(n.outputs[0]);
  dims kept, reduced, order;
  for (std::size_t a = 0; a < shape.size(); ++a) {
    const bool goes = std::binary_search(axes.begin(), axes.end(), a + skipped);
    (goes ? reduced : kept).push_back(static_cast<index>(a));
  }
  if (reduced.empty()) return reshaped(x, to);
  order = kept;
  order.insert(order.end(), reduced.begin(), reduced.end());
  index channels = 1, elements = 1;
  for (const index a : kept) channels *= shape[at(a)];
  for (const index a : reduced) elements *= shape[at(a)];
  const bool plain = kept == dims{0} && shape.size() >= 2 && shape.size() <= 4;
  if (!plain) x = reshaped(permuted(x, order), {channels, elements});
  x = add(attributes(kind->second), {x});
  if (n.op == "ReduceSum") x = constant_factor(x, static_cast<double>(elements));
  return reshaped(x, to);
}

int translator::norm() {
  const node& n = *current;
  const auto with_epsilon = [&](op kind) {
    attributes a(kind);
    const float epsilon = static_cast<float>(n.real("epsilon", 1e-5f));
    if (epsilon != a.epsilon) set_option(a, layers::epsilon(epsilon));
    return a;
  };
  if (n.op == "BatchNormalization") {
    for (std::size_t i = 1; i < 5; ++i) constant(i, "parameters");
    ids[n.outputs[0]] = add(with_epsilon(op::batch_norm), {id(0)},
                            {{"weight", shared(n.inputs[1])},
                             {"bias", shared(n.inputs[2])},
                             {"running_mean", shared(n.inputs[3])},
                             {"running_var", shared(n.inputs[4])}});
    return done;  // what else a training node gives is not used at inference
  }
  if (n.op == "InstanceNormalization" || n.op == "GroupNormalization") {
    attributes a = with_epsilon(n.op == "GroupNormalization" ? op::group_norm : op::instance_norm);
    if (n.op == "GroupNormalization") a.groups = n.integer("num_groups", 1);
    constant(1, "parameters"), constant(2, "parameters");
    return add(a, {id(0)}, {{"weight", shared(n.inputs[1])}, {"bias", shared(n.inputs[2])}});
  }
  if (n.op == "LayerNormalization") {
    attributes a = with_epsilon(op::layer_norm);
    const std::size_t axis = axis_of(n, n.integer("axis", -1), v.at(n.inputs[0]).shape.size());
    const std::size_t skipped = offset(n.inputs[0]);
    if (axis < skipped) fail("it normalises over the batch");
    if (axis > skipped) set_option(a, layers::axis{static_cast<int>(axis - skipped)});
    const array& weight = constant(1, "parameters");
    const auto bias =
        n.given(2) ? shared(n.inputs[2]) : owned(weight.shape, std::vector<double>(weight.data.size()));
    return add(a, {id(0)}, {{"weight", shared(n.inputs[1])}, {"bias", bias}});
  }
  if (n.op == "LRN") {
    attributes a = detail::valued_by_default(op::local_response_norm);
    a.groups = n.integer("size", 1);
    const double alpha = n.real("alpha", 1e-4f), beta = n.real("beta", 0.75), bias = n.real("bias", 1);
    if (static_cast<float>(alpha) != a.alpha) set_option(a, layers::alpha(alpha));
    if (static_cast<float>(beta) != a.beta) set_option(a, layers::beta(beta));
    if (bias != 1) set_option(a, layers::bias(bias));
    return add(a, {id(0)});
  }
  if (n.op == "MeanVarianceNormalization") {
    int x = id(0);
    const dims shape = shape_of(x);
    std::vector<std::size_t> axes;
    for (const index a : n.integers("axes", {0, 2, 3}))
      axes.push_back(axis_of(n, a, v.at(n.inputs[0]).shape.size()));
    dims kept, order, back(shape.size());
    for (std::size_t a = 0; a < shape.size(); ++a) {
      const bool goes = std::count(axes.begin(), axes.end(), a + offset(n.inputs[0])) > 0;
      if (!goes) kept.push_back(static_cast<index>(a));
    }
    order = kept;
    for (std::size_t a = 0; a < shape.size(); ++a) {
      if (!std::count(kept.begin(), kept.end(), static_cast<index>(a)))
        order.push_back(static_cast<index>(a));
    }
    for (std::size_t i = 0; i < order.size(); ++i) back[at(order[i])] = static_cast<index>(i);
    index channels = 1;
    for (const index a : kept) channels *= shape[at(a)];
    x = permuted(x, order);
    const dims permuted_shape = shape_of(x);
    attributes a(op::instance_norm);
    set_option(a, layers::epsilon(0));  // ONNX's own, 1e-9 beside the deviation, is nothing in float
    set_option(a, layers::no_affine);
    x = add(a, {reshaped(x, {channels, count(shape) / channels})});
    return permuted(reshaped(x, permuted_shape), back);
  }
  return not_mine;
}

}  // namespace tenon::importer
