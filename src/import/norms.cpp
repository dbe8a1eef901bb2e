// ONNX's operators that reduce along axes: normalisation, softmax, means, matrix products.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "operators.hpp"

namespace tenon::importer {

std::size_t axis_of(const node& n, index a, std::size_t rank) {
  const index found = a < 0 ? a + static_cast<index>(rank) : a;
  if (found < 0 || found >= static_cast<index>(rank)) {
    throw refusal(n.described() + ": axis " + std::to_string(a) + " is not there");
  }
  return at(found);
}

std::vector<std::size_t> axes_of(const node& n, const values& v, std::size_t rank) {
  std::vector<std::size_t> axes;
  for (const index a : n.given(1) ? operation{n, v, 0}.whole(1) : n.integers("axes", {})) {
    axes.push_back(axis_of(n, a, rank));
  }
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
    throw refusal(n.described() + ": an axis is there twice");
  }
  return axes;
}

namespace {

/// Runs of elements along some axes: for each run, its first element; and the elements of one run beside it.
struct runs {
  std::vector<index> first, beside;

  /// Without those along axis `left_out`, if there is one.
  runs(const dims& shape, const std::vector<std::size_t>& axes, std::size_t left_out = SIZE_MAX) {
    const dims strides = strides_of(shape);
    first = beside = {0};
    for (std::size_t a = 0; a < shape.size(); ++a) {
      if (a == left_out) continue;
      std::vector<index>& list = std::binary_search(axes.begin(), axes.end(), a) ? beside : first;
      std::vector<index> next;
      next.reserve(list.size() * at(shape[a]));
      for (const index i : list) {
        for (index j = 0; j < shape[a]; ++j) next.push_back(i + j * strides[a]);
      }
      list = std::move(next);
    }
  }
};

std::vector<std::size_t> from(std::size_t first, std::size_t rank) {
  std::vector<std::size_t> axes;
  for (std::size_t a = first; a < rank; ++a) axes.push_back(a);
  return axes;
}

results batch_norm(const operation& o) {
  array y = o.in(0);
  o.require(y.shape.size() >= 2 && o.n.integer("training_mode", 0) == 0,
            "it must have channels, and not train");
  const index c = y.shape[1];
  for (std::size_t i = 1; i < 5; ++i) {
    o.require(o.constant(i).shape == dims{c}, "its parameters have the wrong shape");
  }
  if (!y.known) return {std::move(y)};
  const double epsilon = o.n.real("epsilon", 1e-5f);
  const std::size_t inner = at(strides_of(y.shape)[1]);
  const std::vector<double>&weight = o.in(1).data, &bias = o.in(2).data, &mean = o.in(3).data,
        &variance = o.in(4).data;
  for (std::size_t i = 0; i < y.data.size(); ++i) {
    const std::size_t k = i / inner % at(c);
    y.data[i] = (y.data[i] - mean[k]) / std::sqrt(variance[k] + epsilon) * weight[k] + bias[k];
  }
  return {std::move(y)};
}

void normalise(array& y, const runs& r, double epsilon, bool beside_deviation = false) {
  const double count = static_cast<double>(r.beside.size());
  for (const index first : r.first) {
    double mean = 0, variance = 0;
    for (const index i : r.beside) mean += y.data[at(first + i)] / count;
    for (const index i : r.beside)
      variance += (y.data[at(first + i)] - mean) * (y.data[at(first + i)] - mean) / count;
    const double deviation = beside_deviation ? std::sqrt(variance) + epsilon : std::sqrt(variance + epsilon);
    for (const index i : r.beside) y.data[at(first + i)] = (y.data[at(first + i)] - mean) / deviation;
  }
}

/// y * weight + bias, for the channels.
void affine(const operation& o, array& y) {
  const std::size_t inner = at(strides_of(y.shape)[1]);
  const std::vector<double>&weight = o.in(1).data, &bias = o.in(2).data;
  for (std::size_t i = 0; i < y.data.size(); ++i) {
    const std::size_t k = i / inner % at(y.shape[1]);
    y.data[i] = y.data[i] * weight[k] + bias[k];
  }
}

results instance_norm(const operation& o) {
  array y = o.in(0);
  o.require(y.shape.size() >= 3 && o.constant(1).shape == dims{y.shape[1]} &&
                o.constant(2).shape == dims{y.shape[1]},
            "its parameters have the wrong shape");
  if (!y.known) return {std::move(y)};
  normalise(y, runs(y.shape, from(2, y.shape.size())), o.n.real("epsilon", 1e-5f));
  affine(o, y);
  return {std::move(y)};
}

results group_norm(const operation& o) {
  array y = o.in(0);
  const index groups = o.n.integer("num_groups", 0);
  o.require(y.shape.size() >= 3 && groups >= 1 && y.shape[1] % groups == 0 &&
                o.constant(1).shape == dims{y.shape[1]} && o.constant(2).shape == dims{y.shape[1]},
            "its groups or parameters do not fit");
  if (!y.known) return {std::move(y)};
  const dims shape = y.shape;
  y.shape = {shape[0], groups, element_count(shape) / (shape[0] * groups)};
  normalise(y, runs(y.shape, {2}), o.n.real("epsilon", 1e-5f));
  y.shape = shape;
  affine(o, y);
  return {std::move(y)};
}

results layer_norm(const operation& o) {
  array y = o.in(0);
  const std::size_t axis = axis_of(o.n, o.n.integer("axis", -1), y.shape.size());
  const dims over(y.shape.begin() + static_cast<std::ptrdiff_t>(axis), y.shape.end());
  o.require(o.constant(1).shape == over && (!o.n.given(2) || o.constant(2).shape == over),
            "its parameters have the wrong shape");
  if (!y.known) return {std::move(y)};
  normalise(y, runs(y.shape, from(axis, y.shape.size())), o.n.real("epsilon", 1e-5f));
  const std::size_t inner = at(element_count(over));
  for (std::size_t i = 0; i < y.data.size(); ++i) {
    y.data[i] = y.data[i] * o.in(1).data[i % inner] + (o.n.given(2) ? o.in(2).data[i % inner] : 0);
  }
  return {std::move(y)};
}

results mean_variance(const operation& o) {
  array y = o.in(0);
  std::vector<std::size_t> axes;
  for (const index a : o.n.integers("axes", {0, 2, 3})) axes.push_back(axis_of(o.n, a, y.shape.size()));
  std::sort(axes.begin(), axes.end());
  if (y.known) normalise(y, runs(y.shape, axes), 1e-9, true);
  return {std::move(y)};
}

results local_response(const operation& o) {
  const array& x = o.in(0);
  array y = x;
  const index size = o.n.integer("size", 0);
  o.require(x.shape.size() >= 3 && size >= 1 && size <= 65536, "its size is malformed");
  if (!y.known) return {std::move(y)};
  const double alpha = o.n.real("alpha", 1e-4f), beta = o.n.real("beta", 0.75), bias = o.n.real("bias", 1);
  const index inner = strides_of(x.shape)[1], channels = x.shape[1];
  for (index i = 0; i < static_cast<index>(x.data.size()); ++i) {
    const index c = i / inner % channels;
    double sum = 0;
    for (index j = std::max(index{0}, c - (size - 1) / 2); j <= std::min(channels - 1, c + size / 2); ++j) {
      const double other = x.data[at(i + (j - c) * inner)];
      sum += other * other;
    }
    y.data[at(i)] /= std::pow(bias + alpha / static_cast<double>(size) * sum, beta);
  }
  return {std::move(y)};
}

/// Before opset 13 the axes from `axis` on are one.
results softmax(const operation& o, bool log) {
  array y = o.in(0);
  const bool old = o.opset < 13;
  const std::size_t axis = axis_of(o.n, o.n.integer("axis", old ? 1 : -1), y.shape.size());
  if (!y.known) return {std::move(y)};
  const runs r(y.shape, old ? from(axis, y.shape.size()) : std::vector{axis});
  for (const index first : r.first) {
    double most = -INFINITY, sum = 0;
    for (const index i : r.beside) most = std::max(most, y.data[at(first + i)]);
    for (const index i : r.beside) sum += std::exp(y.data[at(first + i)] - most);
    for (const index i : r.beside) {
      double& x = y.data[at(first + i)];
      x = log ? x - most - std::log(sum) : std::exp(x - most) / sum;
    }
  }
  return {std::move(y)};
}

enum class reduction { mean, max, min, sum, product };

results reduced(const operation& o, reduction what, const std::vector<std::size_t>& axes, bool keep) {
  const array& x = o.in(0);
  dims shape;
  for (std::size_t a = 0; a < x.shape.size(); ++a) {
    if (!std::binary_search(axes.begin(), axes.end(), a)) {
      shape.push_back(x.shape[a]);
    } else if (keep) {
      shape.push_back(1);
    }
  }
  array y = make(shape, x.known);
  y.whole = x.whole;
  if (!x.known) return {std::move(y)};
  // The last of the axes is a loop of its own: a list of all elements may be larger than they are.
  const std::size_t last = axes.empty() ? SIZE_MAX : axes.back();
  const index length = axes.empty() ? 1 : x.shape[last], step = axes.empty() ? 0 : strides_of(x.shape)[last];
  const runs r(x.shape, axes, last);
  const index count = static_cast<index>(r.beside.size()) * length;
  o.require(count > 0, "it reduces no elements");
  for (std::size_t k = 0; k < y.data.size(); ++k) {
    double sum = what == reduction::product ? 1
                 : what == reduction::max   ? -INFINITY
                 : what == reduction::min   ? INFINITY
                                            : 0;
    for (const index i : r.beside) {
      for (index j = 0; j < length; ++j) {
        const double e = x.data[at(r.first[k] + i + j * step)];
        sum = what == reduction::max       ? std::max(sum, e)
              : what == reduction::min     ? std::min(sum, e)
              : what == reduction::product ? sum * e
                                           : sum + e;
      }
    }
    y.data[k] = what == reduction::mean ? sum / static_cast<double>(count) : sum;
  }
  return {std::move(y)};
}

results reduce(const operation& o, reduction what) {
  const std::size_t rank = o.in(0).shape.size();
  std::vector<std::size_t> axes = axes_of(o.n, o.v, rank);
  if (axes.empty()) {
    if (o.n.integer("noop_with_empty_axes", 0) != 0) return {o.in(0)};
    axes = from(0, rank);
  }
  return reduced(o, what, axes, o.n.integer("keepdims", 1) != 0);
}

results global_pool(const operation& o, reduction what) {
  const std::size_t rank = o.in(0).shape.size();
  o.require(rank >= 3, "its input has no spatial axis");
  return reduced(o, what, from(2, rank), true);
}

results global_lp_pool(const operation& o) {
  const array& x = o.in(0);
  o.require(x.shape.size() >= 3, "its input has no spatial axis");
  const double p = static_cast<double>(o.n.integer("p", 2));
  array powers = x;
  for (double& e : powers.data) e = std::pow(std::abs(e), p);
  values v;
  v.of[o.n.inputs[0]] = std::move(powers);
  results y = reduced({o.n, v, o.opset}, reduction::sum, from(2, x.shape.size()), true);
  for (double& e : y[0].data) e = std::pow(e, 1 / p);
  return y;
}

/// alpha * A' B' + beta * C, A' of M x K and B' of K x N, A' or B' perhaps transposed.
results gemm(const operation& o) {
  const array &a = o.in(0), &b = o.in(1);
  const bool ta = o.n.integer("transA", 0) != 0, tb = o.n.integer("transB", 0) != 0;
  o.require(a.shape.size() == 2 && b.shape.size() == 2, "its operands must have two axes");
  const index m = a.shape[ta ? 1 : 0], k = a.shape[ta ? 0 : 1], n = b.shape[tb ? 0 : 1];
  o.require(b.shape[tb ? 1 : 0] == k, "the shapes of its inputs do not agree");
  array y = make({m, n}, o.known());
  if (o.n.given(2)) {
    const dims& c = o.in(2).shape;
    const index rows = c.size() > 1 ? c[c.size() - 2] : 1, columns = c.empty() ? 1 : c.back();
    o.require(c.size() <= 2 && (rows == 1 || rows == m) && (columns == 1 || columns == n),
              "its third input has the wrong shape");
  }
  if (!y.known) return {std::move(y)};
  const double alpha = o.n.real("alpha", 1), beta = o.n.real("beta", 1);
  for (index i = 0; i < m; ++i) {
    for (index j = 0; j < n; ++j) {
      double sum = 0;
      for (index l = 0; l < k; ++l)
        sum += a.data[at(ta ? l * m + i : i * k + l)] * b.data[at(tb ? j * k + l : l * n + j)];
      double offset = 0;
      if (o.n.given(2)) {
        const array& c = o.in(2);
        const index columns = c.shape.empty() ? 1 : c.shape.back(),
                    rows = static_cast<index>(c.data.size()) / columns;
        offset = c.data[at((rows == 1 ? 0 : i) * columns + (columns == 1 ? 0 : j))];
      }
      y.data[at(i * n + j)] = alpha * sum + beta * offset;
    }
  }
  return {std::move(y)};
}

/// The last two axes are matrices, those before them are many.
results matmul(const operation& o) {
  const array &a = o.in(0), &b = o.in(1);
  const std::size_t ra = a.shape.size(), rb = b.shape.size();
  o.require(ra >= 2 && rb >= 2, "its operands must have two axes at least");
  const index m = a.shape[ra - 2], k = a.shape[ra - 1], n = b.shape[rb - 1];
  o.require(b.shape[rb - 2] == k, "the shapes of its inputs do not agree");
  const dims many_a(a.shape.begin(), a.shape.end() - 2), many_b(b.shape.begin(), b.shape.end() - 2);
  o.require(many_b == many_a || element_count(many_b) == 1 || element_count(many_a) == 1,
            "its operands are not as many");
  dims shape = element_count(many_b) == 1 && ra >= rb ? many_a : many_b;
  const index count = element_count(shape);
  shape.insert(shape.end(), {m, n});
  array y = make(shape, o.known());
  if (!y.known) return {std::move(y)};
  for (index t = 0; t < count; ++t) {
    const index ta = element_count(many_a) == 1 ? 0 : t * m * k,
                tb = element_count(many_b) == 1 ? 0 : t * k * n;
    for (index i = 0; i < m; ++i) {
      for (index l = 0; l < k; ++l) {
        const double left = a.data[at(ta + i * k + l)];
        for (index j = 0; j < n; ++j) y.data[at((t * m + i) * n + j)] += left * b.data[at(tb + l * n + j)];
      }
    }
  }
  return {std::move(y)};
}

const std::map<std::string, method>& table() {
  static const std::map<std::string, method> t{
      {"BatchNormalization", batch_norm},
      {"Gemm", gemm},
      {"GlobalAveragePool", [](const operation& o) { return global_pool(o, reduction::mean); }},
      {"GlobalLpPool", global_lp_pool},
      {"GlobalMaxPool", [](const operation& o) { return global_pool(o, reduction::max); }},
      {"GroupNormalization", group_norm},
      {"InstanceNormalization", instance_norm},
      {"LRN", local_response},
      {"LayerNormalization", layer_norm},
      {"LogSoftmax", [](const operation& o) { return softmax(o, true); }},
      {"MatMul", matmul},
      {"MeanVarianceNormalization", mean_variance},
      {"ReduceMax", [](const operation& o) { return reduce(o, reduction::max); }},
      {"ReduceMean", [](const operation& o) { return reduce(o, reduction::mean); }},
      {"ReduceMin", [](const operation& o) { return reduce(o, reduction::min); }},
      {"ReduceProd", [](const operation& o) { return reduce(o, reduction::product); }},
      {"ReduceSum", [](const operation& o) { return reduce(o, reduction::sum); }},
      {"Softmax", [](const operation& o) { return softmax(o, false); }},
  };
  return t;
}

}  // namespace

method norm_operator(const std::string& op) {
  const auto found = table().find(op);
  return found == table().end() ? nullptr : found->second;
}

}  // namespace tenon::importer
