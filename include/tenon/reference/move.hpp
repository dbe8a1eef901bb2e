// The textbook loops of what moves elements, and of what joins several feature maps.
#pragma once

#include "tenon/reference/arithmetic.hpp"
#include "tenon/reference/map.hpp"

namespace tenon::detail {

/// Where an element of the output comes from in the input. Formulas: tenon/layers/layers.hpp.
constexpr coordinates moved_from(const node& n, const shape& in, const coordinates& o) {
  coordinates c = o;
  const index r = n.attr.groups;
  switch (n.attr.kind) {
    case op::permute:
      for (int i = 0; i < n.out.rank; ++i) c.at[n.attr.axes.values[i]] = o.at[i];
      break;
    case op::slice:
      c.at[n.axis] = n.begin + o.at[n.axis] * n.attr.step;
      break;
    case op::expand:
      for (int i = 0; i < n.out.rank; ++i)
        if (in.extents[i] == 1) c.at[i] = 0;
      break;
    case op::pixel_shuffle:
      c = {{o.at[0] * r * r + o.at[1] % r * r + o.at[2] % r, o.at[1] / r, o.at[2] / r}};
      break;
    case op::pixel_unshuffle:
      c = {{o.at[0] / (r * r), o.at[1] * r + o.at[0] / r % r, o.at[2] * r + o.at[0] % r}};
      break;
    default:  // channel_shuffle
      c.at[0] = o.at[0] % r * (in.channels() / r) + o.at[0] / r;
      break;
  }
  return c;
}

template <class T>
constexpr feature_map<T> move(const layer_inputs<T>& l) {
  return l.moved([&](const coordinates& o) { return moved_from(l.n, l.x.extents, o); });
}

/// Element by element of two maps; an extent of 1 stands for any.
template <class T>
constexpr feature_map<T> join(const layer_inputs<T>& l) {
  using arithmetic::maximum;
  const auto at = [](const feature_map<T>& map, coordinates c) {
    for (int i = 0; i < map.extents.rank; ++i)
      if (map.extents.extents[i] == 1) c.at[i] = 0;
    return map.at(c);
  };
  feature_map<T> y{l.n.out, {}};
  each_coordinates(l.n.out, [&](const coordinates& c) {
    const T a = at(l.x, c), b = at(l.other, c);
    switch (l.n.attr.kind) {
      case op::subtract:
        return y.elements.push_back(a - b);
      case op::multiply:
        return y.elements.push_back(a * b);
      case op::maximum:
        return y.elements.push_back(maximum(a, b));
      default:
        return y.elements.push_back(a + b);
    }
  });
  return y;
}

template <class T>
constexpr feature_map<T> concat(const layer_inputs<T>& l) {
  feature_map<T> y{l.n.out, {}};
  const index first = l.x.extents.extents[l.n.axis];
  each_coordinates(l.n.out, [&](coordinates c) {
    if (c.at[l.n.axis] < first) return y.elements.push_back(l.x.at(c));
    c.at[l.n.axis] -= first;
    y.elements.push_back(l.other.at(c));
  });
  return y;
}

}  // namespace tenon::detail
