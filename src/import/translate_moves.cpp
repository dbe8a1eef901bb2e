// What moves elements: other shapes, other orders, parts and padding.
#include <algorithm>
#include <cmath>

#include "translator.hpp"

namespace tenon::importer {

int translator::moving() {
  const node& n = *current;
  const std::string& op_ = n.op;
  if (op_ == "Flatten" || op_ == "Reshape" || op_ == "Unsqueeze")
    return reshaped(id(0), map_shape(n.outputs[0]));
  if (op_ == "Squeeze") {
    const dims from = shape_of(id(0)), to = map_shape(n.outputs[0]);
    attributes a(op::squeeze);
    const std::vector<std::size_t> axes = axes_of(n, v, v.at(n.inputs[0]).shape.size());
    for (const std::size_t axis : axes) {
      if (axis >= offset(n.inputs[0]))
        a.axes.values[a.axes.count++] = static_cast<index>(axis - offset(n.inputs[0]));
    }
    const bool usual = a.axes.count > 0 && offset(n.inputs[0]) == offset(n.outputs[0]) && from != to;
    return usual ? add(a, {id(0)}) : reshaped(id(0), to);
  }
  if (op_ == "Transpose") {
    const dims full = v.at(n.inputs[0]).shape;
    dims order = n.integers("perm", {});
    if (!n.has("perm")) {
      for (std::size_t a = full.size(); a-- > 0;) order.push_back(static_cast<index>(a));
    }
    if (offset(n.inputs[0]) == 0) return reshaped(permuted(id(0), order), map_shape(n.outputs[0]));
    if (order[0] == 0) {
      dims inner(order.begin() + 1, order.end());
      for (index& a : inner) --a;
      return inner.empty() ? id(0) : permuted(id(0), inner);
    }
    return reshaped(permuted(reshaped(id(0), full), order), map_shape(n.outputs[0]));
  }
  if (op_ == "Concat") return concatenated();
  if (op_ == "Split") return split();
  if (op_ == "Slice") {
    int x = id(0);
    const std::size_t skipped = offset(n.inputs[0]);
    for (const range& r : ranges_of(n, v)) {
      if (r.count == 0) fail("its output has no elements, and a feature map has at least one");
      if (r.axis < skipped) continue;
      const auto axis = static_cast<index>(r.axis - skipped);
      if (r.begin == 0 && r.step == 1 && r.count == shape_of(x)[at(axis)]) continue;
      if (r.step > 0) {
        x = sliced(x, axis, r.begin, r.begin + (r.count - 1) * r.step + 1, r.step);
      } else {  // a negative end counts from the end: beyond the first element stands one far before it
        const index end = r.begin + r.count * r.step;
        x = sliced(x, axis, r.begin, end < 0 ? -index{1'000'000} : end, r.step);
      }
    }
    return reshaped(x, map_shape(n.outputs[0]));
  }
  if (op_ == "Gather") {
    const array& which = constant(1, "indices");
    const std::size_t axis = axis_of(n, n.integer("axis", 0), v.at(n.inputs[0]).shape.size());
    const std::size_t skipped = offset(n.inputs[0]);
    if (axis < skipped) return reshaped(id(0), map_shape(n.outputs[0]));
    const index extent = v.at(n.inputs[0]).shape[axis];
    dims chosen;
    for (const double i : which.data) chosen.push_back(static_cast<index>(i) + (i < 0 ? extent : 0));
    const index step = chosen.size() > 1 ? chosen[1] - chosen[0] : 1;
    for (std::size_t i = 1; i < chosen.size(); ++i) {
      if (chosen[i] - chosen[i - 1] != step || step < 1)
        fail("only indices at equal distances are supported");
    }
    if (chosen.empty()) fail("it takes no elements");
    const int x = sliced(id(0), static_cast<index>(axis - skipped), chosen.front(), chosen.back() + 1, step);
    return reshaped(x, map_shape(n.outputs[0]));
  }
  if (op_ == "Pad") return padded();
  if (op_ == "DepthToSpace" || op_ == "SpaceToDepth") {
    const dims x = shape_of(id(0));
    const index b = n.integer("blocksize", 1);
    if (x.size() != 3) fail("its input must have two spatial axes");
    attributes a(op_ == "DepthToSpace" ? op::pixel_shuffle : op::pixel_unshuffle);
    a.groups = b;
    if (op_ == "DepthToSpace") {
      if (n.text("mode", "DCR") == "CRD" || x[0] == b * b) return add(a, {id(0)});
      const index c = x[0] / (b * b);
      return shuffled(id(0), {b, b, c, x[1], x[2]}, {2, 3, 0, 4, 1}, {c, x[1] * b, x[2] * b});
    }
    if (x[0] == 1) return add(a, {id(0)});
    return shuffled(id(0), {x[0], x[1] / b, b, x[2] / b, b}, {2, 4, 0, 1, 3},
                    {x[0] * b * b, x[1] / b, x[2] / b});
  }
  return not_mine;
}

int translator::shuffled(int x, const dims& view, const dims& order, const dims& shape) {
  return reshaped(permuted(reshaped(x, view), order), shape);
}

/// Parts that are constants of one value at the ends are padding.
int translator::concatenated() {
  const node& n = *current;
  const std::size_t full_axis =
      axis_of(n, n.integer("axis", g.opset < 4 ? 1 : 0), v.at(n.outputs[0]).shape.size());
  const std::size_t skipped = offset(n.outputs[0]);
  if (full_axis < skipped) {  // of one part
    if (n.inputs.size() != 1) fail("it joins along the batch");
    return id(0);
  }
  const std::size_t axis = full_axis - skipped;
  std::vector<int> parts;
  index before = 0, after = 0;
  double fill = 0;
  std::size_t first = 0, last = n.inputs.size();
  while (first < last && is_constant(first)) ++first;
  while (last > first && is_constant(last - 1)) --last;
  for (std::size_t i = 0; i < n.inputs.size(); ++i) {
    if (i >= first && i < last) {
      parts.push_back(id(i));  // a constant between maps is refused
      continue;
    }
    const array& c = constant(i, "parts");
    if (c.data.empty()) continue;
    if (before + after == 0) fill = c.data[0];
    for (const double e : c.data) {
      if (e != fill) fail("one of its parts is a constant that is not uniform");
    }
    (i < first ? before : after) += c.shape[full_axis];
  }
  attributes join(op::concat);
  join.axis = static_cast<int>(axis);
  int x = parts.size() == 1 ? parts[0] : add(join, parts);
  if (before + after == 0) return parts.size() == 1 ? add(attributes(op::identity), {x}) : x;
  dims pads(2 * shape_of(x).size(), 0);
  pads[axis] = before, pads[shape_of(x).size() + axis] = after;
  return padded_anywhere(x, pads, map_shape(n.outputs[0]), fill, edge::zeros);
}

int translator::padded() {
  const node& n = *current;
  const std::size_t rank = v.at(n.inputs[0]).shape.size(), skipped = offset(n.inputs[0]);
  const dims all = pads_of(n, v, rank);
  const std::string mode = n.text("mode", "constant");
  double fill = n.given(2) ? 0 : n.real("value", 0);
  if (n.given(2) && constant(2, "values").data.size() == 1) fill = constant(2, "values").data[0];
  const edge beyond = mode == "edge"      ? edge::replicate
                      : mode == "reflect" ? edge::reflect
                      : mode == "wrap"    ? edge::cyclic
                                          : edge::zeros;
  if (skipped == 1 && (all[0] != 0 || all[rank] != 0)) fail("it pads the batch");
  dims pads;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % rank >= skipped) pads.push_back(all[i]);
  }
  int x = id(0);
  const std::size_t axes = shape_of(x).size();
  for (std::size_t a = 0; a < axes; ++a) {  // negative padding crops
    const index cut_before = std::max(index{0}, -pads[a]), cut_after = std::max(index{0}, -pads[axes + a]);
    if (cut_before + cut_after > 0)
      x = sliced(x, static_cast<index>(a), cut_before, shape_of(x)[a] - cut_after);
    pads[a] = std::max(index{0}, pads[a]), pads[axes + a] = std::max(index{0}, pads[axes + a]);
  }
  return padded_anywhere(x, pads, map_shape(n.outputs[0]), fill, beyond);
}

/// Channels are not padded by the language, but spatial axes are: one more axis in front makes them one.
int translator::padded_anywhere(int x, const dims& pads, const dims& to, double fill, edge beyond) {
  if (std::all_of(pads.begin(), pads.end(), [](index p) { return p == 0; })) return x;
  const std::size_t axes = pads.size() / 2;
  dims spatial;
  const bool channels = pads[0] != 0 || pads[axes] != 0 || axes == 1;
  for (std::size_t i = 0; i < pads.size(); ++i) {
    if (channels || i % axes != 0) spatial.push_back(pads[i]);
  }
  dims from = shape_of(x);
  if (channels) {
    from.insert(from.begin(), 1);
    x = reshaped(x, from);
  }
  if (spatial.size() > 6) {  // axes behind that are not padded are one
    const std::size_t n = spatial.size() / 2;
    std::size_t last = n;
    while (last > 1 && spatial[last - 1] == 0 && spatial[n + last - 1] == 0) --last;
    if (last > 2) fail("it pads more axes than the language");
    dims view(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(1 + last));
    view.push_back(element_count({from.begin() + static_cast<std::ptrdiff_t>(1 + last), from.end()}));
    x = reshaped(x, view);
    dims less(spatial.begin(), spatial.begin() + static_cast<std::ptrdiff_t>(last));
    less.push_back(0);
    less.insert(less.end(), spatial.begin() + static_cast<std::ptrdiff_t>(n),
                spatial.begin() + static_cast<std::ptrdiff_t>(n + last));
    less.push_back(0);
    spatial = less;
  }
  attributes a(op::pad);
  set_padding(a, spatial);
  if (beyond != edge::zeros) set_option(a, beyond);
  if (fill != 0 && beyond == edge::zeros) set_option(a, layers::fill(fill));
  return reshaped(add(a, {x}), to);
}

int translator::split() {
  const node& n = *current;
  const std::size_t full_axis = axis_of(n, n.integer("axis", 0), v.at(n.inputs[0]).shape.size());
  const index extent = v.at(n.inputs[0]).shape[full_axis];
  const dims parts = parts_of(n, v, extent);
  if (full_axis < offset(n.inputs[0])) {
    ids[n.outputs[0]] = id(0);
    return done;
  }
  const std::size_t axis = full_axis - offset(n.inputs[0]);
  const bool equal = std::all_of(parts.begin(), parts.end(), [&](index p) { return p == parts[0]; });
  index begin = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!n.outputs[i].empty()) {
      int x = 0;
      if (equal && parts.size() > 1) {
        attributes a = detail::part_of(static_cast<index>(i), static_cast<index>(parts.size()));
        if (axis != 0) set_option(a, layers::axis{static_cast<int>(axis)});
        x = add(a, {id(0)});
      } else {
        x = sliced(id(0), static_cast<index>(axis), begin, begin + parts[i]);
      }
      ids[n.outputs[i]] = reshaped(x, map_shape(n.outputs[i]));
    }
    begin += parts[i];
  }
  return done;
}

}  // namespace tenon::importer
