// The slow twin: every layer as its textbook loop over the graph, usable in constant expressions.
// It sees the network as written, not the plan: nothing is folded, fused or laid out. Kernels are held
// against it. Feature maps are in natural order: channels, then positions, the last axis fastest (NCHW).
#pragma once

#include <vector>

#include "tenon/infer.hpp"
#include "tenon/reference/activation.hpp"

namespace tenon {

/// A place in a feature map or window, one coordinate per spatial axis; 0 on axes that are not there.
struct position {
  index at[max_spatial_rank]{};
};

namespace arithmetic {

/// A sum that is finished: from here on it is one number in memory, however it was summed.
template <class T>
constexpr T finished(const T& x) {
  return x;
}

/// A sum over the window of convolution `layer` at output `o`, of weight(channel, k) * input(channel, k) for
/// `channels` channels and all taps k. A number type that knows of faster algorithms looks at it here.
template <class T, class Weight, class Input>
constexpr T convolved(const T& sum, const node& /*layer*/, const position& /*o*/, index /*channels*/, Weight,
                      Input) {
  return sum;
}

}  // namespace arithmetic

namespace detail {

/// Layers that read sums unfinished: they may be folded into the sum before them, or change nothing.
constexpr bool reads_sums(op kind) {
  return kind == op::batch_norm || kind == op::add || kind == op::identity || kind == op::dropout ||
         kind == op::flatten;
}

/// f(position) for all positions of a box, the last axis fastest.
template <class F>
constexpr void each_position(const index (&box)[max_spatial_rank], F f) {
  position p;
  for (p.at[0] = 0; p.at[0] < box[0]; ++p.at[0])
    for (p.at[1] = 0; p.at[1] < box[1]; ++p.at[1])
      for (p.at[2] = 0; p.at[2] < box[2]; ++p.at[2]) f(p);
}
template <class F>
constexpr void each_position(const shape& s, F f) {
  each_position({s.spatial(0), s.spatial(1), s.spatial(2)}, f);
}

/// A feature map of shape `extents`.
template <class T>
struct feature_map {
  shape extents;
  std::vector<T> elements;

  constexpr const T& at(index channel, const position& p) const {
    for (int axis = 0; axis < max_spatial_rank; ++axis)
      channel = channel * extents.spatial(axis) + p.at[axis];
    return elements[static_cast<std::size_t>(channel)];
  }
  constexpr bool contains(const position& p) const {
    for (int axis = 0; axis < max_spatial_rank; ++axis)
      if (p.at[axis] < 0 || p.at[axis] >= extents.spatial(axis)) return false;
    return true;
  }
};

/// One layer of a network on one input.
template <class T>
class reference_layer {
 public:
  using map = feature_map<T>;

  /// `tensors` are those of the node, in the order of `expected_tensors`.
  constexpr reference_layer(const node& n, std::span<const float> tensors) : n_(n), tensors_(tensors) {}

  /// `other` is the second operand of an addition.
  constexpr map operator()(const map& x, const map& other) const {
    switch (n_.attr.kind) {
      case op::conv:
        return conv(x);
      case op::linear:
        return linear(x);
      case op::max_pool:
        return max_pool(x);
      case op::avg_pool:
        return avg_pool(x);
      case op::global_avg_pool:
        return global_avg_pool(x);
      case op::batch_norm:
        return batch_norm(x);
      case op::softmax:
        return softmax(x);
      case op::add:
        return add(x, other);
      default:
        return element_by_element(x);
    }
  }

 private:
  constexpr T tensor(index i) const { return T(tensors_[static_cast<std::size_t>(i)]); }

  /// The element of the input under tap k of the window at output o: o * stride - pad_lo + k * dilation.
  constexpr position under(const position& o, const position& k) const {
    position p;
    for (int axis = 0; axis < max_spatial_rank; ++axis)
      p.at[axis] =
          o.at[axis] * n_.win.stride[axis] - n_.win.pad_lo[axis] + k.at[axis] * n_.win.dilation[axis];
    return p;
  }

  /// y[oc][o] = bias[oc] + sum over ic, k of w[oc][ic][k] * x[ic][o * stride - pad_lo + k * dilation], where
  /// x is 0 beyond its edges and ic runs over the channels of oc's group. Source: ONNX operator Conv.
  constexpr map conv(const map& x) const {
    using arithmetic::convolved;
    const index channels = x.extents.channels() / n_.groups, group = n_.out.channels() / n_.groups;
    const index(&kernel)[max_spatial_rank] = n_.win.kernel;
    const index biases = n_.out.channels() * channels * kernel[0] * kernel[1] * kernel[2];
    return each_element([&](index oc, const position& o) {
      const auto weight = [&](index ic, const position& k) {
        index w = oc * channels + ic;
        for (int axis = 0; axis < max_spatial_rank; ++axis) w = w * kernel[axis] + k.at[axis];
        return tensor(w);
      };
      const auto input = [&](index ic, const position& k) {
        const position p = under(o, k);
        return x.contains(p) ? x.at(oc / group * channels + ic, p) : T(0);
      };
      T sum = n_.attr.has_bias ? tensor(biases + oc) : T(0);
      for (index ic = 0; ic < channels; ++ic)
        each_position(kernel, [&](const position& k) { sum = sum + weight(ic, k) * input(ic, k); });
      return convolved(sum, n_, o, channels, weight, input);
    });
  }

  /// y[o] = bias[o] + sum over i of w[o][i] * x[i]. Source: torch.nn.Linear; ONNX operator Gemm, transB = 1.
  constexpr map linear(const map& x) const {
    const index inputs = x.extents.count(), outputs = n_.out.count();
    return each_element([&](index o, const position&) {
      T sum = n_.attr.has_bias ? tensor(outputs * inputs + o) : T(0);
      for (index i = 0; i < inputs; ++i) sum = sum + tensor(o * inputs + i) * x.at(i, {});
      return sum;
    });
  }

  /// y[c][o] = the largest x[c][p] of the window at o. Source: ONNX operator MaxPool.
  constexpr map max_pool(const map& x) const {
    using arithmetic::maximum;
    return each_element([&](index c, const position& o) {
      T largest{};
      bool first = true;
      each_position(n_.win.kernel, [&](const position& k) {
        const position p = under(o, k);
        if (!x.contains(p)) return;
        largest = first ? x.at(c, p) : maximum(largest, x.at(c, p));
        first = false;
      });
      return largest;
    });
  }

  /// y[c][o] = sum of the x[c][p] in the window at o / number of elements that count: those of the map and,
  /// unless `exclude_padding`, of its padding. Source: ONNX operator AveragePool; torch.nn.AvgPool2d.
  constexpr map avg_pool(const map& x) const {
    const auto counts = [&](const position& p) {
      for (int axis = 0; axis < max_spatial_rank; ++axis)
        if (p.at[axis] >= x.extents.spatial(axis) + n_.win.pad_hi[axis])
          return false;  // hangs over: ceil_mode
      return !n_.attr.exclude_padding || x.contains(p);
    };
    return each_element([&](index c, const position& o) {
      T sum(0);
      int counted = 0;
      each_position(n_.win.kernel, [&](const position& k) {
        const position p = under(o, k);
        if (x.contains(p)) sum = sum + x.at(c, p);
        counted += counts(p);
      });
      return sum / T(static_cast<float>(counted));
    });
  }

  /// y[c] = mean of x[c]. Source: ONNX operator GlobalAveragePool.
  constexpr map global_avg_pool(const map& x) const {
    return each_element([&](index c, const position&) {
      T sum(0);
      each_position(x.extents, [&](const position& p) { sum = sum + x.at(c, p); });
      return sum / T(static_cast<float>(x.extents.positions()));
    });
  }

  /// y = (x - running_mean) * (weight / sqrt(running_var + epsilon)) + bias. Source: ONNX operator
  /// BatchNormalization.
  constexpr map batch_norm(const map& x) const {
    using arithmetic::sqrt;
    const index channels = n_.out.channels();
    return each_element([&](index c, const position& o) {
      const T weight = tensor(c), bias = tensor(channels + c), mean = tensor(2 * channels + c);
      const T scale = weight / sqrt(tensor(3 * channels + c) + T(n_.attr.epsilon));
      return (x.at(c, o) - mean) * scale + bias;
    });
  }

  /// y[c] = exp(x[c] - m) / sum over c of exp(x[c] - m), m the largest x[c]. Source: ONNX operator Softmax,
  /// axis = 1.
  constexpr map softmax(const map& x) const {
    using arithmetic::exp, arithmetic::maximum;
    return each_element([&](index c, const position& o) {
      T largest = x.at(0, o), sum(0);
      for (index other = 1; other < n_.out.channels(); ++other) largest = maximum(largest, x.at(other, o));
      for (index other = 0; other < n_.out.channels(); ++other) sum = sum + exp(x.at(other, o) - largest);
      return exp(x.at(c, o) - largest) / sum;
    });
  }

  constexpr map add(const map& a, const map& b) const {
    return each_element([&](index c, const position& o) { return a.at(c, o) + b.at(c, o); });
  }

  /// Activations; and what changes no element: flatten, identity, dropout.
  constexpr map element_by_element(const map& x) const {
    map y{n_.out, x.elements};
    for (T& element : y.elements) element = activated(n_.attr, element);
    return y;
  }
  /// The output whose elements are f(channel, position).
  template <class F>
  constexpr map each_element(F f) const {
    map y{n_.out, {}};
    for (index c = 0; c < n_.out.channels(); ++c)
      each_position(n_.out, [&](const position& o) { y.elements.push_back(f(c, o)); });
    return y;
  }

  const node& n_;
  std::span<const float> tensors_;
};

}  // namespace detail

/// The output of a network, every operation in T: float, double, or a number type with overloads of what
/// tenon::arithmetic names. `weights` are all tensors of the network one behind the other, as in
/// weights<M>::values(); `input` and the result are in natural order. Allocates; nothing is checked but the
/// network itself.
template <class T>
constexpr std::vector<T> reference(graph_view network, std::span<const float> weights,
                                   std::span<const float> input) {
  using arithmetic::finished;
  std::vector<detail::feature_map<T>> values;
  for (const node& n : network.nodes) {
    if (n.attr.kind == op::input) {
      values.push_back({n.out, std::vector<T>(input.begin(), input.end())});
      continue;
    }
    const auto tensors =
        weights.subspan(static_cast<std::size_t>(n.tensor_offset), static_cast<std::size_t>(n.tensor_count));
    const auto operand = [&](int i) {
      detail::feature_map<T> x =
          values[static_cast<std::size_t>(n.inputs[i] < 0 ? n.inputs[0] : n.inputs[i])];
      if (!detail::reads_sums(n.attr.kind))
        for (T& element : x.elements) element = finished(element);
      return x;
    };
    values.push_back(detail::reference_layer<T>(n, tensors)(operand(0), operand(1)));
  }
  return values.back().elements;
}

}  // namespace tenon
