#include "express.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tenon::importer {
namespace {

std::string numbers(const dims& values) {
  std::string text;
  for (const index v : values) text += (text.empty() ? "" : ", ") + std::to_string(v);
  return text;
}

/// The shortest decimal that is this float.
std::string real(double value) {
  if (value == -INFINITY) return "lowest";
  if (value == INFINITY) return "highest";
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, static_cast<float>(value)).ptr;
  return {buffer, end};
}

bool uniform(const dims& d) {
  return std::all_of(d.begin(), d.end(), [&](index x) { return x == d[0]; });
}

/// 5, or extent{1, 7}
std::string extent(const dims& d) { return uniform(d) ? std::to_string(d[0]) : "extent{" + numbers(d) + "}"; }

/// ", name{...}", or nothing where all values are the default.
std::string option(const std::string& name, const dims& d, index otherwise) {
  if (uniform(d) && d[0] == otherwise) return "";
  return ", " + name + "{" + (uniform(d) ? std::to_string(d[0]) : numbers(d)) + "}";
}

std::string padding(const dims& pads) {
  const auto half = static_cast<std::ptrdiff_t>(pads.size() / 2);
  const dims begins(pads.begin(), pads.begin() + half), ends(pads.begin() + half, pads.end());
  return option("padding", begins == ends ? begins : pads, 0);
}

class speaker {
 public:
  speaker(const graph& g, const values& v) : v(v) {
    for (const node& n : g.nodes) {
      if (!v.constant.contains(n.outputs[0])) producers[n.outputs[0]] = &n;
    }
    input = g.inputs[0].name;
    depth[input] = 0;
    for (const node& n : g.nodes) {
      if (!producers.contains(n.outputs[0])) continue;
      const auto data = data_inputs(n);
      std::string d = data[0];
      for (const std::string& i : data) d = common(d, i);
      dominator[n.outputs[0]] = d;
      depth[n.outputs[0]] = depth.at(d) + 1;
    }
    if (v.constant.contains(g.outputs[0]))
      throw refusal("output " + g.outputs[0] + " does not depend on the input");
    for (int pass = 0; pass < 2; ++pass) {  // the first one only finds what is used again
      said = {};
      names.clear();
      seen.clear();
      reasons.clear();
      chain rest = path(g.outputs[0], input);
      dims shape = v.of.at(input).shape;
      shape.erase(shape.begin());
      said.layers = {{"input<" + numbers(shape) + ">", {}, true}};
      if (used_again.contains(input)) said.layers.push_back({tag("tag", input), {}, false});
      said.layers.insert(said.layers.end(), rest.begin(), rest.end());
    }
    if (!reasons.empty()) throw refusal(reasons);
  }
  expression said;

 private:
  const values& v;
  std::string input;
  std::map<std::string, const node*> producers;
  std::map<std::string, std::string> dominator;  // the last value that all ways to this one lead through
  std::map<std::string, index> depth;
  std::set<std::string> names, seen, used_again;
  std::vector<std::string> reasons;

  std::vector<std::string> data_inputs(const node& n) const {
    std::vector<std::string> found;
    for (const std::string& i : n.inputs) {
      if (!i.empty() && !v.constant.contains(i)) found.push_back(i);
    }
    return found;
  }
  std::string common(std::string a, std::string b) const {
    while (a != b) {
      if (depth.at(a) < depth.at(b)) std::swap(a, b);
      a = dominator.at(a);
    }
    return a;
  }

  static std::string cleaned(const std::string& name) {
    std::string text;
    for (const char c : name) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      text += plain ? c : '_';
    }
    return text;
  }
  static std::string tag(const std::string& kind, const std::string& value) {
    return kind + "<\"" + cleaned(value) + "\">";
  }

  /// What leads from the value `stop` to `value`.
  chain path(const std::string& value, const std::string& stop) {
    if (value == stop) return {};
    if (!seen.insert(value).second) {
      used_again.insert(value);
      return {{tag("from", value), {}, true}};
    }
    const node& n = *producers.at(value);
    const auto data = data_inputs(n);
    chain c;
    if (data.size() == 1) {
      c = path(data[0], stop);
      try {
        for (part& p : layers(n, data[0])) c.push_back(std::move(p));
      } catch (const refusal& r) {
        reasons.push_back(n.described() + ": " + r.sentences[0]);
      }
    } else {
      check_join(n);
      std::string d = data[0];
      for (const std::string& i : data) d = common(d, i);
      c = path(d, stop);
      part join{n.op == "Add" ? "+" : "*", {}, true};
      for (const std::string& i : data) {
        join.joined.push_back(path(i, d));
        if (join.joined.back().empty()) join.joined.back().push_back({"identity", {}, true});
      }
      c.push_back(std::move(join));
    }
    if (used_again.contains(value)) c.push_back({tag("tag", value), {}, false});
    return c;
  }

  void check_join(const node& n) {
    if (n.op != "Add" && n.op != "Mul") {
      reasons.push_back(n.described() + ": only its first input may depend on the network's input");
      return;
    }
    const dims &a = v.of.at(n.inputs[0]).shape, &b = v.of.at(n.inputs[1]).shape;
    if (n.op == "Add" ? a != b : a.size() != b.size()) {
      reasons.push_back(n.described() + ": it joins feature maps of different shapes");
    }
  }

  using tensors = std::vector<std::pair<std::string, array>>;
  /// A layer with tensors, under the node's name.
  chain named(const node& n, const std::string& layer, tensors ts) {
    std::string name = cleaned(n.name);
    for (int i = 2; !names.insert(name).second; ++i) name = cleaned(n.name) + "_" + std::to_string(i);
    for (auto& [key, value] : ts) said.parameters.push_back({name + "." + key, std::move(value)});
    return {
        {"name<\"" + name + "\">(" + layer + ")", {}, n.op == "Conv" || n.op == "Gemm" || n.op == "MatMul"}};
  }
  const array& weight(const node& n, std::size_t i) const { return v.of.at(n.inputs[i]); }
  static bool given(const node& n, std::size_t i) { return i < n.inputs.size() && !n.inputs[i].empty(); }

  chain layers(const node& n, const std::string& from) {
    const auto plain = [](std::string text, bool starts_line = false) {
      return chain{{std::move(text), {}, starts_line}};
    };
    const dims &x = v.of.at(from).shape, &y = v.of.at(n.outputs[0]).shape;
    if (n.op == "Relu") return plain("relu");
    if (n.op == "Sigmoid") return plain("sigmoid");
    if (n.op == "Tanh") return plain("tanh");
    if (n.op == "Softmax") return plain("softmax");
    if (n.op == "Identity") return {};
    if (n.op == "GlobalAveragePool") return plain("global_avg_pool", true);
    if (n.op == "LeakyRelu") return plain("leaky_relu<slope{" + real(n.real("alpha", 0.01f)) + "}>");
    if (n.op == "Clip") return plain(clip(n));
    if (n.op == "Flatten" || n.op == "Reshape") {
      if (y.empty() || y[0] != 1)
        throw refusal("it changes the batch, an axis that networks here do not have");
      return plain(y.size() == 2 ? "flatten" : "reshape<" + numbers({y.begin() + 1, y.end()}) + ">");
    }
    if (n.op == "Conv") return conv(n, x);
    if (n.op == "Gemm" || n.op == "MatMul") return linear(n);
    if (n.op == "MaxPool" || n.op == "AveragePool") return plain(pool(n), true);
    if (n.op == "BatchNormalization") {
      const std::string epsilon = real(n.real("epsilon", 1e-5f));
      return named(n, epsilon == real(1e-5f) ? "batch_norm" : "batch_norm_with<epsilon{" + epsilon + "}>",
                   {{"weight", weight(n, 1)},
                    {"bias", weight(n, 2)},
                    {"running_mean", weight(n, 3)},
                    {"running_var", weight(n, 4)}});
    }
    if (n.op == "HardSigmoid") {
      return plain("hard_sigmoid_with<alpha{" + real(n.real("alpha", 0.2f)) + "}, beta{" +
                   real(n.real("beta", 0.5)) + "}>");
    }
    if (n.op == "Div") {
      const array& c = v.of.at(n.inputs[1]);
      if (n.inputs[0] != from || x != y || c.data.size() != 1)
        throw refusal("only a division by one number is supported");
      return plain("multiply_by<" + real(1 / c.data[0]) + ">");
    }
    if (n.op == "Add" || n.op == "Mul") return with_constant(n, from, x, y);
    throw refusal("tenon's importer has no layer for this operator");
  }

  std::string clip(const node& n) const {
    const double least = given(n, 1) ? weight(n, 1).data[0] : n.real("min", -INFINITY);
    const double most = given(n, 2) ? weight(n, 2).data[0] : n.real("max", INFINITY);
    if (least == 0 && most == 6) return "relu6";
    return "clip<" + real(least) + ", " + real(most) + ">";
  }

  chain conv(const node& n, const dims& x) {
    const array& w = weight(n, 1);
    const window s = window_of(n, {w.shape.begin() + 2, w.shape.end()});
    const index groups = n.integer("group", 1);
    std::string text = "conv<" + std::to_string(w.shape[0]) + ", " + extent(s.kernel) +
                       option("stride", s.strides, 1) + padding(s.pads) + option("dilation", s.dilations, 1);
    if (groups > 1) text += groups == x[1] ? ", depthwise" : ", groups{" + std::to_string(groups) + "}";
    tensors ts{{"weight", w}};
    if (given(n, 2)) {
      ts.emplace_back("bias", weight(n, 2));
    } else {
      text += ", no_bias";
    }
    return named(n, text + ">", std::move(ts));
  }

  chain linear(const node& n) {
    array w = weight(n, 1);
    if (n.integer("transB", 0) == 0) {
      const auto rows = static_cast<std::size_t>(w.shape[0]), columns = static_cast<std::size_t>(w.shape[1]);
      array t{{w.shape[1], w.shape[0]}, std::vector<double>(w.data.size())};
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < columns; ++c) t.data[c * rows + r] = w.data[r * columns + c];
      }
      w = std::move(t);
    }
    const index features = w.shape[0];
    tensors ts{{"weight", std::move(w)}};
    if (given(n, 2)) ts.emplace_back("bias", array{{features}, weight(n, 2).data});
    return named(n, "linear<" + std::to_string(features) + (given(n, 2) ? "" : ", no_bias") + ">",
                 std::move(ts));
  }

  static std::string pool(const node& n) {
    const window s = window_of(n, n.integers("kernel_shape", {}));
    std::string text = (n.op == "MaxPool" ? "max_pool<" : "avg_pool<") + extent(s.kernel);
    if (s.strides != s.kernel)
      text += ", stride{" + (uniform(s.strides) ? std::to_string(s.strides[0]) : numbers(s.strides)) + "}";
    text += padding(s.pads) + option("dilation", s.dilations, 1);
    if (n.integer("ceil_mode", 0) != 0) text += ", ceil_mode";
    const bool may_reach_out = !padding(s.pads).empty() || n.integer("ceil_mode", 0) != 0;
    if (n.op == "AveragePool" && may_reach_out && n.integer("count_include_pad", 0) == 0)
      text += ", exclude_padding";
    return text + ">";
  }

  /// A number is a template argument; one for each channel is a parameter.
  chain with_constant(const node& n, const std::string& from, const dims& x, const dims& y) {
    const array& c = weight(n, n.inputs[0] == from ? 1 : 0);
    const bool add = n.op == "Add";
    if (x != y) throw refusal("its constant changes the shape of the feature map");
    if (c.data.size() == 1) {
      return {{(add ? "add_constant<" : "multiply_by<") + real(c.data[0]) + ">", {}, false}};
    }
    dims shape = c.shape;
    shape.insert(shape.begin(), x.size() - shape.size(), 1);
    dims channels(x.size(), 1);
    if (x.size() > 1) channels[1] = x[1];
    if (shape != channels) throw refusal("its constant is neither one number nor one for each channel");
    return named(n, add ? "shift" : "scale", {{add ? "bias" : "weight", array{{x[1]}, c.data}}});
  }
};

}  // namespace

expression express(const graph& g, const values& v) { return speaker(g, v).said; }

}  // namespace tenon::importer
