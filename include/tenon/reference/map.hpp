// Feature maps of the slow twin, and ways through them. Elements are in natural order, the last axis fastest.
#pragma once

#include <vector>

#include "tenon/infer.hpp"

namespace tenon {

/// A place in a window or on its axes, one coordinate per spatial axis; 0 on axes that are not there.
struct position {
  index at[max_spatial_rank]{};  ///< the coordinates
};

namespace arithmetic {

/// A sum that is finished: from here on it is one number in memory, however it was summed.
template <class T>
constexpr T finished(const T& x) {
  return x;
}

/// A sum over the window of convolution `layer` at output `o` of channel `oc`, of weight(channel, k) *
/// input(channel, k) for `channels` channels and all taps k. A number type that knows of faster algorithms
/// looks at it here.
template <class T, class Weight, class Input>
constexpr T convolved(const T& sum, const node& /*layer*/, index /*oc*/, const position& /*o*/,
                      index /*channels*/, Weight, Input) {
  return sum;
}

}  // namespace arithmetic

namespace detail {

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

/// One coordinate per axis of a shape, the channel first.
struct coordinates {
  index at[max_rank]{};
};

/// f(coordinates) for all elements of a shape, in natural order.
template <class F>
constexpr void each_coordinates(const shape& s, F f) {
  coordinates c;
  for (index left = s.count(); left > 0; --left) {
    f(c);
    for (int axis = s.rank - 1; axis >= 0; --axis) {
      if (++c.at[axis] < s.extents[axis]) break;
      c.at[axis] = 0;
    }
  }
}

/// A feature map of shape `extents`.
template <class T>
struct feature_map {
  shape extents;
  std::vector<T> elements;

  constexpr const T& operator[](index i) const { return elements[static_cast<std::size_t>(i)]; }
  constexpr const T& at(index channel, const position& p) const {
    for (int axis = 0; axis < max_spatial_rank; ++axis)
      channel = channel * extents.spatial(axis) + p.at[axis];
    return (*this)[channel];
  }
  constexpr const T& at(const coordinates& c) const {
    index i = 0;
    for (int axis = 0; axis < extents.rank; ++axis) i = i * extents.extents[axis] + c.at[axis];
    return (*this)[i];
  }
  constexpr bool contains(const position& p) const {
    for (int axis = 0; axis < max_spatial_rank; ++axis)
      if (p.at[axis] < 0 || p.at[axis] >= extents.spatial(axis)) return false;
    return true;
  }
};

/// What a layer computes with: its node, its tensors in the order of `expected_tensors`, and its inputs.
template <class T>
struct layer_inputs {
  using map = feature_map<T>;

  const node& n;
  std::span<const float> tensors;
  const map& x;
  const map& other;  // where two maps are joined

  constexpr T tensor(index i) const { return T(tensors[static_cast<std::size_t>(i)]); }

  /// The output whose elements are f(channel, position).
  template <class F>
  constexpr map each_element(F f) const {
    map y{n.out, {}};
    for (index c = 0; c < n.out.channels(); ++c)
      each_position(n.out, [&](const position& o) { y.elements.push_back(f(c, o)); });
    return y;
  }
  /// The output whose elements are those of x at f(coordinates).
  template <class F>
  constexpr map moved(F f) const {
    map y{n.out, {}};
    each_coordinates(n.out, [&](const coordinates& c) { y.elements.push_back(x.at(f(c))); });
    return y;
  }
  /// The output whose elements are f(x, channel), element by element.
  template <class F>
  constexpr map each_in_place(F f) const {
    map y{n.out, {}};
    const index positions = n.out.positions();
    for (index i = 0; i < n.out.count(); ++i) y.elements.push_back(f(x[i], i / positions));
    return y;
  }
};

}  // namespace detail
}  // namespace tenon
