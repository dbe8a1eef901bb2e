// ONNX's operators as layers of the language.
#include <algorithm>
#include <cmath>
#include <functional>

#include "network.hpp"
#include "tenon/infer.hpp"
#include "translator.hpp"

namespace tenon::importer {

dims shape_after(const attributes& a, const std::vector<dims>& inputs, const std::string& origin) {
  tenon::node nodes[3];
  int count = 0;
  for (const dims& d : inputs) {
    if (d.size() > max_rank)
      throw refusal(origin + ": its input has more than " + std::to_string(max_rank) + " axes");
    shape s;
    for (const index extent : d) s.extents[s.rank++] = extent;
    nodes[count].attr = attributes(op::input, static_cast<index>(d.size()), {}, s);
    if (++count == 2) break;
  }
  nodes[count].attr = a;
  nodes[count].layer = a.kind < op::add ? 0 : -1;
  for (int i = 0; i < count; ++i) nodes[count].inputs[i] = i;
  diagnosis error;
  tenon::detail::infer_nodes(nodes, count + 1, error);
  if (error) {
    throw refusal(origin + ": " + std::string(fill(entry_of(error.broken), error.args).view()));
  }
  const shape& out = nodes[count].out;
  return {out.extents, out.extents + out.rank};
}

int translator::add(attributes a, std::vector<int> inputs, std::vector<parameter> parameters) {
  const std::string origin = current ? current->described() : "input";
  // A type has fewer by far, but what is simplified may begin with many.
  constexpr int most = 8 * max_nodes;
  if (out.vertices.size() >= most)
    throw refusal(origin + ": the network has more than " + std::to_string(most) + " layers up to here");
  std::vector<dims> shapes;
  for (const int i : inputs) shapes.push_back(out.vertices[at(i)].shape);
  dims shape =
      a.kind == op::input
          ? dims(a.input.extents, a.input.extents + a.input.rank)
          : shape_after(
                a,
                {shapes.begin(), shapes.begin() + std::min<std::ptrdiff_t>(2, std::ptrdiff_t(shapes.size()))},
                origin);
  for (std::size_t i = 2; i < shapes.size(); ++i) shape = shape_after(a, {shape, shapes[i]}, origin);
  vertex v{a, std::move(inputs), std::move(shape)};
  v.parameters = std::move(parameters);
  v.origin = origin;
  v.from = current;
  out.vertices.push_back(std::move(v));
  return static_cast<int>(out.vertices.size()) - 1;
}

int translator::function(int x, const std::string& text, const symbol& f) {
  attributes a(op::user);
  a.user = f.recorded();
  const int y = add(a, {x});
  out.vertices.back().function = text;
  return y;
}

attributes translator::shaped(op kind, const dims& d) {
  if (d.size() > max_rank) fail("it makes more than " + std::to_string(max_rank) + " axes");
  attributes a(kind, static_cast<index>(d.size()));
  for (const index extent : d) a.input.extents[a.input.rank++] = extent;
  return a;
}

int translator::reshaped(int x, const dims& d) {
  if (shape_of(x) == d) return x;
  if (d.size() == 1) return add(attributes(op::flatten), {x});
  return add(shaped(op::reshape, d), {x});
}

int translator::permuted(int x, const dims& order) {
  if (std::is_sorted(order.begin(), order.end())) return x;
  attributes a(op::permute);
  a.axes = {};
  for (const index axis : order) a.axes.values[a.axes.count++] = axis;
  return add(a, {x});
}

int translator::sliced(int x, index axis, index begin, index end, index step) {
  attributes a(op::slice);
  a.begin = begin, a.end = end, a.step = step;
  if (axis != 0) set_option(a, layers::axis{static_cast<int>(axis)});
  return add(a, {x});
}

int translator::constant_factor(int x, double factor) {
  if (factor == 1) return x;
  return add(detail::valued(op::multiply_by, static_cast<float>(factor), 0), {x});
}
int translator::constant_term(int x, double term) {
  if (term == 0) return x;
  return add(detail::valued(op::add_constant, static_cast<float>(term), 0), {x});
}

dims translator::map_shape(const std::string& name) const {
  const dims& d = v.at(name).shape;
  dims shape(d.begin() + std::ptrdiff_t(offset(name)), d.end());
  if (shape.empty()) shape = {1};
  return shape;
}

std::shared_ptr<const array> translator::shared(const std::string& name) const {
  return {std::shared_ptr<void>(), &v.at(name)};
}
std::shared_ptr<const array> translator::owned(dims shape, std::vector<double> data) {
  return std::make_shared<const array>(array{std::move(shape), std::move(data)});
}

int translator::id(std::size_t i) const {
  if (!current->given(i)) fail("input " + std::to_string(i) + " is missing");
  const auto found = ids.find(current->inputs[i]);
  if (found == ids.end())
    fail("its input " + std::to_string(i) + " is a constant where the language has a feature map");
  return found->second;
}
const array& translator::constant(std::size_t i, const char* what) const {
  if (!current->given(i)) fail("input " + std::to_string(i) + " is missing");
  const array& a = v.at(current->inputs[i]);
  if (!a.known) fail(std::string("its ") + what + " depend on the network's input");
  return a;
}

translator::translator(const graph& graph_, const values& values_) : g(graph_), v(values_) {
  for (const feature& x : g.inputs) {
    const dims d = map_shape(x.name);
    if (d.size() > max_rank)
      throw refusal("input " + x.name + ": it has more than " + std::to_string(max_rank) + " axes");
    ids[x.name] = add(shaped(op::input, d), {});
    out.input_names.push_back(x.name);
  }
  std::vector<std::string> reasons;
  std::set<std::string> missing;
  for (const node& n : g.nodes) {
    current = &n;
    bool known = true, follows_refused = false;
    for (const std::string& o : n.outputs) known = known && (o.empty() || v.at(o).known);
    for (const std::string& i : n.inputs) follows_refused = follows_refused || missing.contains(i);
    if (known) continue;
    try {
      if (follows_refused) throw refusal(std::vector<std::string>());
      one();
    } catch (const refusal& r) {
      reasons.insert(reasons.end(), r.sentences.begin(), r.sentences.end());
      missing.insert(n.outputs.begin(), n.outputs.end());
    }
  }
  for (const std::string& name : g.outputs) {
    if (v.at(name).known) {
      reasons.push_back("output " + name + ": it does not depend on the input");
    } else if (!missing.contains(name)) {
      out.outputs.push_back(ids.at(name));
    }
  }
  out.output_names = g.outputs;
  if (!reasons.empty()) throw refusal(reasons);
}

void translator::one() {
  for (const auto family : {&translator::activation, &translator::arithmetic, &translator::windowed,
                            &translator::reducing, &translator::moving}) {
    const int y = (this->*family)();
    if (y == not_mine) continue;
    if (y != done) ids[current->outputs[0]] = y;
    for (std::size_t i = 1; i < current->outputs.size() && y != done; ++i) {
      if (!current->outputs[i].empty()) fail("only its first output is supported");
    }
    return;
  }
  fail("the language has no layer for this operator where its input is not known");
}

int translator::activation() {
  const node& n = *current;
  static const std::map<std::string, op> plain{{"Relu", op::relu},         {"Sigmoid", op::sigmoid},
                                               {"Tanh", op::tanh},         {"Exp", op::exp},
                                               {"Log", op::log},           {"Softplus", op::softplus},
                                               {"Softsign", op::softsign}, {"HardSwish", op::hard_swish},
                                               {"Mish", op::mish},         {"Gelu", op::gelu}};
  const auto found = plain.find(n.op);
  const auto valued = [&](op kind, double a, double b = 0) {
    return add(detail::valued(kind, static_cast<float>(a), static_cast<float>(b)), {id(0)});
  };
  if (n.op == "Dropout") {
    for (std::size_t i = 1; i < n.outputs.size(); ++i) {
      for (const node& other : g.nodes) {
        if (std::count(other.inputs.begin(), other.inputs.end(), n.outputs[i]) && !n.outputs[i].empty())
          fail("its mask is used");
      }
    }
    ids[n.outputs[0]] = add(attributes(op::dropout), {id(0)});
    return done;
  }
  // In what tenon wrote it is a layer that someone wrote: it has its number among the others.
  if (n.op == "Identity" && g.producer == "tenon") return add(attributes(op::identity), {id(0)});
  if (n.op == "Identity" || n.op == "Cast") return id(0);
  if (found != plain.end()) return add(detail::valued_by_default(found->second), {id(0)});
  if (n.op == "LeakyRelu") {
    attributes a = detail::valued_by_default(op::leaky_relu);
    const double slope = n.real("alpha", 0.01f);
    if (static_cast<float>(slope) != a.alpha) set_option(a, layers::slope(slope));
    return add(a, {id(0)});
  }
  if (n.op == "Elu" || n.op == "Celu") {
    attributes a = detail::valued_by_default(n.op == "Elu" ? op::elu : op::celu);
    const double alpha = n.real("alpha", 1);
    if (alpha != 1) set_option(a, layers::alpha(alpha));
    return add(a, {id(0)});
  }
  if (n.op == "Selu") {
    if (!n.has("alpha") && !n.has("gamma")) return add(attributes(op::selu), {id(0)});
    attributes a = detail::valued_by_default(op::elu);
    set_option(a, layers::alpha(n.real("alpha", 1.6732632423543772)));
    return constant_factor(add(a, {id(0)}), n.real("gamma", 1.0507009873554805));
  }
  if (n.op == "HardSigmoid") {
    attributes a = detail::valued_by_default(op::hard_sigmoid);
    const double alpha = n.real("alpha", 0.2f), beta = n.real("beta", 0.5);
    // PyTorch's 1/6, as exported with more or fewer digits.
    if (std::abs(alpha - 1.0 / 6) > 1e-7 || beta != 0.5) {
      set_option(a, layers::alpha(alpha));
      set_option(a, layers::beta(beta));
    }
    return add(a, {id(0)});
  }
  if (n.op == "ThresholdedRelu") return valued(op::thresholded_relu, n.real("alpha", 1));
  if (n.op == "Clip") {
    const auto bound = [&](std::size_t i, const char* name, double otherwise) {
      if (!n.given(i)) return n.real(name, otherwise);
      if (constant(i, "bounds").data.size() != 1) fail("its bounds must be one number each");
      return constant(i, "bounds").data[0];
    };
    constexpr double far = std::numeric_limits<float>::max();
    const double least = std::max(bound(1, "min", -far), -far), most = std::min(bound(2, "max", far), far);
    if (least == 0 && most == 6) return add(attributes(op::relu6), {id(0)});
    if (least == 0 && most == far) return add(attributes(op::relu), {id(0)});
    if (least == -far && most == far) return id(0);
    return valued(op::clip, least, most);
  }
  if (n.op == "PRelu") return prelu();
  if (n.op == "Neg") return constant_factor(id(0), -1);
  const symbol x = symbol::argument();
  if (n.op == "Abs") return function(id(0), "[](auto x) { return abs(x); }", abs(x));
  if (n.op == "Sqrt") return function(id(0), "[](auto x) { return sqrt(x); }", sqrt(x));
  if (n.op == "Erf") return function(id(0), "[](auto x) { return erf(x); }", erf(x));
  if (n.op == "Reciprocal") return function(id(0), "[](auto x) { return 1 / x; }", 1 / x);
  return not_mine;
}

int translator::prelu() {
  const array& slope = constant(1, "slopes");
  const int x = id(0);
  const dims shape = shape_of(x);
  if (slope.data.size() == 1) {
    attributes a = detail::valued_by_default(op::leaky_relu);
    set_option(a, layers::slope(slope.data[0]));
    return add(a, {x});
  }
  const std::shared_ptr<const array> channels = per_channel(slope, current->outputs[0]);
  if (channels) return add(attributes(op::prelu), {x}, {{"weight", channels}});
  const int y = add(attributes(op::prelu), {reshaped(x, {count(shape)})},
                    {{"weight", per_element(slope, current->outputs[0])}});
  return reshaped(y, shape);
}

network translate(const graph& g, const values& v) { return std::move(translator(g, v).out); }

}  // namespace tenon::importer
