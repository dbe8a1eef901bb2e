// The textbook loops of normalisations, and of what works along an axis.
#pragma once

#include "tenon/reference/arithmetic.hpp"
#include "tenon/reference/map.hpp"

namespace tenon::detail {

/// y = (x - running_mean) * (weight / sqrt(running_var + epsilon)) + bias. Source: ONNX operator
/// BatchNormalization.
template <class T>
constexpr feature_map<T> batch_norm(const layer_inputs<T>& l) {
  using arithmetic::sqrt;
  const index channels = l.n.out.channels();
  return l.each_in_place([&](const T& x, index c) {
    const T weight = l.tensor(c), bias = l.tensor(channels + c), mean = l.tensor(2 * channels + c);
    const T scale = weight / sqrt(l.tensor(3 * channels + c) + T(l.n.attr.epsilon));
    return (x - mean) * scale + bias;
  });
}

/// Sets of elements that share a mean and a variance: set s has the elements first(s) + i * step, i < count.
struct norm_sets {
  index sets, count, step, set_step;
};
constexpr norm_sets sets_of(const node& n) {
  const index channels = n.out.channels(), positions = n.out.positions();
  switch (n.attr.kind) {
    case op::instance_norm:
      return {channels, positions, 1, positions};
    case op::group_norm:
      return {n.attr.groups, channels / n.attr.groups * positions, 1, channels / n.attr.groups * positions};
    default: {  // layer_norm
      if (n.attr.per_position) return {positions, channels, positions, 1};
      index count = 1;
      for (int i = n.axis; i < n.out.rank; ++i) count *= n.out.extents[i];
      return {n.out.count() / count, count, 1, count};
    }
  }
}
/// The number of the weight that element i of the map is multiplied with.
constexpr index norm_weight(const node& n, index i) {
  return n.attr.kind == op::layer_norm && !n.attr.per_position ? i % (n.tensor_count / 2)
                                                               : i / n.out.positions();
}

/// y = (x - mean) / sqrt(var + epsilon) * weight + bias, mean and biased variance over the sets of
/// `sets_of`. Source: ONNX operators InstanceNormalization, LayerNormalization, GroupNormalization.
template <class T>
constexpr feature_map<T> normalise(const layer_inputs<T>& l) {
  using arithmetic::finished, arithmetic::sqrt;
  const norm_sets s = sets_of(l.n);
  feature_map<T> y{l.n.out, l.x.elements};
  for (index set = 0; set < s.sets; ++set) {
    const auto at = [&](index i) { return set * s.set_step + i * s.step; };
    const T count(static_cast<float>(s.count));
    T sum(0), squares(0);
    for (index i = 0; i < s.count; ++i) sum = sum + l.x[at(i)];
    const T mean = finished(sum / count);
    for (index i = 0; i < s.count; ++i) {
      const T apart = finished(l.x[at(i)] - mean);
      squares = squares + apart * apart;
    }
    const T deviation = sqrt(finished(squares / count) + T(l.n.attr.epsilon));
    for (index i = 0; i < s.count; ++i) {
      T& element = y.elements[static_cast<std::size_t>(at(i))];
      element = finished(l.x[at(i)] - mean) / deviation;
      if (!l.n.attr.affine) continue;
      const index w = norm_weight(l.n, at(i));
      element = element * l.tensor(w) + l.tensor(l.n.tensor_count / 2 + w);
    }
  }
  return y;
}

/// y[c] = x[c] / (bias + alpha / size * sum of x[j]^2 over the channels j around c)^beta. Source: ONNX
/// operator LRN.
template <class T>
constexpr feature_map<T> local_response_norm(const layer_inputs<T>& l) {
  using arithmetic::exp, arithmetic::log, arithmetic::finished;
  const attributes& a = l.n.attr;
  const index channels = l.n.out.channels(), positions = l.n.out.positions();
  feature_map<T> y{l.n.out, {}};
  for (index i = 0; i < l.n.out.count(); ++i) {
    const index c = i / positions, lo = c - (a.groups - 1) / 2, hi = c + a.groups / 2;
    T squares(0);
    for (index j = lo < 0 ? 0 : lo; j <= hi && j < channels; ++j) {
      const T x = l.x[j * positions + i % positions];
      squares = squares + x * x;
    }
    const T base = finished(T(a.bias) + squares * (T(a.alpha) / T(static_cast<float>(a.groups))));
    y.elements.push_back(l.x[i] * exp(finished((T(0) - T(a.beta)) * log(base))));
  }
  return y;
}

/// y[c] = exp(x[c] - m) / sum over c of exp(x[c] - m), m the largest x[c], along the layer's axis; or its
/// logarithm x[c] - m - log(sum). Source: ONNX operators Softmax, LogSoftmax.
template <class T>
constexpr feature_map<T> softmax(const layer_inputs<T>& l) {
  using arithmetic::exp, arithmetic::finished, arithmetic::log, arithmetic::maximum;
  const index extent = l.n.out.extents[l.n.axis];
  index inner = 1;
  for (int i = l.n.axis + 1; i < l.n.out.rank; ++i) inner *= l.n.out.extents[i];
  feature_map<T> y{l.n.out, l.x.elements};
  for (index i = 0; i < l.n.out.count(); ++i) {
    const index first = i / (extent * inner) * extent * inner + i % inner;
    T largest = l.x[first], sum(0);
    for (index c = 1; c < extent; ++c) largest = maximum(largest, l.x[first + c * inner]);
    for (index c = 0; c < extent; ++c) sum = sum + exp(finished(l.x[first + c * inner] - largest));
    const T x = finished(l.x[i] - largest);
    y.elements[static_cast<std::size_t>(i)] =
        l.n.attr.kind == op::softmax ? exp(x) / sum : x - log(finished(sum));
  }
  return y;
}

}  // namespace tenon::detail
