// The textbook loops of layers with a window.
#pragma once

#include "tenon/reference/arithmetic.hpp"
#include "tenon/reference/map.hpp"

namespace tenon::detail {

/// The element of the input under tap k of the window at output o: o * stride - pad_lo + k * dilation.
constexpr position under(const window& w, const position& o, const position& k) {
  position p;
  for (int axis = 0; axis < max_spatial_rank; ++axis)
    p.at[axis] = o.at[axis] * w.stride[axis] - w.pad_lo[axis] + k.at[axis] * w.dilation[axis];
  return p;
}

/// The number of tap k of a filter of w's extents, its axes behind `first`; backwards if `flipped`.
constexpr index tap_of(const window& w, index first, const position& k, bool flipped) {
  for (int axis = 0; axis < max_spatial_rank; ++axis)
    first = first * w.kernel[axis] + (flipped ? w.kernel[axis] - 1 - k.at[axis] : k.at[axis]);
  return first;
}

/// y[oc][o] = bias[oc] + sum over ic, k of w[oc][ic][k] * x[ic][o * stride - pad_lo + k * dilation], where
/// x is 0 beyond its edges and ic runs over the channels of oc's group. local: w[oc][o][ic][k]. Source: ONNX
/// operator Conv.
template <class T>
constexpr feature_map<T> conv(const layer_inputs<T>& l) {
  using arithmetic::convolved;
  const node& n = l.n;
  const bool local = n.attr.kind == op::local;
  const index channels = l.x.extents.channels() / n.groups, group = n.out.channels() / n.groups;
  const index(&kernel)[max_spatial_rank] = n.win.kernel;
  const index filters = local ? n.out.count() : n.out.channels();
  const index biases = filters * channels * kernel[0] * kernel[1] * kernel[2];
  const index positions = n.out.positions();
  index element = 0;
  return l.each_element([&](index oc, const position& o) {
    const index here = element++, filter = local ? here : oc;
    const auto weight = [&](index ic, const position& k) {
      return l.tensor(tap_of(n.win, filter * channels + ic, k, n.attr.flipped));
    };
    const auto input = [&](index ic, const position& k) {
      const position p = under(n.win, o, k);
      return l.x.contains(p) ? l.x.at(oc / group * channels + ic, p) : T(0);
    };
    const index bias = local || n.attr.untied_bias ? here : here / positions;
    T sum = n.attr.has_bias ? l.tensor(biases + bias) : T(0);
    for (index ic = 0; ic < channels; ++ic)
      each_position(kernel, [&](const position& k) { sum = sum + weight(ic, k) * input(ic, k); });
    return local ? sum : convolved(sum, n, oc, o, channels, weight, input);
  });
}

/// y[oc][o] = bias[oc] + sum over ic, k, i with i * stride - pad_lo + k * dilation = o of w[ic][oc][k] *
/// x[ic][i]. Source: ONNX operator ConvTranspose.
template <class T>
constexpr feature_map<T> conv_transpose(const layer_inputs<T>& l) {
  const node& n = l.n;
  const window& w = n.win;
  const index channels = l.x.extents.channels() / n.groups, group = n.out.channels() / n.groups;
  const index biases = l.x.extents.channels() * group * w.kernel[0] * w.kernel[1] * w.kernel[2];
  return l.each_element([&](index oc, const position& o) {
    T sum = n.attr.has_bias ? l.tensor(biases + oc) : T(0);
    for (index c = 0; c < channels; ++c) {
      const index ic = oc / group * channels + c;
      each_position(w.kernel, [&](const position& k) {
        position i;
        bool meets = true;
        for (int axis = 0; axis < max_spatial_rank; ++axis) {
          const index from = o.at[axis] + w.pad_lo[axis] - k.at[axis] * w.dilation[axis];
          i.at[axis] = from / w.stride[axis];
          meets = meets && from >= 0 && from % w.stride[axis] == 0;
        }
        if (meets && l.x.contains(i))
          sum = sum + l.tensor(tap_of(w, ic * group + oc % group, k, false)) * l.x.at(ic, i);
      });
    }
    return sum;
  });
}

/// y[c][o] = the largest x[c][p] of the window at o. Source: ONNX operator MaxPool.
template <class T>
constexpr feature_map<T> max_pool(const layer_inputs<T>& l) {
  using arithmetic::maximum;
  return l.each_element([&](index c, const position& o) {
    T largest{};
    bool first = true;
    each_position(l.n.win.kernel, [&](const position& k) {
      const position p = under(l.n.win, o, k);
      if (!l.x.contains(p)) return;
      largest = first ? l.x.at(c, p) : maximum(largest, l.x.at(c, p));
      first = false;
    });
    return largest;
  });
}

/// y[c][o] = sum of the x[c][p] in the window at o / number of elements that count: those of the map and,
/// unless `exclude_padding`, of its padding. Source: ONNX operator AveragePool; torch.nn.AvgPool2d.
template <class T>
constexpr feature_map<T> avg_pool(const layer_inputs<T>& l) {
  const auto counts = [&](const position& p) {
    for (int axis = 0; axis < max_spatial_rank; ++axis)
      if (p.at[axis] >= l.x.extents.spatial(axis) + l.n.win.pad_hi[axis])
        return false;  // hangs over: ceil_mode
    return !l.n.attr.exclude_padding || l.x.contains(p);
  };
  return l.each_element([&](index c, const position& o) {
    T sum(0);
    int counted = 0;
    each_position(l.n.win.kernel, [&](const position& k) {
      const position p = under(l.n.win, o, k);
      if (l.x.contains(p)) sum = sum + l.x.at(c, p);
      counted += counts(p);
    });
    return sum / T(static_cast<float>(counted));
  });
}

/// The L_P norm of numbers given one by one; P = 0 stands for the largest magnitude.
template <class T>
class norm_of {
 public:
  constexpr explicit norm_of(int p) : p_(p) {}
  constexpr void add(const T& x) {
    using arithmetic::abs, arithmetic::maximum;
    const T size = abs(x);
    if (p_ == 0)
      sum_ = maximum(sum_, size);
    else
      sum_ = sum_ + (p_ == 1 ? size : p_ == 2 ? size * size : size * size * size);
  }
  constexpr T value() const {
    using arithmetic::cbrt, arithmetic::sqrt, arithmetic::finished;
    return p_ == 2 ? sqrt(finished(sum_)) : p_ == 3 ? cbrt(finished(sum_)) : sum_;
  }

 private:
  int p_;
  T sum_ = T(0);
};

/// y[c][o] = (sum over the window at o of |x[c][p]|^P)^(1/P). Source: ONNX operator LpPool.
template <class T>
constexpr feature_map<T> lp_pool(const layer_inputs<T>& l) {
  return l.each_element([&](index c, const position& o) {
    norm_of<T> norm(l.n.attr.norm);
    each_position(l.n.win.kernel, [&](const position& k) {
      const position p = under(l.n.win, o, k);
      if (l.x.contains(p)) norm.add(l.x.at(c, p));
    });
    return norm.value();
  });
}

/// The largest element, the mean or the L_P norm of each channel. Source: ONNX operators GlobalMaxPool,
/// GlobalAveragePool, GlobalLpPool.
template <class T>
constexpr feature_map<T> global_pool(const layer_inputs<T>& l) {
  using arithmetic::maximum;
  feature_map<T> y{l.n.out, {}};
  const index positions = l.x.extents.positions();
  for (index c = 0; c < l.n.out.channels(); ++c) {
    T sum(0), largest = l.x[c * positions];
    norm_of<T> norm(l.n.attr.norm);
    for (index i = c * positions; i < (c + 1) * positions; ++i) {
      sum = sum + l.x[i];
      largest = maximum(largest, l.x[i]);
      norm.add(l.x[i]);
    }
    y.elements.push_back(l.n.attr.kind == op::global_avg_pool   ? sum / T(static_cast<float>(positions))
                         : l.n.attr.kind == op::global_max_pool ? largest
                                                                : norm.value());
  }
  return y;
}

/// Means over windows from floor(o * I / O) to ceil((o + 1) * I / O). Source: torch.nn.AdaptiveAvgPool2d.
template <class T>
constexpr feature_map<T> adaptive_avg_pool(const layer_inputs<T>& l) {
  return l.each_element([&](index c, const position& o) {
    index extent[max_spatial_rank]{1, 1, 1};
    position first;
    for (int axis = 0; axis < max_spatial_rank; ++axis) {
      const index in = l.x.extents.spatial(axis), out = l.n.out.spatial(axis);
      first.at[axis] = o.at[axis] * in / out;
      extent[axis] = ((o.at[axis] + 1) * in + out - 1) / out - first.at[axis];
    }
    T sum(0);
    each_position(extent, [&](const position& k) {
      position p;
      for (int axis = 0; axis < max_spatial_rank; ++axis) p.at[axis] = first.at[axis] + k.at[axis];
      sum = sum + l.x.at(c, p);
    });
    return sum / T(static_cast<float>(extent[0] * extent[1] * extent[2]));
  });
}

/// The element of an axis of `extent` elements that lies at i, inside or beyond the edge; -1 for a constant.
constexpr index beyond(edge e, index i, index extent) {
  if (i >= 0 && i < extent) return i;
  switch (e) {
    case edge::cyclic:
      return (i % extent + extent) % extent;
    case edge::reflect:
      return i < 0 ? -i : 2 * (extent - 1) - i;
    case edge::replicate:
      return i < 0 ? 0 : extent - 1;
    default:
      return -1;
  }
}

/// Padding, and what is left by crop, whose padding is negative. Source: ONNX operator Pad.
template <class T>
constexpr feature_map<T> pad(const layer_inputs<T>& l) {
  return l.each_element([&](index c, const position& o) {
    position p;
    for (int axis = 0; axis < max_spatial_rank; ++axis) {
      p.at[axis] = beyond(l.n.attr.beyond, o.at[axis] - l.n.win.pad_lo[axis], l.x.extents.spatial(axis));
      if (p.at[axis] < 0) return T(l.n.attr.alpha);
    }
    return l.x.at(c, p);
  });
}

/// Where an upsampled element lies between two of the input: x[lo] * (1 - part) + x[lo + 1] * part.
struct between_two {
  index lo = 0, hi = 0;
  float part = 0;
};
/// Source: ONNX operator Resize, coordinate_transformation_mode half_pixel and align_corners; nearest is
/// asymmetric with floor.
constexpr between_two source_of(const attributes& a, index o, index in, index out) {
  if (a.between == interpolation::nearest) return {o * in / out, o * in / out, 0};
  double at = a.align_corners ? (out == 1 ? 0.0 : double(o) * double(in - 1) / double(out - 1))
                              : (double(o) + 0.5) * double(in) / double(out) - 0.5;
  if (at < 0) at = 0;
  const index lo = static_cast<index>(at);
  if (lo >= in - 1) return {in - 1, in - 1, 0};
  return {lo, lo + 1, static_cast<float>(at - double(lo))};
}

template <class T>
constexpr feature_map<T> upsample(const layer_inputs<T>& l) {
  return l.each_element([&](index c, const position& o) {
    between_two b[max_spatial_rank];
    for (int axis = 0; axis < max_spatial_rank; ++axis)
      b[axis] = source_of(l.n.attr, o.at[axis], l.x.extents.spatial(axis), l.n.out.spatial(axis));
    T sum(0);
    for (int corner = 0; corner < 1 << max_spatial_rank; ++corner) {
      position p;
      T weight(1);
      bool there = true;
      for (int axis = 0; axis < max_spatial_rank; ++axis) {
        const bool hi = corner >> axis & 1;
        there = there && (!hi || b[axis].part > 0);
        p.at[axis] = hi ? b[axis].hi : b[axis].lo;
        weight = weight * (hi ? T(b[axis].part) : T(1) - T(b[axis].part));
      }
      if (there) sum = sum + weight * l.x.at(c, p);
    }
    return sum;
  });
}

}  // namespace tenon::detail
