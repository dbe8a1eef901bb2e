// Convolutions, pools and resampling.
#include <algorithm>
#include <cmath>

#include "translator.hpp"

namespace tenon::importer {
namespace {

dims spatial_of(const dims& full) { return full.size() < 2 ? dims{} : dims(full.begin() + 2, full.end()); }

bool all_are(const dims& d, index value) {
  return std::all_of(d.begin(), d.end(), [&](index x) { return x == value; });
}

/// Runs of one axis of a resampled map: ranges of elements as they are, or lists of weighted ones.
struct piece {
  index begin = 0, step = 1, count = 0;
  std::vector<std::pair<index, double>> weighted;
};
std::vector<piece> pieces_of(const taps& axis) {
  std::vector<piece> all;
  for (const auto& one : axis) {
    if (one.size() > 1) {
      all.push_back({0, 1, 0, one});
      continue;
    }
    const index from = one[0].first;
    piece* const last = all.empty() || !all.back().weighted.empty() ? nullptr : &all.back();
    if (last && last->count == 1 && from > last->begin) {
      last->step = from - last->begin;
      last->count = 2;
    } else if (last && last->count > 1 && from == last->begin + last->count * last->step) {
      ++last->count;
    } else {
      all.push_back({from, 1, 1, {}});
    }
  }
  return all;
}

}  // namespace

/// One number where all are equal, one for each axis where its two sides are, else all.
void translator::set_padding(attributes& a, const dims& pads) const {
  if (all_are(pads, 0)) return;
  const auto half = static_cast<std::ptrdiff_t>(pads.size() / 2);
  const bool even = std::equal(pads.begin(), pads.begin() + half, pads.begin() + half);
  set_option(a, extents_of<layers::padding>(even ? dims(pads.begin(), pads.begin() + half) : pads));
}

/// What the node says of its window; a stride of `usual` is not said.
void translator::set_window(attributes& a, const window& s, const dims& usual) const {
  if (s.strides != usual) set_option(a, extents_of<layers::stride>(s.strides));
  if (!all_are(s.dilations, 1)) set_option(a, extents_of<layers::dilation>(s.dilations));
  const std::string mode = current->text("auto_pad", "NOTSET");
  const bool transposed = a.kind == op::conv_transpose;
  const bool behind_nothing = a.kind == op::conv && s.kernel.size() == 1 && s.pads[0] > 0 &&
                              s.pads[0] == s.dilations[0] * (s.kernel[0] - 1) && s.pads[1] == 0;
  if (mode == "SAME_UPPER" && !transposed) {
    set_option(a, layers::same);
  } else if (mode == "SAME_LOWER" && !transposed) {
    set_option(a, layers::same_lower);
  } else if (behind_nothing) {
    set_option(a, layers::causal);
  } else {
    set_padding(a, s.pads);
  }
}

/// weight, and bias if it is given.
std::vector<parameter> translator::weight_and_bias(attributes& a) const {
  std::vector<parameter> parameters{{"weight", shared(current->inputs[1])}};
  if (current->given(2)) {
    constant(2, "biases");
    parameters.push_back({"bias", shared(current->inputs[2])});
  } else {
    set_option(a, layers::no_bias);
  }
  return parameters;
}

int translator::windowed() {
  const std::string& op_ = current->op;
  if (op_ == "Conv") return convolution();
  if (op_ == "ConvTranspose") return transposed_convolution();
  if (op_ == "MaxPool" || op_ == "AveragePool" || op_ == "LpPool") return pool();
  if (op_ == "GlobalAveragePool") return add(attributes(op::global_avg_pool), {id(0)});
  if (op_ == "GlobalMaxPool") return add(attributes(op::global_max_pool), {id(0)});
  if (op_ == "GlobalLpPool")
    return add(detail::counted(op::global_lp_pool, current->integer("p", 2)), {id(0)});
  if (op_ == "Resize" || op_ == "Upsample") return resampled();
  return not_mine;
}

int translator::convolution() {
  const node& n = *current;
  const array& w = constant(1, "weights");
  const dims kernel = spatial_of(w.shape);
  const window s = window_of(n, kernel, spatial_of(v.at(n.inputs[0]).shape));
  const index groups = n.integer("group", 1);
  attributes a(op::conv, w.shape[0], extents_of(kernel));
  set_window(a, s, dims(kernel.size(), 1));
  if (groups > 1 && groups == shape_of(id(0))[0]) {
    set_option(a, layers::depthwise);
  } else if (groups > 1) {
    set_option(a, layers::groups{groups});
  }
  std::vector<parameter> parameters = weight_and_bias(a);
  return add(a, {id(0)}, std::move(parameters));
}

int translator::transposed_convolution() {
  const array& w = constant(1, "weights");
  const dims kernel = spatial_of(w.shape), in = spatial_of(v.at(current->inputs[0]).shape);
  const node n = with_pads(*current, kernel, in);
  const index groups = n.integer("group", 1);
  attributes a(op::conv_transpose, w.shape[1] * groups, extents_of(kernel));
  set_window(a, window_of(n, kernel, in), dims(kernel.size(), 1));
  const dims extra = n.integers("output_padding", dims(kernel.size(), 0));
  if (!all_are(extra, 0)) set_option(a, extents_of<layers::output_padding>(extra));
  if (groups > 1) set_option(a, layers::groups{groups});
  std::vector<parameter> parameters = weight_and_bias(a);
  return add(a, {id(0)}, std::move(parameters));
}

int translator::pool() {
  const node& n = *current;
  const window s = window_of(n, n.integers("kernel_shape", {}), spatial_of(v.at(n.inputs[0]).shape));
  const op kind = n.op == "MaxPool" ? op::max_pool : n.op == "AveragePool" ? op::avg_pool : op::lp_pool;
  attributes a(kind, 0, extents_of(s.kernel));
  if (kind == op::lp_pool) a = detail::with_norm(a, static_cast<int>(n.integer("p", 2)));
  set_window(a, s, s.kernel);
  if (s.ceil) set_option(a, layers::ceil_mode);
  if (kind == op::avg_pool && n.integer("count_include_pad", 0) == 0 && !all_are(s.pads, 0))
    set_option(a, layers::exclude_padding);
  return add(a, {id(0)});
}

/// A whole scale is an upsampling; others are put together from slices.
int translator::resampled() {
  const node& n = *current;
  const std::vector<taps> all = resampling_of(n, v);
  int x = id(0);
  const std::size_t skipped = offset(n.inputs[0]);
  const dims from = shape_of(x);
  const auto is_same = [](const taps& axis, index extent) {
    if (static_cast<index>(axis.size()) != extent) return false;
    for (index i = 0; i < extent; ++i) {
      if (axis[at(i)] != taps::value_type{{i, 1}}) return false;
    }
    return true;
  };
  if (skipped == 1 && !is_same(all[0], 1)) fail("it changes the batch");
  dims scale;
  bool whole = from.size() >= 2 && is_same(all[skipped], from[0]), nearest = true;
  for (std::size_t a = 1; a < from.size(); ++a) {
    const auto outputs = static_cast<index>(all[skipped + a].size());
    whole = whole && outputs % from[a] == 0;
    scale.push_back(whole ? outputs / from[a] : 1);
    for (index i = 0; whole && i < outputs; ++i) {
      nearest = nearest && all[skipped + a][at(i)] == taps::value_type{{i / scale.back(), 1}};
    }
  }
  const std::string where = n.text("coordinate_transformation_mode",
                                   n.op == "Resize" && g.opset > 10 ? "half_pixel" : "asymmetric");
  if (whole && all_are(scale, 1) && nearest) return x;
  if (whole && nearest) return add(attributes(op::upsample, 0, extents_of(scale)), {x});
  if (whole && n.text("mode", "nearest") == "linear" &&
      (where == "half_pixel" || where == "pytorch_half_pixel" || where == "align_corners")) {
    attributes a(op::upsample, 0, extents_of(scale));
    set_option(a, layers::bilinear);
    if (where == "align_corners") set_option(a, layers::align_corners);
    return add(a, {x});
  }
  // Axis by axis; what lies beyond the edge is padding.
  dims before(from.size(), 0), after(from.size(), 0);
  for (std::size_t a = 0; a < from.size(); ++a) {
    taps axis = all[skipped + a];
    while (!axis.empty() && axis.front().empty()) axis.erase(axis.begin()), ++before[a];
    while (!axis.empty() && axis.back().empty()) axis.pop_back(), ++after[a];
    if (axis.empty() || std::any_of(axis.begin(), axis.end(), [](const auto& t) { return t.empty(); }))
      fail("its region lies outside of its input");
    if (is_same(axis, from[a])) continue;
    const std::vector<piece> pieces = pieces_of(axis);
    if (pieces.size() > 32)
      fail(
          "it resamples by a factor that is not whole, into more than 32 pieces: the language has whole "
          "factors");
    std::vector<int> parts;
    for (const piece& p : pieces) {
      const auto number = static_cast<index>(a);
      if (p.weighted.empty()) {
        parts.push_back(sliced(x, number, p.begin, p.begin + (p.count - 1) * p.step + 1, p.step));
        continue;
      }
      std::vector<int> terms;
      for (const auto& [i, weight] : p.weighted)
        terms.push_back(constant_factor(sliced(x, number, i, i + 1), weight));
      parts.push_back(add(attributes(op::add), terms));
    }
    attributes join(op::concat);
    join.axis = static_cast<int>(a);
    x = parts.size() == 1 ? parts[0] : add(join, parts);
  }
  dims pads = before;
  pads.insert(pads.end(), after.begin(), after.end());
  if (all_are(pads, 0)) return x;
  return padded_anywhere(x, pads, map_shape(n.outputs[0]), n.real("extrapolation_value", 0), edge::zeros);
}

}  // namespace tenon::importer
