// ONNX's operators that move elements, and those of shape arithmetic.
#include <algorithm>
#include <cmath>

#include "operators.hpp"

namespace tenon::importer {

dims pads_of(const node& n, const values& v, std::size_t rank) {
  dims pads = n.given(1) ? operation{n, v, 0}.whole(1) : n.integers("pads", n.integers("paddings", {}));
  if (n.given(3)) {
    const dims listed = operation{n, v, 0}.whole(3);
    dims all(2 * rank, 0);
    if (pads.size() != 2 * listed.size()) throw refusal(n.described() + ": its pads are malformed");
    for (std::size_t i = 0; i < listed.size(); ++i) {
      const std::size_t a = axis_of(n, listed[i], rank);
      all[a] = pads[i], all[rank + a] = pads[listed.size() + i];
    }
    pads = all;
  }
  const bool right = pads.size() == 2 * rank &&
                     std::all_of(pads.begin(), pads.end(), [](index p) { return std::abs(p) <= 1 << 24; });
  if (!right) throw refusal(n.described() + ": its pads are malformed");
  return pads;
}

std::vector<range> ranges_of(const node& n, const values& v) {
  const operation o{n, v, 0};
  const dims& x = o.in(0).shape;
  const bool listed = n.inputs.size() > 1;
  const dims starts = listed ? o.whole(1) : n.integers("starts", {}),
             ends = listed ? o.whole(2) : n.integers("ends", {});
  dims axes = n.given(3) ? o.whole(3) : n.integers("axes", {}),
       steps = n.given(4) ? o.whole(4) : dims(starts.size(), 1);
  if (axes.empty()) {
    for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<index>(i));
  }
  o.require(ends.size() == starts.size() && axes.size() == starts.size() && steps.size() == starts.size(),
            "it is malformed");
  std::vector<range> all;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t a = axis_of(n, axes[i], x.size());
    const index extent = x[a], step = steps[i];
    o.require(step != 0 && std::abs(step) <= 1 << 28, "its step is out of range");
    const auto place = [&](index p, index least, index most) {
      return std::clamp(p < 0 ? p + extent : p, least, most);
    };
    const index begin = step > 0 ? place(starts[i], 0, extent) : place(starts[i], 0, extent - 1);
    const index end = step > 0 ? place(ends[i], 0, extent) : place(ends[i], -1, extent - 1);
    const index distance = step > 0 ? end - begin : begin - end;
    const index pace = std::abs(step);
    all.push_back({a, begin, step, distance <= 0 ? 0 : (distance + pace - 1) / pace});
  }
  return all;
}

dims parts_of(const node& n, const values& v, index extent) {
  dims parts = n.given(1) ? operation{n, v, 0}.whole(1) : n.integers("split", {});
  const auto count = static_cast<index>(n.outputs.size());
  if (parts.empty()) {
    const index each = (extent + count - 1) / count;
    for (index i = 0; i < count; ++i) parts.push_back(std::min(each, extent - i * each));
  }
  index sum = 0;
  for (const index p : parts) {
    if (p < 1 || p > extent) throw refusal(n.described() + ": its parts do not fit");
    sum += p;
  }
  if (sum != extent || static_cast<index>(parts.size()) != count)
    throw refusal(n.described() + ": its parts do not fit");
  return parts;
}

namespace {

array reshaped(const operation& o, dims shape) {
  const array& x = o.in(0);
  o.require(element_count(shape) == element_count(x.shape), "the count of elements would change");
  return {std::move(shape), x.data, x.known, x.whole};
}

results reshape(const operation& o) {
  const dims& x = o.in(0).shape;
  dims shape = o.n.given(1) ? o.whole(1) : o.n.integers("shape", {});
  std::size_t open = shape.size();
  index known = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0 && i < x.size() && o.n.integer("allowzero", 0) == 0) shape[i] = x[i];
    o.require(shape[i] >= -1 && shape[i] <= 1 << 28, "its shape is malformed");
    if (shape[i] == -1) {
      o.require(open == shape.size(), "two extents are left open");
      open = i;
    } else {
      known = element_count({known, shape[i]});
    }
  }
  if (open < shape.size()) shape[open] = known == 0 ? 0 : element_count(x) / known;
  return {reshaped(o, shape)};
}

results flatten(const operation& o) {
  const dims& x = o.in(0).shape;
  const index axis = o.n.integer("axis", 1);
  const auto a = static_cast<std::ptrdiff_t>(
      axis == static_cast<index>(x.size()) ? x.size() : axis_of(o.n, axis, x.size()));
  return {reshaped(o, {element_count({x.begin(), x.begin() + a}), element_count({x.begin() + a, x.end()})})};
}

results squeeze(const operation& o) {
  const dims& x = o.in(0).shape;
  const std::vector<std::size_t> axes = axes_of(o.n, o.v, x.size());
  const bool listed = o.n.given(1) || o.n.has("axes");
  dims shape;
  for (std::size_t a = 0; a < x.size(); ++a) {
    const bool goes = listed ? std::binary_search(axes.begin(), axes.end(), a) : x[a] == 1;
    o.require(!goes || x[a] == 1, "an axis that it removes has an extent of more than 1");
    if (!goes) shape.push_back(x[a]);
  }
  return {reshaped(o, shape)};
}

results unsqueeze(const operation& o) {
  const dims& x = o.in(0).shape;
  const std::size_t rank = x.size() + (o.n.given(1) ? o.whole(1).size() : o.n.integers("axes", {}).size());
  const std::vector<std::size_t> axes = axes_of(o.n, o.v, rank);
  dims shape;
  for (std::size_t a = 0, from = 0; a < rank; ++a) {
    shape.push_back(std::binary_search(axes.begin(), axes.end(), a) ? 1 : x[from++]);
  }
  return {reshaped(o, shape)};
}

results transpose(const operation& o) {
  const array& x = o.in(0);
  const std::size_t rank = x.shape.size();
  dims order = o.n.integers("perm", {});
  if (!o.n.has("perm")) {
    for (std::size_t a = rank; a-- > 0;) order.push_back(static_cast<index>(a));
  }
  o.require(order.size() == rank, "its perm is malformed");
  const dims own = strides_of(x.shape);
  std::set<index> seen;
  dims shape, strides;
  for (const index a : order) {
    o.require(a >= 0 && at(a) < rank && seen.insert(a).second, "its perm is malformed");
    shape.push_back(x.shape[at(a)]);
    strides.push_back(own[at(a)]);
  }
  array y = make(shape, x.known);
  if (x.known) gather(y, x, 0, strides);
  return {std::move(y)};
}

results concat(const operation& o) {
  const dims& first = o.in(0).shape;
  const std::size_t axis = axis_of(o.n, o.n.integer("axis", o.opset < 4 ? 1 : 0), first.size());
  dims shape = first;
  shape[axis] = 0;
  for (std::size_t i = 0; i < o.n.inputs.size(); ++i) {
    dims other = o.in(i).shape;
    o.require(other.size() == first.size(), "the shapes of its inputs do not agree");
    shape[axis] += other[axis];
    other[axis] = first[axis];
    o.require(other == first, "the shapes of its inputs do not agree");
  }
  array y = make(shape, o.known());
  y.whole = o.in(0).whole;
  if (!y.known) return {std::move(y)};
  const index inner = strides_of(shape)[axis], row = shape[axis] * inner;
  index begin = 0;
  for (std::size_t i = 0; i < o.n.inputs.size(); ++i) {
    const array& x = o.in(i);
    const index part = x.shape[axis] * inner;
    for (index k = 0; part > 0 && k < static_cast<index>(x.data.size()) / part; ++k) {
      std::copy_n(&x.data[at(k * part)], part, &y.data[at(k * row + begin)]);
    }
    begin += part;
  }
  return {std::move(y)};
}

/// Elements begin, begin + step, ... of the axes named.
array sliced(const array& x, const std::vector<range>& ranges) {
  dims shape = x.shape, strides = strides_of(x.shape);
  index origin = 0;
  for (const range& r : ranges) {
    shape[r.axis] = r.count;
    origin += r.begin * strides[r.axis];
    strides[r.axis] *= r.step;
  }
  array y = make(shape, x.known);
  y.whole = x.whole;
  if (x.known) gather(y, x, origin, strides);
  return y;
}

results slice(const operation& o) { return {sliced(o.in(0), ranges_of(o.n, o.v))}; }

results split(const operation& o) {
  const array& x = o.in(0);
  const std::size_t axis = axis_of(o.n, o.n.integer("axis", 0), x.shape.size());
  results parts;
  index begin = 0;
  for (const index part : parts_of(o.n, o.v, x.shape[axis])) {
    parts.push_back(sliced(x, {{axis, begin, 1, part}}));
    begin += part;
  }
  return parts;
}

results pad(const operation& o) {
  const array& x = o.in(0);
  const std::size_t rank = x.shape.size();
  const dims pads = pads_of(o.n, o.v, rank);
  const std::string mode = o.n.text("mode", "constant");
  const double fill = o.n.given(2) ? o.scalar(2) : o.n.real("value", 0);
  o.require(mode == "constant" || mode == "edge" || mode == "reflect" || mode == "wrap",
            "its mode is not known");
  dims shape = x.shape;
  for (std::size_t a = 0; a < rank; ++a) {
    shape[a] += pads[a] + pads[rank + a];
    o.require(shape[a] >= 1 && x.shape[a] >= 1, "nothing is left");
    o.require(mode != "reflect" || (pads[a] < x.shape[a] && pads[rank + a] < x.shape[a]),
              "it reflects more than there is");
  }
  array y = make(shape, x.known);
  if (!x.known) return {std::move(y)};
  const dims own = strides_of(x.shape);
  dims place(rank, 0);
  for (double& element : y.data) {
    bool inside = true;
    index from = 0;
    for (std::size_t a = 0; a < rank; ++a) {
      index i = place[a] - pads[a];
      const index extent = x.shape[a];
      if (i < 0 || i >= extent) {
        inside = inside && mode != "constant";
        i = mode == "edge"      ? std::clamp(i, index{0}, extent - 1)
            : mode == "reflect" ? (i < 0 ? -i : 2 * (extent - 1) - i)
            : mode == "wrap"    ? ((i % extent) + extent) % extent
                                : 0;
      }
      from += i * own[a];
    }
    element = inside ? x.data[at(from)] : fill;
    for (std::size_t a = rank; a-- > 0;) {
      if (++place[a] < shape[a]) break;
      place[a] = 0;
    }
  }
  return {std::move(y)};
}

/// Of constants, and one element along an axis of what is computed.
results take(const operation& o) {
  const array& x = o.in(0);
  const std::size_t axis = axis_of(o.n, o.n.integer("axis", 0), x.shape.size());
  dims chosen = o.whole(1);
  for (index& i : chosen) {
    if (i < 0) i += x.shape[axis];
    o.require(i >= 0 && i < x.shape[axis], "an index is out of range");
  }
  dims shape(x.shape.begin(), x.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.end(), o.in(1).shape.begin(), o.in(1).shape.end());
  shape.insert(shape.end(), x.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.shape.end());
  array y = make(shape, x.known);
  y.whole = x.whole;
  if (!x.known || y.data.empty()) return {std::move(y)};
  const index inner = strides_of(x.shape)[axis], row = x.shape[axis] * inner,
              count = static_cast<index>(chosen.size());
  for (index k = 0; k < static_cast<index>(y.data.size()) / (count * inner); ++k) {
    for (index i = 0; i < count; ++i) {
      std::copy_n(&x.data[at(k * row + chosen[at(i)] * inner)], inner, &y.data[at((k * count + i) * inner)]);
    }
  }
  return {std::move(y)};
}

/// Through a shape of six axes and another order of them.
array shuffled(const operation& o, const dims& view, const dims& order, const dims& shape) {
  const array& x = o.in(0);
  array y = make(shape, x.known);
  if (!x.known) return y;
  const dims own = strides_of(view);
  dims strides, extents;
  for (const index a : order) {
    strides.push_back(own[at(a)]);
    extents.push_back(view[at(a)]);
  }
  y.shape = extents;
  gather(y, x, 0, strides);
  y.shape = shape;
  return y;
}

results depth_to_space(const operation& o) {
  const dims& x = o.in(0).shape;
  const index b = o.n.integer("blocksize", 0);
  o.require(x.size() == 4 && b >= 1 && b <= 4096 && x[1] % (b * b) == 0, "its block does not fit");
  const index c = x[1] / (b * b);
  const dims shape{x[0], c, x[2] * b, x[3] * b};
  if (o.n.text("mode", "DCR") == "CRD")
    return {shuffled(o, {x[0], c, b, b, x[2], x[3]}, {0, 1, 4, 2, 5, 3}, shape)};
  return {shuffled(o, {x[0], b, b, c, x[2], x[3]}, {0, 3, 4, 1, 5, 2}, shape)};
}

results space_to_depth(const operation& o) {
  const dims& x = o.in(0).shape;
  const index b = o.n.integer("blocksize", 0);
  o.require(x.size() == 4 && b >= 1 && b <= 4096 && x[2] % b == 0 && x[3] % b == 0, "its block does not fit");
  return {shuffled(o, {x[0], x[1], x[2] / b, b, x[3] / b, b}, {0, 3, 5, 1, 2, 4},
                   {x[0], x[1] * b * b, x[2] / b, x[3] / b})};
}

results constant(const operation& o) {
  const auto& a = o.n.attributes;
  if (a.contains("value_float")) return {array{{}, {a.at("value_float").f}}};
  if (a.contains("value_int")) return {array{{}, {static_cast<double>(a.at("value_int").i)}, true, true}};
  if (a.contains("value_ints")) {
    const dims& ints = a.at("value_ints").ints;
    return {array{{static_cast<index>(ints.size())}, {ints.begin(), ints.end()}, true, true}};
  }
  if (a.contains("value_floats")) {
    return {array{{static_cast<index>(a.at("value_floats").floats.size())}, a.at("value_floats").floats}};
  }
  o.require(a.contains("value"), "only numbers and tensors of numbers are supported");
  const array& tensor = a.at("value").tensor;
  o.require(tensor.data.size() == at(element_count(tensor.shape)), "its tensor is malformed");
  return {tensor};
}

results constant_of_shape(const operation& o) {
  array y = make(o.whole(0));
  const auto found = o.n.attributes.find("value");
  if (found != o.n.attributes.end()) {
    o.require(found->second.tensor.data.size() == 1, "its value must be one number");
    std::fill(y.data.begin(), y.data.end(), found->second.tensor.data[0]);
    y.whole = found->second.tensor.whole;
  }
  return {std::move(y)};
}

results shape(const operation& o) {
  const dims& x = o.in(0).shape;
  const auto rank = static_cast<index>(x.size());
  const auto place = [&](index p) { return std::clamp(p < 0 ? p + rank : p, index{0}, rank); };
  array y{{0}, {}, true, true};
  for (index i = place(o.n.integer("start", 0)); i < place(o.n.integer("end", rank)); ++i) {
    y.data.push_back(static_cast<double>(x[at(i)]));
  }
  y.shape[0] = static_cast<index>(y.data.size());
  return {std::move(y)};
}

results counting(const operation& o) {
  const double first = o.scalar(0), beyond = o.scalar(1), step = o.scalar(2);
  const double count = std::ceil((beyond - first) / step);
  o.require(step != 0 && count <= 1 << 20, "it counts too far");
  array y = make({static_cast<index>(std::fmax(count, 0))});
  y.whole = o.in(0).whole;
  for (std::size_t i = 0; i < y.data.size(); ++i) y.data[i] = first + static_cast<double>(i) * step;
  return {std::move(y)};
}

const std::map<std::string, method>& table() {
  static const std::map<std::string, method> t{
      {"Concat", concat},
      {"Constant", constant},
      {"ConstantOfShape", constant_of_shape},
      {"DepthToSpace", depth_to_space},
      {"Flatten", flatten},
      {"Gather", take},
      {"Pad", pad},
      {"Range", counting},
      {"Reshape", reshape},
      {"Shape", shape},
      {"Size",
       [](const operation& o) {
         return results{array{{}, {static_cast<double>(element_count(o.in(0).shape))}, true, true}};
       }},
      {"Slice", slice},
      {"SpaceToDepth", space_to_depth},
      {"Split", split},
      {"Squeeze", squeeze},
      {"Transpose", transpose},
      {"Unsqueeze", unsqueeze},
  };
  return t;
}

}  // namespace

method move_operator(const std::string& op) {
  const auto found = table().find(op);
  return found == table().end() ? nullptr : found->second;
}

}  // namespace tenon::importer
