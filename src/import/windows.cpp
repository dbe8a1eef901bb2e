// ONNX's operators with a window: convolutions, pools, resampling.
#include <algorithm>
#include <cmath>
#include <thread>

#include "operators.hpp"

namespace tenon::importer {

window window_of(const node& n, const dims& kernel, const dims& in) {
  const std::size_t axes = kernel.size();
  window w{n.integers("kernel_shape", kernel),
           n.integers("strides", dims(axes, 1)),
           n.integers("dilations", dims(axes, 1)),
           n.integers("pads", dims(2 * axes, 0)),
           {},
           n.integer("ceil_mode", 0) != 0};
  const auto within = [](const dims& d, index least) {
    return std::all_of(d.begin(), d.end(), [&](index x) { return x >= least && x <= 65536; });
  };
  if (axes < 1 || axes > 3 || in.size() != axes) {
    throw refusal(n.described() + ": its input must have one to three spatial axes, as many as its window");
  }
  if (w.kernel != kernel || w.strides.size() != axes || w.dilations.size() != axes ||
      w.pads.size() != 2 * axes || !within(w.kernel, 1) || !within(w.strides, 1) || !within(w.dilations, 1) ||
      !within(w.pads, 0)) {
    throw refusal(n.described() + ": its window is malformed");
  }
  const std::string mode = n.text("auto_pad", "NOTSET");
  const bool transposed = n.op == "ConvTranspose";
  for (std::size_t a = 0; a < axes; ++a) {
    const index reach = w.dilations[a] * (w.kernel[a] - 1) + 1;
    if (mode != "NOTSET" && !mode.empty()) {
      if (mode != "VALID" && mode != "SAME_UPPER" && mode != "SAME_LOWER") {
        throw refusal(n.described() + ": auto_pad " + mode + " is not known");
      }
      const index outputs = (in[a] + w.strides[a] - 1) / w.strides[a];
      // What a transposed convolution crops is what gives in * stride outputs.
      const index total = mode == "VALID" ? 0
                          : transposed    ? std::max(index{0}, reach - w.strides[a])
                                          : std::max(index{0}, (outputs - 1) * w.strides[a] + reach - in[a]);
      const index less = total / 2, more = total - less;
      w.pads[a] = mode == "SAME_LOWER" ? more : less;
      w.pads[axes + a] = mode == "SAME_LOWER" ? less : more;
    }
    if (transposed) {
      const index extra = n.integers("output_padding", dims(axes, 0)).at(a);
      w.outputs.push_back(w.strides[a] * (in[a] - 1) + extra + reach - w.pads[a] - w.pads[axes + a]);
      if (w.outputs[a] < 1) throw refusal(n.described() + ": it has no output");
      continue;
    }
    const index room = in[a] + w.pads[a] + w.pads[axes + a] - reach;
    if (room < 0) throw refusal(n.described() + ": its window is larger than its input");
    index outputs = (room + (w.ceil ? w.strides[a] - 1 : 0)) / w.strides[a] + 1;
    if (w.ceil && (outputs - 1) * w.strides[a] >= in[a] + w.pads[a])
      --outputs;  // no window starts beyond the end
    w.outputs.push_back(outputs);
  }
  return w;
}

node with_pads(const node& n, const dims& kernel, const dims& in) {
  if (!n.has("output_shape")) return n;
  node said = n;
  const std::size_t axes = kernel.size();
  const dims ones(axes, 1), strides = n.integers("strides", ones), dilations = n.integers("dilations", ones);
  const dims wanted = n.integers("output_shape", {}), extra = n.integers("output_padding", dims(axes, 0));
  if (wanted.size() != axes || strides.size() != axes || dilations.size() != axes || extra.size() != axes ||
      in.size() != axes) {
    throw refusal(n.described() + ": its window is malformed");
  }
  dims& pads = said.attributes["pads"].ints;
  pads.assign(2 * axes, 0);
  for (std::size_t a = 0; a < axes; ++a) {
    const index total = strides[a] * (in[a] - 1) + extra[a] + dilations[a] * (kernel[a] - 1) + 1 - wanted[a];
    if (total < 0) throw refusal(n.described() + ": its output_shape is larger than all that it scatters");
    const bool lower = n.text("auto_pad", "NOTSET") != "SAME_UPPER";
    pads[a] = lower ? total / 2 : total - total / 2;
    pads[axes + a] = total - pads[a];
  }
  said.attributes.erase("auto_pad");
  return said;
}

namespace {

/// Three spatial axes; those that are not there have an extent of 1.
struct geometry {
  index in[3], out[3], kernel[3], stride[3], dilation[3], begin[3];

  geometry(const window& w, const dims& x) {
    const std::size_t axes = w.kernel.size();
    for (std::size_t i = 0; i < 3; ++i) {
      const bool there = i + axes >= 3;
      const std::size_t a = there ? i + axes - 3 : 0;
      in[i] = there ? x[2 + a] : 1, out[i] = there ? w.outputs[a] : 1, kernel[i] = there ? w.kernel[a] : 1;
      stride[i] = there ? w.strides[a] : 1, dilation[i] = there ? w.dilations[a] : 1;
      begin[i] = there ? w.pads[a] : 0;
    }
  }
  static index volume(const index (&d)[3]) { return d[0] * d[1] * d[2]; }
  index positions() const { return volume(out); }
  index inputs() const { return volume(in); }
  index taps() const { return volume(kernel); }

  /// The outputs of an axis whose tap k lies within the input: first and one beyond the last.
  std::pair<index, index> within(int a, index k) const {
    const index at = k * dilation[a] - begin[a];
    const index first = at >= 0 ? 0 : (-at + stride[a] - 1) / stride[a];
    const index beyond = in[a] - 1 < at ? 0 : (in[a] - 1 - at) / stride[a] + 1;
    return {first, std::min(beyond, out[a])};
  }
  /// Calls f(element of the input, tap) for what the window of one output sees within the input.
  template <class F>
  void taps_at(index position, F f) const {
    const index o[3] = {position / (out[1] * out[2]), position / out[2] % out[1], position % out[2]};
    for (index a = 0; a < kernel[0]; ++a) {
      const index d = o[0] * stride[0] + a * dilation[0] - begin[0];
      if (d < 0 || d >= in[0]) continue;
      for (index b = 0; b < kernel[1]; ++b) {
        const index h = o[1] * stride[1] + b * dilation[1] - begin[1];
        if (h < 0 || h >= in[1]) continue;
        for (index c = 0; c < kernel[2]; ++c) {
          const index w = o[2] * stride[2] + c * dilation[2] - begin[2];
          if (w >= 0 && w < in[2]) f((d * in[1] + h) * in[2] + w, (a * kernel[1] + b) * kernel[2] + c);
        }
      }
    }
  }
  /// Calls f(first output, its input, count, step of the input) for each row of outputs that sees a tap.
  template <class F>
  void rows(index tap, F f) const {
    const index k[3] = {tap / (kernel[1] * kernel[2]), tap / kernel[2] % kernel[1], tap % kernel[2]};
    const auto [d0, d1] = within(0, k[0]);
    const auto [h0, h1] = within(1, k[1]);
    const auto [w0, w1] = within(2, k[2]);
    if (w0 >= w1) return;
    const index column = w0 * stride[2] + k[2] * dilation[2] - begin[2];
    for (index d = d0; d < d1; ++d) {
      for (index h = h0; h < h1; ++h) {
        const index plane = d * stride[0] + k[0] * dilation[0] - begin[0];
        const index row = h * stride[1] + k[1] * dilation[1] - begin[1];
        f((d * out[1] + h) * out[2] + w0, (plane * in[1] + row) * in[2] + column, w1 - w0, stride[2]);
      }
    }
  }
};

/// f(i) for all i below n; on several threads where there is much to do.
template <class F>
void in_parallel(index n, double work, F f) {
  const index threads =
      work < 1e6 ? 1 : std::min(n, std::max(index{1}, index(std::thread::hardware_concurrency())));
  std::vector<std::thread> others;
  const auto part = [&](index t) {
    for (index i = n * t / threads; i < n * (t + 1) / threads; ++i) f(i);
  };
  for (index t = 1; t < threads; ++t) others.emplace_back(part, t);
  part(0);
  for (std::thread& t : others) t.join();
}

dims shape_of(index channels, const window& w) {
  dims shape{1, channels};
  shape.insert(shape.end(), w.outputs.begin(), w.outputs.end());
  return shape;
}
dims tail(const dims& d, std::size_t first) {
  return d.size() < first ? dims{} : dims(d.begin() + static_cast<std::ptrdiff_t>(first), d.end());
}

/// y[c][p] = first[c] + sum over k of w[c][k] * x[k][p] for 4 positions p; x lies as k x 4.
void products(index channels, index depth, const double* w, const double* x, double* y, index distance,
              index positions) {
  for (index c = 0; c < channels; c += 4) {
    const index rows = std::min(index{4}, channels - c);
    const double* row[4];
    for (index i = 0; i < 4; ++i) row[i] = w + (c + std::min(i, rows - 1)) * depth;
    double sums[4][4] = {};
    for (index k = 0; k < depth; ++k) {
      for (int i = 0; i < 4; ++i) {
        for (int p = 0; p < 4; ++p) sums[i][p] += row[i][k] * x[4 * k + p];
      }
    }
    for (index i = 0; i < rows; ++i) {
      for (index p = 0; p < positions; ++p) y[(c + i) * distance + p] += sums[i][p];
    }
  }
}

results conv(const operation& o) {
  const array &x = o.in(0), &w = o.constant(1);
  const index groups = o.n.integer("group", 1);
  o.require(w.shape.size() >= 3 && x.shape.size() == w.shape.size() && groups >= 1 && x.shape[0] == 1 &&
                w.shape[0] >= 1 && w.shape[0] % groups == 0 && w.shape[1] >= 1 && x.shape[1] % groups == 0 &&
                x.shape[1] / groups == w.shape[1] &&
                (!o.n.given(2) || o.constant(2).shape == dims{w.shape[0]}),
            "the shapes of its input, weights, bias and groups do not agree");
  const window win = window_of(o.n, tail(w.shape, 2), tail(x.shape, 2));
  array y = make(shape_of(w.shape[0], win), x.known);
  if (!x.known) return {std::move(y)};
  const geometry g(win, x.shape);
  const index depth = w.shape[1] * g.taps(), each = w.shape[0] / groups, positions = g.positions();
  if (o.n.given(2)) {
    for (index c = 0; c < w.shape[0]; ++c)
      std::fill_n(&y.data[at(c * positions)], positions, o.in(2).data[at(c)]);
  }
  // Four positions at a time: what their windows see, and its product with all filters.
  in_parallel((positions + 3) / 4, static_cast<double>(y.data.size()) * static_cast<double>(depth),
              [&](index block) {
                const index first = 4 * block, count = std::min(index{4}, positions - first);
                std::vector<double> seen(at(4 * depth));
                for (index group = 0; group < groups; ++group) {
                  std::fill(seen.begin(), seen.end(), 0);
                  for (index p = 0; p < count; ++p) {
                    g.taps_at(first + p, [&](index in, index tap) {
                      for (index i = 0; i < w.shape[1]; ++i) {
                        seen[at(4 * (i * g.taps() + tap) + p)] =
                            x.data[at((group * w.shape[1] + i) * g.inputs() + in)];
                      }
                    });
                  }
                  products(each, depth, &w.data[at(group * each * depth)], seen.data(),
                           &y.data[at(group * each * positions + first)], positions, count);
                }
              });
  return {std::move(y)};
}

/// What a convolution with the same window gathers, it scatters: its outputs are that one's inputs.
results conv_transpose(const operation& o) {
  const array &x = o.in(0), &w = o.constant(1);
  const index groups = o.n.integer("group", 1);
  o.require(w.shape.size() >= 3 && x.shape.size() == w.shape.size() && groups >= 1 && x.shape[0] == 1 &&
                x.shape[1] == w.shape[0] && w.shape[0] % groups == 0 && w.shape[1] >= 1 &&
                (!o.n.given(2) || o.constant(2).shape == dims{w.shape[1] * groups}),
            "the shapes of its input, weights, bias and groups do not agree");
  const dims spatial = tail(x.shape, 2), kernel = tail(w.shape, 2);
  const node said = with_pads(o.n, kernel, spatial);
  const dims extra = o.n.integers("output_padding", dims(kernel.size(), 0));
  o.require(extra.size() == kernel.size() &&
                std::all_of(extra.begin(), extra.end(), [](index e) { return e >= 0 && e < 65536; }),
            "its output_padding is malformed");
  const window win = window_of(said, kernel, spatial);
  const index each = w.shape[1];
  array y = make(shape_of(each * groups, win), x.known);
  if (!x.known) return {std::move(y)};
  geometry g(win, x.shape);
  std::swap(g.in, g.out);
  const index ic = w.shape[0] / groups;
  in_parallel(each * groups, static_cast<double>(x.data.size()) * static_cast<double>(each * g.taps()),
              [&](index c) {
                double* to = &y.data[at(c * g.inputs())];
                std::fill_n(to, g.inputs(), o.n.given(2) ? o.in(2).data[at(c)] : 0);
                for (index i = c / each * ic; i < (c / each + 1) * ic; ++i) {
                  const double* from = &x.data[at(i * g.positions())];
                  const double* filter = &w.data[at((i * each + c % each) * g.taps())];
                  for (index tap = 0; tap < g.taps(); ++tap) {
                    g.rows(tap, [&](index out, index in, index count, index step) {
                      for (index j = 0; j < count; ++j) to[in + j * step] += filter[tap] * from[out + j];
                    });
                  }
                }
              });
  return {std::move(y)};
}

enum class pooled { max, mean, norm };

results pool(const operation& o, pooled what) {
  const array& x = o.in(0);
  o.require(x.shape.size() >= 3, "its input has no spatial axis");
  const bool all = o.n.integer("count_include_pad", 0) != 0;
  const window w = window_of(o.n, o.n.integers("kernel_shape", {}), tail(x.shape, 2));
  const double p = static_cast<double>(o.n.integer("p", 2));
  dims shape = shape_of(x.shape[1], w);
  shape[0] = x.shape[0];
  array y = make(shape, x.known);
  if (!x.known) return {std::move(y)};
  const geometry g(w, x.shape);
  const index planes = x.shape[0] * x.shape[1];
  // How many elements a mean is of: with padding, those of the padded input; a window may reach beyond it.
  std::vector<double> members(at(g.positions()), 0);
  if (all) {
    for (index i = 0; i < g.positions(); ++i) {
      const index o3[3] = {i / (g.out[1] * g.out[2]), i / g.out[2] % g.out[1], i % g.out[2]};
      double count = 1;
      for (std::size_t a = 0; a < 3; ++a) {
        const std::size_t axes = w.kernel.size();
        const index padded = a + axes >= 3 ? g.in[a] + g.begin[a] + w.pads[axes + a + axes - 3] : g.in[a];
        index inside = 0;
        for (index k = 0; k < g.kernel[a]; ++k) inside += o3[a] * g.stride[a] + k * g.dilation[a] < padded;
        count *= static_cast<double>(inside);
      }
      members[at(i)] = count;
    }
  } else {
    for (index tap = 0; tap < g.taps(); ++tap) {
      g.rows(tap, [&](index out, index, index count, index) {
        for (index j = 0; j < count; ++j) ++members[at(out + j)];
      });
    }
  }
  in_parallel(planes, static_cast<double>(y.data.size()) * static_cast<double>(g.taps()), [&](index c) {
    double* to = &y.data[at(c * g.positions())];
    const double* from = &x.data[at(c * g.inputs())];
    std::fill_n(to, g.positions(), what == pooled::max ? -INFINITY : 0);
    for (index tap = 0; tap < g.taps(); ++tap) {
      g.rows(tap, [&](index out, index in, index count, index step) {
        for (index j = 0; j < count; ++j) {
          const double element = from[in + j * step];
          double& result = to[out + j];
          if (what == pooled::max) {
            result = std::max(result, element);
          } else {
            result += what == pooled::mean ? element : std::pow(std::abs(element), p);
          }
        }
      });
    }
    for (index i = 0; i < g.positions(); ++i) {
      if (what == pooled::mean) to[i] /= members[at(i)];
      if (what == pooled::norm) to[i] = std::pow(to[i], 1 / p);
    }
  });
  return {std::move(y)};
}

double rounded(const std::string& how, double x) {
  if (how == "floor") return std::floor(x);
  if (how == "ceil") return std::ceil(x);
  if (how == "round_prefer_ceil") return std::floor(x + 0.5);
  return std::ceil(x - 0.5);  // round_prefer_floor
}

/// Axis by axis; `y` has the extents before it of the output, those behind of the input.
results resample(const operation& o) {
  const std::vector<taps> all = resampling_of(o.n, o.v);
  array y = o.in(0);
  const double beyond = o.n.real("extrapolation_value", 0);
  for (std::size_t a = 0; a < all.size(); ++a) {
    dims shape = y.shape;
    shape[a] = static_cast<index>(all[a].size());
    array next = make(shape, y.known);
    if (y.known) {
      const index inner = strides_of(shape)[a], before = y.shape[a] * inner, after = shape[a] * inner;
      for (index outer = 0; outer < static_cast<index>(next.data.size()) / std::max(index{1}, after);
           ++outer) {
        for (index i = 0; i < shape[a]; ++i) {
          double* to = &next.data[at(outer * after + i * inner)];
          if (all[a][at(i)].empty()) std::fill_n(to, inner, beyond);
          for (const auto& [from, weight] : all[a][at(i)]) {
            const double* source = &y.data[at(outer * before + from * inner)];
            for (index j = 0; j < inner; ++j) to[j] += weight * source[j];
          }
        }
      }
    }
    y = std::move(next);
  }
  return {std::move(y)};
}

const std::map<std::string, method>& table() {
  static const std::map<std::string, method> t{
      {"AveragePool", [](const operation& o) { return pool(o, pooled::mean); }},
      {"Conv", conv},
      {"ConvTranspose", conv_transpose},
      {"LpPool", [](const operation& o) { return pool(o, pooled::norm); }},
      {"MaxPool", [](const operation& o) { return pool(o, pooled::max); }},
      {"Resize", resample},
      {"Upsample", resample},
  };
  return t;
}

}  // namespace

/// Source: ONNX operator Resize.
std::vector<taps> resampling_of(const node& n, const values& v) {
  const operation o{n, v, 0};
  const dims& in = o.in(0).shape;
  const bool resize = n.op == "Resize";
  const std::size_t scales_at = resize && n.inputs.size() > 2 ? 2 : 1;
  std::vector<double> scales =
      n.op == "Upsample" && !n.given(1)
          ? (n.has("scales") ? n.attributes.at("scales").floats : std::vector<double>())
      : n.given(scales_at) ? o.constant(scales_at).data
                           : std::vector<double>();
  dims sizes;
  if (resize && n.given(3)) sizes = o.whole(3);
  o.require(!n.has("axes") && !n.has("keep_aspect_ratio_policy"),
            "axes and keep_aspect_ratio_policy are not supported");
  o.require(scales.size() == in.size() || sizes.size() == in.size(),
            "it must have a scale or a size for each axis");
  const bool by_size = sizes.size() == in.size();
  const std::vector<double> region =
      resize && n.given(1) && scales_at == 2 ? o.constant(1).data : std::vector<double>();
  const std::string mode = n.text("mode", "nearest"),
                    rounding = n.text("nearest_mode", resize ? "round_prefer_floor" : "floor");
  const std::string where =
      resize && scales_at == 2 ? n.text("coordinate_transformation_mode", "half_pixel") : "asymmetric";
  o.require(mode == "nearest" || mode == "linear", "only nearest and linear interpolation are supported");
  std::vector<taps> all;
  for (std::size_t a = 0; a < in.size(); ++a) {
    const double extent = static_cast<double>(in[a]);
    const double exact = by_size ? static_cast<double>(sizes[a]) : std::floor(extent * scales[a] + 1e-9);
    o.require(exact >= 1 && exact <= 1 << 20, "an output extent is out of range");
    const double outputs = exact, scale = by_size ? outputs / extent : scales[a];
    double first = 0, last = 1;
    if (where == "tf_crop_and_resize") {
      o.require(region.size() == 2 * in.size(), "its region is malformed");
      first = region[a], last = region[in.size() + a];
    }
    taps axis;
    for (index i = 0; i < static_cast<index>(outputs); ++i) {
      const double out = static_cast<double>(i);
      double x = 0;
      if (where == "half_pixel") {
        x = (out + 0.5) / scale - 0.5;
      } else if (where == "pytorch_half_pixel") {
        x = outputs > 1 ? (out + 0.5) / scale - 0.5 : 0;
      } else if (where == "tf_half_pixel_for_nn") {
        x = (out + 0.5) / scale;
      } else if (where == "asymmetric") {
        x = out / scale;
      } else if (where == "align_corners") {
        x = outputs > 1 ? out * (extent - 1) / (outputs - 1) : 0;
      } else if (where == "tf_crop_and_resize") {
        x = outputs > 1 ? (first + out * (last - first) / (outputs - 1)) * (extent - 1)
                        : (first + last) / 2 * (extent - 1);
      } else {
        o.fail("the mode " + where + " of its coordinates is not supported");
      }
      x = std::round(x * 1e9) / 1e9;  // 1.9999999999999998 is meant to be 2
      const auto inside = [&](double place) {
        return static_cast<index>(std::fmin(std::fmax(place, 0), extent - 1));
      };
      if (where == "tf_crop_and_resize" && (x < 0 || x > extent - 1)) {
        axis.emplace_back();
      } else if (mode == "nearest") {
        axis.push_back({{inside(rounded(rounding, x)), 1}});
      } else {
        const double low = std::floor(x), part = x - low;
        const index one = inside(low), other = inside(low + 1);
        if (part == 0 || one == other) {
          axis.push_back({{one, 1}});
        } else {
          axis.push_back({{one, 1 - part}, {other, part}});
        }
      }
    }
    all.push_back(std::move(axis));
  }
  return all;
}

method window_operator(const std::string& op) {
  const auto found = table().find(op);
  return found == table().end() ? nullptr : found->second;
}

}  // namespace tenon::importer
