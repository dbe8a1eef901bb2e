// ONNX's operators that work element by element.
#include <algorithm>
#include <cmath>

#include "operators.hpp"

namespace tenon::importer {
namespace {

template <class F>
results each(const operation& o, F f) {
  array y = o.in(0);
  for (double& x : y.data) x = f(x);
  return {std::move(y)};
}

/// The shape of several after ONNX's multidirectional broadcasting: extents of 1 stand for any.
dims broadcast(const operation& o, const dims& a, const dims& b) {
  const std::size_t rank = std::max(a.size(), b.size());
  dims shape(rank, 1);
  for (std::size_t i = 0; i < rank; ++i) {
    const index x = i + a.size() < rank ? 1 : a[i + a.size() - rank];
    const index y = i + b.size() < rank ? 1 : b[i + b.size() - rank];
    o.require(x == y || x == 1 || y == 1, "the shapes of its inputs do not agree");
    shape[i] = x == 1 ? y : x;
  }
  return shape;
}

/// A tensor repeated to a shape.
array expanded(const array& x, const dims& shape) {
  if (x.shape == shape) return x;
  const dims own = strides_of(x.shape);
  dims strides(shape.size(), 0);
  for (std::size_t a = 0; a < x.shape.size(); ++a) {
    if (x.shape[a] != 1) strides[a + shape.size() - x.shape.size()] = own[a];
  }
  array y = make(shape);
  gather(y, x, 0, strides);
  return y;
}

template <class F>
array both(const operation& o, const array& a, const array& b, F f) {
  const dims shape = broadcast(o, a.shape, b.shape);
  if (!a.known || !b.known) return unknown(shape);
  array y = expanded(a, shape);
  y.whole = a.whole && b.whole;
  const array repeated = b.shape == shape ? array{} : expanded(b, shape);
  const array& other = b.shape == shape ? b : repeated;
  for (std::size_t i = 0; i < y.data.size(); ++i) y.data[i] = f(y.data[i], other.data[i]);
  return y;
}
template <class F>
results binary(const operation& o, F f) {
  return {both(o, o.in(0), o.in(1), f)};
}
template <class F>
results several(const operation& o, F f) {
  array y = o.in(0);
  for (std::size_t i = 1; i < o.n.inputs.size(); ++i) y = both(o, y, o.in(i), f);
  return {std::move(y)};
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double selu(double x, double alpha, double gamma) { return gamma * (x > 0 ? x : alpha * std::expm1(x)); }

results clip(const operation& o) {
  const double least = o.n.given(1) ? o.scalar(1) : o.n.real("min", -INFINITY);
  const double most = o.n.given(2) ? o.scalar(2) : o.n.real("max", INFINITY);
  return each(o, [=](double x) { return std::min(std::max(x, least), most); });
}

results cast(const operation& o) {
  const index to = o.n.integer("to", 0);
  array y = o.in(0);
  y.whole = to == 6 || to == 7;
  if (to == 9) {
    for (double& x : y.data) x = x != 0;
  } else if (y.whole) {
    for (double& x : y.data) x = std::trunc(x);
  } else {
    o.require(to == 1 || to == 11, "only float, double, int32, int64 and bool are supported");
  }
  return {std::move(y)};
}

/// Integers are divided as such.
results divide(const operation& o) {
  if (o.in(0).whole && o.in(1).whole) return binary(o, [](double a, double b) { return std::trunc(a / b); });
  return binary(o, [](double a, double b) { return a / b; });
}

results where(const operation& o) {
  const dims shape = broadcast(o, broadcast(o, o.in(0).shape, o.in(1).shape), o.in(2).shape);
  if (!o.known()) return {unknown(shape)};
  const array condition = expanded(o.in(0), shape), yes = expanded(o.in(1), shape);
  array y = expanded(o.in(2), shape);
  for (std::size_t i = 0; i < y.data.size(); ++i) {
    if (condition.data[i] != 0) y.data[i] = yes.data[i];
  }
  return {std::move(y)};
}

results expand(const operation& o) {
  const dims shape = broadcast(o, o.in(0).shape, o.whole(1));
  return {o.in(0).known ? expanded(o.in(0), shape) : unknown(shape)};
}

results prelu(const operation& o) {
  const dims& slope = o.in(1).shape;
  o.require(broadcast(o, o.in(0).shape, slope) == o.in(0).shape, "its slope is larger than its input");
  return binary(o, [](double x, double s) { return x < 0 ? s * x : x; });
}

const std::map<std::string, method>& table() {
  static const std::map<std::string, method> t{
      {"Abs", [](const operation& o) { return each(o, [](double x) { return std::abs(x); }); }},
      {"Add", [](const operation& o) { return binary(o, [](double a, double b) { return a + b; }); }},
      {"And", [](const operation& o) { return binary(o, [](double a, double b) { return a * b; }); }},
      {"Cast", cast},
      {"Ceil", [](const operation& o) { return each(o, [](double x) { return std::ceil(x); }); }},
      {"Celu",
       [](const operation& o) {
         const double a = o.n.real("alpha", 1);
         return each(o, [a](double x) { return std::max(x, 0.0) + std::min(a * std::expm1(x / a), 0.0); });
       }},
      {"Clip", clip},
      {"Div", divide},
      {"Dropout", [](const operation& o) { return results{o.in(0)}; }},
      {"Elu",
       [](const operation& o) {
         const double a = o.n.real("alpha", 1);
         return each(o, [a](double x) { return x > 0 ? x : a * std::expm1(x); });
       }},
      {"Equal",
       [](const operation& o) { return binary(o, [](double a, double b) { return double(a == b); }); }},
      {"Erf", [](const operation& o) { return each(o, [](double x) { return std::erf(x); }); }},
      {"Exp", [](const operation& o) { return each(o, [](double x) { return std::exp(x); }); }},
      {"Expand", expand},
      {"Floor", [](const operation& o) { return each(o, [](double x) { return std::floor(x); }); }},
      {"Gelu",
       [](const operation& o) {
         o.require(o.n.text("approximate", "none") == "none", "only the exact form is supported");
         return each(o, [](double x) { return x * (1 + std::erf(x / std::sqrt(2.0))) / 2; });
       }},
      {"Greater",
       [](const operation& o) { return binary(o, [](double a, double b) { return double(a > b); }); }},
      {"HardSigmoid",
       [](const operation& o) {
         const double a = o.n.real("alpha", 0.2f), b = o.n.real("beta", 0.5);
         return each(o, [=](double x) { return std::min(std::max(a * x + b, 0.0), 1.0); });
       }},
      {"HardSwish",
       [](const operation& o) {
         return each(o, [](double x) { return x * std::min(std::max(x / 6 + 0.5, 0.0), 1.0); });
       }},
      {"Identity", [](const operation& o) { return results{o.in(0)}; }},
      {"LeakyRelu",
       [](const operation& o) {
         const double a = o.n.real("alpha", 0.01f);
         return each(o, [a](double x) { return x < 0 ? a * x : x; });
       }},
      {"Less",
       [](const operation& o) { return binary(o, [](double a, double b) { return double(a < b); }); }},
      {"Log", [](const operation& o) { return each(o, [](double x) { return std::log(x); }); }},
      {"Max",
       [](const operation& o) { return several(o, [](double a, double b) { return std::max(a, b); }); }},
      {"Min",
       [](const operation& o) { return several(o, [](double a, double b) { return std::min(a, b); }); }},
      {"Mish",
       [](const operation& o) { return each(o, [](double x) { return x * std::tanh(softplus(x)); }); }},
      {"Mul", [](const operation& o) { return binary(o, [](double a, double b) { return a * b; }); }},
      {"Neg", [](const operation& o) { return each(o, [](double x) { return -x; }); }},
      {"Not", [](const operation& o) { return each(o, [](double x) { return x == 0 ? 1.0 : 0.0; }); }},
      {"Or", [](const operation& o) { return binary(o, [](double a, double b) { return std::max(a, b); }); }},
      {"PRelu", prelu},
      {"Pow",
       [](const operation& o) { return binary(o, [](double a, double b) { return std::pow(a, b); }); }},
      {"Reciprocal", [](const operation& o) { return each(o, [](double x) { return 1 / x; }); }},
      {"Relu", [](const operation& o) { return each(o, [](double x) { return std::max(x, 0.0); }); }},
      {"Selu",
       [](const operation& o) {
         const double a = o.n.real("alpha", 1.6732632423543772), g = o.n.real("gamma", 1.0507009873554805);
         return each(o, [=](double x) { return selu(x, a, g); });
       }},
      {"Sigmoid", [](const operation& o) { return each(o, sigmoid); }},
      {"Softplus", [](const operation& o) { return each(o, softplus); }},
      {"Softsign",
       [](const operation& o) { return each(o, [](double x) { return x / (1 + std::abs(x)); }); }},
      {"Sqrt", [](const operation& o) { return each(o, [](double x) { return std::sqrt(x); }); }},
      {"Sub", [](const operation& o) { return binary(o, [](double a, double b) { return a - b; }); }},
      {"Sum", [](const operation& o) { return several(o, [](double a, double b) { return a + b; }); }},
      {"Tanh", [](const operation& o) { return each(o, [](double x) { return std::tanh(x); }); }},
      {"ThresholdedRelu",
       [](const operation& o) {
         const double a = o.n.real("alpha", 1);
         return each(o, [a](double x) { return x > a ? x : 0; });
       }},
      {"Where", where},
  };
  return t;
}

}  // namespace

method elementwise_operator(const std::string& op) {
  const auto found = table().find(op);
  return found == table().end() ? nullptr : found->second;
}

}  // namespace tenon::importer
