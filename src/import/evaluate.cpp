#include "evaluate.hpp"

#include <cmath>

#include "operators.hpp"

namespace tenon::importer {

array make(dims shape, bool known) {
  const index count = element_count(shape);
  if (known && count > index{1} << 27) throw refusal("a tensor that is computed has more than 2^27 elements");
  return {std::move(shape), std::vector<double>(known ? at(count) : 0), known};
}

dims strides_of(const dims& shape) {
  dims strides(shape.size(), 1);
  for (std::size_t a = shape.size(); a-- > 1;) strides[a - 1] = strides[a] * shape[a];
  return strides;
}

void gather(array& y, const array& x, index origin, const dims& strides) {
  const std::size_t rank = y.shape.size();
  dims at_index(rank, 0);
  index from = origin;
  for (double& out : y.data) {
    out = x.data[at(from)];
    for (std::size_t a = rank; a-- > 0;) {
      from += strides[a];
      if (++at_index[a] < y.shape[a]) break;
      from -= strides[a] * y.shape[a];
      at_index[a] = 0;
    }
  }
}

dims operation::whole(std::size_t i) const {
  dims numbers;
  for (const double x : constant(i).data) {
    require(x == std::floor(x), "its whole numbers are malformed");
    numbers.push_back(static_cast<index>(std::fmin(std::fmax(x, -4e18), 4e18)));
  }
  return numbers;
}

namespace {

method operator_of(const std::string& op) {
  for (const auto family : {elementwise_operator, window_operator, norm_operator, move_operator}) {
    if (const method found = family(op)) return found;
  }
  return nullptr;
}

/// Multiply-accumulates of a convolution or matrix product, else elements: what bounds the time of a run.
double work_of(const node& n, const values& v) {
  double elements = 0;
  for (const std::string& o : n.outputs) {
    if (!o.empty()) elements += static_cast<double>(element_count(v.at(o).shape));
  }
  if (n.inputs.size() > 1 &&
      (n.op == "Conv" || n.op == "ConvTranspose" || n.op == "Gemm" || n.op == "MatMul")) {
    const array &x = v.at(n.inputs[0]), &w = v.at(n.inputs[1]);
    const double weights = static_cast<double>(element_count(w.shape));
    if (n.op == "ConvTranspose")
      return weights * static_cast<double>(element_count(x.shape)) /
             std::fmax(1, static_cast<double>(w.shape[0]));
    const double outputs = n.op == "Conv" || n.integer("transB", 0) != 0
                               ? static_cast<double>(w.shape[0])
                               : static_cast<double>(w.shape.back());
    return weights * elements / std::fmax(1, outputs);
  }
  double taps = n.op == "LRN" ? static_cast<double>(n.integer("size", 1)) : 1, read = 0;
  for (const index k : n.integers("kernel_shape", {})) taps *= static_cast<double>(k);
  for (const std::string& i : n.inputs) {
    if (!i.empty()) read += static_cast<double>(element_count(v.at(i).shape));
  }
  return std::fmax(elements * taps, read);
}

void evaluate_node(const node& n, values& v, index opset) {
  const method compute = operator_of(n.op);
  results outputs = [&] {
    try {
      return compute(operation{n, v, opset});
    } catch (const refusal& r) {
      if (r.sentences[0].starts_with("node ")) throw;
      throw refusal(n.described() + ": " + r.sentences[0]);
    }
  }();
  for (std::size_t i = 0; i < n.outputs.size(); ++i) {
    if (n.outputs[i].empty()) continue;
    if (i >= outputs.size()) throw refusal(n.described() + ": only its first output is supported");
    v.of[n.outputs[i]] = std::move(outputs[i]);
  }
}

constexpr double most_work = 2e11, most_work_of_constants = 1e9;
constexpr index most_held = index{1} << 27;  // elements at a time

/// What a node of constants will do: a short file may ask for much.
double work_ahead(const node& n, const values& v, index opset) {
  double read = 0;
  bool known = true;
  for (const std::string& i : n.inputs) {
    if (i.empty()) continue;
    known = known && v.at(i).known;
    read += static_cast<double>(element_count(v.at(i).shape));
  }
  if (!known || n.inputs.empty()) return 0;
  if (!n.given(0) || (!window_operator(n.op) && !norm_operator(n.op))) return read;
  values shapes;
  shapes.before = &v;
  shapes.of[n.inputs[0]] = unknown(v.at(n.inputs[0]).shape);
  evaluate_node(n, shapes, opset);
  return work_of(n, shapes);
}

/// Before opset 7 the axes of a second operand begin at one of the first's that the node says, and those of
/// PRelu's slopes at the channels. Afterwards the last axes are the ones that agree: as many of extent 1
/// follow.
void align_operand(node& n, values& v) {
  static const std::set<std::string> operators{"Add", "And", "Div", "Equal", "Greater", "Less",
                                               "Mul", "Or",  "Pow", "PRelu", "Sub",     "Xor"};
  if (!operators.contains(n.op) || !n.given(0) || !n.given(1) || (n.op != "PRelu" && !n.has("axis"))) return;
  const array& operand = v.at(n.inputs[1]);
  const std::size_t rank = v.at(n.inputs[0]).shape.size(), own = operand.shape.size();
  const index axis = n.op == "PRelu" ? 1 : n.integer("axis", 0);
  const index begin = axis < 0 ? axis + static_cast<index>(rank) : axis;
  const index behind = static_cast<index>(rank) - begin - static_cast<index>(own);
  if (own == 0 || own >= rank || begin < 0 || behind <= 0 || element_count(operand.shape) == 1) return;
  if (!operand.known) throw refusal(n.described() + ": its second operand must be a constant before opset 7");
  array aligned = operand;
  aligned.shape.insert(aligned.shape.end(), at(behind), 1);
  n.inputs[1] += " of " + n.outputs[0];
  v.of[n.inputs[1]] = std::move(aligned);
}

}  // namespace

values infer(graph& g) {
  std::vector<std::string> reasons;
  for (const node& n : g.nodes) {
    if (!operator_of(n.op))
      reasons.push_back(n.described() + ": the language has no layer for this operator");
  }
  if (!reasons.empty()) throw refusal(reasons);
  values v;
  v.of = std::move(g.weights);
  for (const feature& x : g.inputs) v.of[x.name] = unknown(x.shape);
  double constant_work = 0;
  index held = 0;
  for (node& n : g.nodes) {
    if (g.opset < 7) align_operand(n, v);
    constant_work += work_ahead(n, v, g.opset);
    if (constant_work > most_work_of_constants)
      throw refusal(n.described() + ": what is computed of constants has more than 1e9 operations");
    evaluate_node(n, v, g.opset);
    for (const std::string& o : n.outputs) {
      if (!o.empty()) held += static_cast<index>(v.at(o).data.size());
    }
    if (held > most_held)
      throw refusal(n.described() + ": what is computed of constants has more than 2^27 elements");
    v.work += work_of(n, v);
    if (v.work > most_work) throw refusal("a run of the network has more than 2e11 operations");
  }
  return v;
}

std::vector<array> run(const graph& g, const values& constants, const std::vector<array>& inputs,
                       bool rounded) {
  std::map<std::string, std::size_t> last;  // node that reads a value last
  for (std::size_t i = 0; i < g.nodes.size(); ++i) {
    for (const std::string& name : g.nodes[i].inputs) last[name] = i;
  }
  for (const std::string& name : g.outputs) last[name] = g.nodes.size();
  values v;
  v.before = &constants;
  index held = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    v.of[g.inputs[i].name] = inputs[i];
    held += element_count(inputs[i].shape);
  }
  for (std::size_t i = 0; i < g.nodes.size(); ++i) {
    const node& n = g.nodes[i];
    bool done = true;
    for (const std::string& o : n.outputs) done = done && (o.empty() || constants.at(o).known);
    if (done) continue;
    for (const std::string& o : n.outputs) held += o.empty() ? 0 : element_count(constants.at(o).shape);
    if (held > most_held)
      throw refusal(
          "the self-test would hold more than 2^27 elements at a time: --no-self-test does without");
    evaluate_node(n, v, g.opset);
    for (const std::string& o : n.outputs) {
      if (!rounded || o.empty()) continue;
      for (double& x : v.of[o].data) x = static_cast<float>(x);
    }
    for (const std::string& name : n.inputs) {
      if (last[name] == i && v.of.erase(name) > 0) held -= element_count(constants.at(name).shape);
    }
  }
  std::vector<array> outputs;
  for (const std::string& name : g.outputs) outputs.push_back(v.at(name));
  return outputs;
}

}  // namespace tenon::importer
