#include "evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace tenon::importer {

array test_input(const dims& shape) {
  array out{shape, std::vector<double>(static_cast<std::size_t>(element_count(shape)))};
  std::uint32_t state = 1;
  for (double& x : out.data) {
    state = state * 1664525u + 1013904223u;  // Numerical Recipes' congruential generator
    x = static_cast<double>(state >> 8) / (1 << 23) - 1;
  }
  return out;
}

window window_of(const node& n, const dims& kernel) {
  const std::size_t axes = kernel.size();
  window w{n.integers("kernel_shape", kernel), n.integers("strides", dims(axes, 1)),
           n.integers("dilations", dims(axes, 1)), n.integers("pads", dims(2 * axes, 0))};
  const std::string mode = n.text("auto_pad", "NOTSET");
  if (mode != "NOTSET" && mode != "VALID")
    throw refusal(n.described() + ": auto_pad " + mode + " is not supported");
  const auto within = [](const dims& d, index least) {
    return std::all_of(d.begin(), d.end(), [&](index x) { return x >= least && x <= 65536; });
  };
  if (axes < 1 || axes > 3 || w.kernel != kernel || w.strides.size() != axes || w.dilations.size() != axes ||
      w.pads.size() != 2 * axes || !within(w.kernel, 1) || !within(w.strides, 1) || !within(w.dilations, 1) ||
      !within(w.pads, 0)) {
    throw refusal(n.described() + ": its window is malformed");
  }
  return w;
}

namespace {

class evaluator {
 public:
  evaluator(const graph& g, const array& input) {
    for (const auto& [name, value] : g.weights) {
      out.of[name] = value;
      out.constant.insert(name);
    }
    out.of[g.inputs[0].name] = input;
    for (const node& n : g.nodes) {
      const auto found = operators().find(n.op);
      if (found == operators().end()) {
        reasons.push_back(n.described() + ": tenon's importer has no layer for this operator");
        continue;
      }
      if (!reasons.empty()) continue;  // only the other operators are still to be looked at
      current = &n;
      bool constant = true;
      const bool of_shape = n.op == "Shape";
      for (const std::string& i : n.inputs)
        constant = constant && (i.empty() || of_shape || out.constant.contains(i));
      if (n.outputs.size() != 1) fail("only its first output is supported");
      array result = found->second(*this);
      element_count(result.shape);
      out.of[n.outputs[0]] = std::move(result);
      if (constant) out.constant.insert(n.outputs[0]);
    }
    if (!reasons.empty()) throw refusal(reasons);
  }
  values out;

 private:
  using method = std::function<array(evaluator&)>;
  const node* current = nullptr;
  std::vector<std::string> reasons;

  [[noreturn]] void fail(const std::string& why) const { throw refusal(current->described() + ": " + why); }
  bool given(std::size_t i) const { return i < current->inputs.size() && !current->inputs[i].empty(); }
  const array& in(std::size_t i) const {
    if (!given(i)) fail("input " + std::to_string(i) + " is missing");
    return out.of.at(current->inputs[i]);
  }
  const array& weight(std::size_t i) const {
    const array& a = in(i);
    if (!out.constant.contains(current->inputs[i]))
      fail("input " + std::to_string(i) + " must be a constant");
    return a;
  }
  static std::size_t at(index i) { return static_cast<std::size_t>(i); }

  template <class F>
  array each(F f) const {
    array y = in(0);
    for (double& x : y.data) x = f(x);
    return y;
  }

  array clip() const {
    const double least = given(1) ? scalar(1) : current->real("min", -INFINITY);
    const double most = given(2) ? scalar(2) : current->real("max", INFINITY);
    return each([=](double x) { return std::min(std::max(x, least), most); });
  }
  double scalar(std::size_t i) const {
    if (weight(i).data.size() != 1) fail("input " + std::to_string(i) + " must be one number");
    return weight(i).data[0];
  }

  /// Element by element; extents of 1 stand for any (ONNX's multidirectional broadcasting).
  template <class F>
  array both(F f) const {
    const array &a = in(0), &b = in(1);
    const std::size_t rank = std::max(a.shape.size(), b.shape.size());
    dims as = a.shape, bs = b.shape, shape(rank);
    as.insert(as.begin(), rank - as.size(), 1);
    bs.insert(bs.begin(), rank - bs.size(), 1);
    for (std::size_t i = 0; i < rank; ++i) {
      if (as[i] != bs[i] && as[i] != 1 && bs[i] != 1) fail("the shapes of its inputs do not agree");
      shape[i] = as[i] == 1 ? bs[i] : as[i];
    }
    array y{shape, std::vector<double>(at(element_count(shape)))};
    for (std::size_t i = 0; i < y.data.size(); ++i) {
      std::size_t rest = i, pa = 0, pb = 0, sa = 1, sb = 1;
      for (std::size_t k = rank; k-- > 0;) {
        const std::size_t p = rest % at(shape[k]);
        rest /= at(shape[k]);
        if (as[k] != 1) pa += p * sa;
        if (bs[k] != 1) pb += p * sb;
        sa *= at(as[k]);
        sb *= at(bs[k]);
      }
      y.data[i] = f(a.data[pa], b.data[pb]);
    }
    return y;
  }

  array batch_norm() const {
    array y = in(0);
    if (y.shape.size() < 2) fail("its input has no channels");
    const index c = y.shape[1];
    for (std::size_t i = 1; i < 5; ++i) {
      if (weight(i).shape != dims{c}) fail("its parameters have the wrong shape");
    }
    const double epsilon = current->real("epsilon", 1e-5f);
    const std::size_t inner = c == 0 ? 0 : y.data.size() / at(y.shape[0] * c);
    for (std::size_t i = 0; i < y.data.size(); ++i) {
      const std::size_t k = i / inner % at(c);
      y.data[i] =
          (y.data[i] - in(3).data[k]) / std::sqrt(in(4).data[k] + epsilon) * in(1).data[k] + in(2).data[k];
    }
    return y;
  }

  /// Three spatial axes, those that are not there of extent 1.
  static dims three(dims d, index fill) {
    d.insert(d.begin(), 3 - d.size(), fill);
    return d;
  }
  struct geometry {
    dims in, out, kernel, strides, dilations, begins;
    dims shape;  ///< of the output, without batch and channels
  };
  geometry slide(const dims& x, const dims& kernel, bool ceil) const {
    if (x.size() != kernel.size() + 2) fail("its input has the wrong rank");
    const window w = window_of(*current, kernel);
    const std::size_t axes = kernel.size();
    dims shape;
    for (std::size_t i = 0; i < axes; ++i) {
      const index room = x[i + 2] + w.pads[i] + w.pads[axes + i] - w.dilations[i] * (w.kernel[i] - 1) - 1;
      if (room < 0) fail("its window is larger than its input");
      index n = (room + (ceil ? w.strides[i] - 1 : 0)) / w.strides[i] + 1;
      if (ceil && (n - 1) * w.strides[i] >= x[i + 2] + w.pads[i]) --n;  // no window starts beyond the end
      shape.push_back(n);
    }
    const dims begins(w.pads.begin(), w.pads.begin() + static_cast<std::ptrdiff_t>(axes));
    return {three({x.begin() + 2, x.end()}, 1),
            three(shape, 1),
            three(w.kernel, 1),
            three(w.strides, 1),
            three(w.dilations, 1),
            three(begins, 0),
            shape};
  }
  /// Calls f(element of the input, tap of the window) for what lies within.
  template <class F>
  static void taps(const geometry& g, index o, F f) {
    const index ow = o % g.out[2], oh = o / g.out[2] % g.out[1], od = o / g.out[2] / g.out[1];
    for (index a = 0; a < g.kernel[0]; ++a) {
      const index d = od * g.strides[0] + a * g.dilations[0] - g.begins[0];
      if (d < 0 || d >= g.in[0]) continue;
      for (index b = 0; b < g.kernel[1]; ++b) {
        const index h = oh * g.strides[1] + b * g.dilations[1] - g.begins[1];
        if (h < 0 || h >= g.in[1]) continue;
        for (index c = 0; c < g.kernel[2]; ++c) {
          const index w = ow * g.strides[2] + c * g.dilations[2] - g.begins[2];
          if (w < 0 || w >= g.in[2]) continue;
          f((d * g.in[1] + h) * g.in[2] + w, (a * g.kernel[1] + b) * g.kernel[2] + c);
        }
      }
    }
  }
  static index volume(const dims& d) { return d[0] * d[1] * d[2]; }

  void count(double macs) {
    if (macs + static_cast<double>(out.macs) > 2e11)
      fail("the network has more than 2e11 multiply-accumulates");
    out.macs += static_cast<index>(macs);
  }

  array conv() {
    const array &x = in(0), &w = weight(1);
    const index groups = current->integer("group", 1);
    if (w.shape.size() < 3 || x.shape.size() != w.shape.size() || groups < 1 || x.shape[0] != 1 ||
        w.shape[0] % groups != 0 || x.shape[1] != w.shape[1] * groups || w.shape[0] < 1 ||
        (given(2) && weight(2).shape != dims{w.shape[0]})) {
      fail("the shapes of its input, weights, bias and groups do not agree");
    }
    const geometry g = slide(x.shape, {w.shape.begin() + 2, w.shape.end()}, false);
    const index oc = w.shape[0], ic = w.shape[1], positions = volume(g.out), k = volume(g.kernel);
    dims shape{1, oc};
    shape.insert(shape.end(), g.shape.begin(), g.shape.end());
    count(static_cast<double>(element_count(shape)) * static_cast<double>(ic) * static_cast<double>(k));
    array y{shape, std::vector<double>(at(oc * positions))};
    for (index o = 0; o < positions; ++o) {
      std::vector<std::pair<index, index>> within;
      taps(g, o, [&](index i, index tap) { within.emplace_back(i, tap); });
      for (index c = 0; c < oc; ++c) {
        double sum = given(2) ? in(2).data[at(c)] : 0;
        const index first = c / (oc / groups) * ic;
        for (index i = 0; i < ic; ++i) {
          const double* plane = &x.data[at((first + i) * volume(g.in))];
          const double* filter = &w.data[at((c * ic + i) * k)];
          for (const auto& [p, tap] : within) sum += plane[p] * filter[tap];
        }
        y.data[at(c * positions + o)] = sum;
      }
    }
    return y;
  }

  array pool(bool max) {
    const array& x = in(0);
    const bool ceil = current->integer("ceil_mode", 0) != 0;
    const bool all = current->integer("count_include_pad", 0) != 0;
    if (ceil && all && !max) fail("ceil_mode with count_include_pad is not supported");
    const geometry g = slide(x.shape, current->integers("kernel_shape", {}), ceil);
    dims shape{x.shape[0], x.shape[1]};
    shape.insert(shape.end(), g.shape.begin(), g.shape.end());
    array y{shape, std::vector<double>(at(element_count(shape)))};
    const index positions = volume(g.out);
    count(0);
    for (std::size_t i = 0; i < y.data.size(); ++i) {
      const double* plane = &x.data[i / at(positions) * at(volume(g.in))];
      double sum = 0, most = -INFINITY;
      index n = 0;
      taps(g, static_cast<index>(i) % positions, [&](index p, index) {
        sum += plane[p];
        most = std::max(most, plane[p]);
        ++n;
      });
      if (n == 0) fail("a window lies in the padding only");
      y.data[i] = max ? most : sum / static_cast<double>(all ? volume(g.kernel) : n);
    }
    return y;
  }

  array global_mean() const {
    const array& x = in(0);
    if (x.shape.size() < 3 || x.data.empty()) fail("its input has the wrong rank");
    dims shape(x.shape.size(), 1);
    shape[0] = x.shape[0];
    shape[1] = x.shape[1];
    array y{shape, std::vector<double>(at(element_count(shape)))};
    const std::size_t inner = x.data.size() / y.data.size();
    for (std::size_t i = 0; i < x.data.size(); ++i)
      y.data[i / inner] += x.data[i] / static_cast<double>(inner);
    return y;
  }

  array reshaped(dims shape) const {
    if (element_count(shape) != element_count(in(0).shape)) fail("the count of elements would change");
    return {std::move(shape), in(0).data};
  }
  array flatten() const {
    const dims& x = in(0).shape;
    if (current->integer("axis", 1) != 1 || x.size() < 2) fail("only an axis of 1 is supported");
    return reshaped({x[0], element_count({x.begin() + 1, x.end()})});
  }
  array reshape() const {
    dims shape;
    index open = -1, known = 1;
    for (const double extent : weight(1).data) {
      const std::size_t i = shape.size();
      if (extent != std::floor(extent) || extent < -1 || extent > 1 << 28) fail("its shape is malformed");
      auto e = static_cast<index>(extent);
      if (e == 0 && i < in(0).shape.size()) e = in(0).shape[i];
      if (e == -1) {
        if (open >= 0) fail("two extents are left open");
        open = static_cast<index>(i);
      }
      shape.push_back(e);
      if (e >= 0) known = element_count({known, e});
    }
    if (open >= 0) shape[at(open)] = known == 0 ? 0 : element_count(in(0).shape) / known;
    return reshaped(std::move(shape));
  }

  array gemm() {
    const array &x = in(0), &w = weight(1);
    const bool flipped = current->integer("transB", 0) != 0;
    if (current->integer("transA", 0) != 0 || current->real("alpha", 1) != 1 ||
        current->real("beta", 1) != 1) {
      fail("only transB is supported, no other option");
    }
    if (x.shape.size() != 2 || w.shape.size() != 2 || x.shape[0] != 1 ||
        w.shape[flipped ? 1 : 0] != x.shape[1]) {
      fail("the shapes of its inputs do not agree");
    }
    const index rows = w.shape[flipped ? 0 : 1], depth = x.shape[1];
    if (current->op == "MatMul" && (flipped || given(2))) fail("it is malformed");
    if (given(2) && element_count(weight(2).shape) != rows) fail("its bias has the wrong shape");
    count(static_cast<double>(rows) * static_cast<double>(depth));
    array y{{1, rows}, std::vector<double>(at(rows))};
    for (index r = 0; r < rows; ++r) {
      double sum = given(2) ? in(2).data[at(r)] : 0;
      for (index k = 0; k < depth; ++k)
        sum += x.data[at(k)] * w.data[at(flipped ? r * depth + k : k * rows + r)];
      y.data[at(r)] = sum;
    }
    return y;
  }

  array constant() const {
    const auto found = current->attributes.find("value");
    if (found == current->attributes.end()) fail("only the attribute value is supported");
    if (found->second.tensor.data.size() != at(element_count(found->second.tensor.shape))) {
      fail("its tensor is malformed");
    }
    return found->second.tensor;
  }
  /// Of constants only: to float, or to integers.
  array cast() const {
    const array& x = weight(0);
    const index to = current->integer("to", 0);
    if (to == 1 || to == 11) return x;
    if (to != 6 && to != 7) fail("only float, double, int32 and int64 are supported");
    return each([](double v) { return std::trunc(v); });
  }
  array shape() const {
    array y{{static_cast<index>(in(0).shape.size())}, {}};
    for (const index extent : in(0).shape) y.data.push_back(static_cast<double>(extent));
    return y;
  }
  /// Of constant vectors, as shape arithmetic needs it.
  array concat() const {
    array y{{0}, {}};
    for (std::size_t i = 0; i < current->inputs.size(); ++i) {
      const array& part = weight(i);
      if (part.shape.size() != 1) fail("only constant vectors can be joined");
      y.data.insert(y.data.end(), part.data.begin(), part.data.end());
    }
    y.shape[0] = static_cast<index>(y.data.size());
    return y;
  }
  array slice() const {
    const array& x = weight(0);
    const bool listed = given(1);
    const dims from = current->integers("starts", {}), to = current->integers("ends", {});
    if (x.shape.size() != 1 || given(4) || (listed ? false : from.size() != 1 || to.size() != 1)) {
      fail("only constant vectors can be cut, in steps of 1");
    }
    const auto n = static_cast<double>(x.data.size());
    const auto place = [n](double p) {
      return static_cast<std::ptrdiff_t>(std::clamp(p < 0 ? p + n : p, 0.0, n));
    };
    const auto begin = place(listed ? scalar(1) : static_cast<double>(from[0]));
    const auto end = std::max(begin, place(listed ? scalar(2) : static_cast<double>(to[0])));
    return {{end - begin}, {x.data.begin() + begin, x.data.begin() + end}};
  }

  array softmax() const {
    array y = in(0);
    if (y.shape.size() != 2 || y.shape[0] != 1) fail("only a softmax of a vector is supported");
    const double most = *std::max_element(y.data.begin(), y.data.end());
    double sum = 0;
    for (double& x : y.data) sum += x = std::exp(x - most);
    for (double& x : y.data) x /= sum;
    return y;
  }

  static const std::map<std::string, method>& operators() {
    using e = evaluator&;
    static const std::map<std::string, method> all{
        {"Add", [](e s) { return s.both(std::plus{}); }},
        {"Mul", [](e s) { return s.both(std::multiplies{}); }},
        {"AveragePool", [](e s) { return s.pool(false); }},
        {"MaxPool", [](e s) { return s.pool(true); }},
        {"GlobalAveragePool", [](e s) { return s.global_mean(); }},
        {"BatchNormalization", [](e s) { return s.batch_norm(); }},
        {"Clip", [](e s) { return s.clip(); }},
        {"Constant", [](e s) { return s.constant(); }},
        {"Cast", [](e s) { return s.cast(); }},
        {"Shape", [](e s) { return s.shape(); }},
        {"Concat", [](e s) { return s.concat(); }},
        {"Slice", [](e s) { return s.slice(); }},
        {"Div", [](e s) { return s.both(std::divides{}); }},
        {"Sub", [](e s) { return s.both(std::minus{}); }},
        {"MatMul", [](e s) { return s.gemm(); }},
        {"HardSigmoid",
         [](e s) {
           const double alpha = s.current->real("alpha", 0.2f), beta = s.current->real("beta", 0.5);
           return s.each([=](double x) { return std::min(std::max(alpha * x + beta, 0.0), 1.0); });
         }},
        {"Conv", [](e s) { return s.conv(); }},
        {"Flatten", [](e s) { return s.flatten(); }},
        {"Reshape", [](e s) { return s.reshape(); }},
        {"Gemm", [](e s) { return s.gemm(); }},
        {"Identity", [](e s) { return s.in(0); }},
        {"Relu", [](e s) { return s.each([](double x) { return std::max(x, 0.0); }); }},
        {"Sigmoid", [](e s) { return s.each([](double x) { return 1 / (1 + std::exp(-x)); }); }},
        {"Tanh", [](e s) { return s.each([](double x) { return std::tanh(x); }); }},
        {"LeakyRelu",
         [](e s) {
           const double slope = s.current->real("alpha", 0.01f);
           return s.each([=](double x) { return x < 0 ? slope * x : x; });
         }},
        {"Softmax", [](e s) { return s.softmax(); }},
    };
    return all;
  }
};

}  // namespace

values evaluate(const graph& g, const array& input) { return evaluator(g, input).out; }

}  // namespace tenon::importer
