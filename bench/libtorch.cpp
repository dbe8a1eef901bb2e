#include "libtorch.hpp"

// First: as C++20 and with Clang, the other headers of libtorch 1.13 need the whole type.
#include <ATen/core/ivalue.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/api/include/torch/version.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>

namespace bench {
namespace {

using at::Tensor;
using tenon::node;
using tenon::op;
using numbers = std::vector<std::int64_t>;

/// A layer that is not said in libtorch's operators here.
struct not_there : std::runtime_error {
  using runtime_error::runtime_error;
};

/// One operator: of the one or two feature maps that it reads.
using step = std::function<Tensor(const Tensor&, const Tensor&)>;

class builder {
 public:
  builder(tenon::graph_view network, std::span<const float> weights) : network_(network), weights_(weights) {
    readers_.resize(network.nodes.size());
    for (std::size_t id = 0; id < network.nodes.size(); ++id)
      for (const int from : network.nodes[id].inputs)
        if (from >= 0) readers_[static_cast<std::size_t>(from)].push_back(static_cast<int>(id));
  }

  step make(int id) const {
    const node& n = at(id);
    switch (n.attr.kind) {
      case op::conv:
      case op::conv_transpose:
        return convolution(id);
      case op::batch_norm:
        return normalisation(n);
      case op::linear: {
        const Tensor w = tensor(n, 0, {n.out.channels(), source(n).out.count()});
        const Tensor b = n.attr.has_bias ? tensor(n, w.numel(), {n.out.channels()}) : Tensor();
        return [w, b](const Tensor& x, const Tensor&) { return at::linear(x, w, b); };
      }
      case op::max_pool:
      case op::avg_pool:
        return pool(n);
      case op::global_avg_pool:
        return along_positions(n, [](const Tensor& x, const numbers& axes) { return x.mean(axes); });
      case op::global_max_pool:
        return along_positions(n, [](const Tensor& x, const numbers& axes) { return x.amax(axes); });
      case op::softmax:
        return [axis = n.attr.axis](const Tensor& x, const Tensor&) { return at::softmax(x, axis + 1); };
      case op::flatten:
      case op::reshape:
        return [to = batch_of(n.out)](const Tensor& x, const Tensor&) { return x.reshape(to); };
      case op::slice:
        return [&n, axis = n.axis + 1](const Tensor& x, const Tensor&) {
          const auto count = (n.out.extents[n.axis] - 1) * n.attr.step + 1;
          return x.slice(axis, n.begin, n.begin + count, n.attr.step);
        };
      case op::channel_shuffle:
        return [groups = n.attr.groups](const Tensor& x, const Tensor&) {
          return at::channel_shuffle(x, groups);
        };
      case op::pixel_shuffle:
        return
            [factor = n.attr.groups](const Tensor& x, const Tensor&) { return at::pixel_shuffle(x, factor); };
      case op::dropout:
      case op::identity:
        return [](const Tensor& x, const Tensor&) { return x; };
      case op::add:
        return [](const Tensor& a, const Tensor& b) { return at::add(a, b); };
      case op::subtract:
        return [](const Tensor& a, const Tensor& b) { return at::sub(a, b); };
      case op::multiply:
        return [](const Tensor& a, const Tensor& b) { return at::mul(a, b); };
      case op::maximum:
        return [](const Tensor& a, const Tensor& b) { return at::maximum(a, b); };
      case op::concat:
        return [axis = n.axis + 1](const Tensor& a, const Tensor& b) { return at::cat({a, b}, axis); };
      default:
        return activation(n, overwrites(n));
    }
  }

  /// Is the feature map read by this node last?
  bool last_reader(int map, int id) const {
    const std::vector<int>& all = readers_[static_cast<std::size_t>(map)];
    return !all.empty() && all.back() == id;
  }

  static numbers batch_of(const tenon::shape& s) {
    numbers extents{1};
    extents.insert(extents.end(), s.extents, s.extents + s.rank);
    return extents;
  }

 private:
  const node& at(int id) const { return network_.nodes[static_cast<std::size_t>(id)]; }
  const node& source(const node& n) const { return at(n.inputs[0]); }
  int only_reader(int id) const {
    const std::vector<int>& all = readers_[static_cast<std::size_t>(id)];
    return all.size() == 1 ? all[0] : -1;
  }

  /// A tensor of a node, `from` elements behind its first.
  Tensor tensor(const node& n, std::int64_t from, const numbers& extents) const {
    const float* first = weights_.data() + n.tensor_offset + from;
    return at::from_blob(const_cast<float*>(first), extents).clone();
  }

  static numbers per_axis(const node& n, const tenon::index (&of)[tenon::max_spatial_rank]) {
    return {of, of + n.out.spatial_rank()};
  }
  static bool same_on_both_sides(const node& n) {
    return per_axis(n, n.win.pad_lo) == per_axis(n, n.win.pad_hi);
  }
  /// What at::constant_pad_nd takes: the last axis first.
  static numbers sides(const node& n) {
    numbers both;
    for (int axis = n.out.spatial_rank(); axis-- > 0;)
      both.push_back(n.win.pad_lo[axis]), both.push_back(n.win.pad_hi[axis]);
    return both;
  }

  /// Is it a batch norm that the convolution before it does, too?
  bool is_folded(const node& n) const {
    return n.attr.kind == op::batch_norm && source(n).attr.kind == op::conv && only_reader(n.inputs[0]) >= 0;
  }

  /// Factor and constant of each channel.
  std::pair<Tensor, Tensor> affine(const node& norm) const {
    const std::int64_t channels = norm.out.channels();
    const auto part = [&](int i) { return tensor(norm, i * channels, {channels}); };
    const Tensor factor = part(0) / at::sqrt(part(3) + static_cast<double>(norm.attr.epsilon));
    return {factor, part(1) - part(2) * factor};
  }

  step convolution(int id) const {
    const node& n = at(id);
    if (n.attr.flipped || n.attr.untied_bias || n.attr.beyond != tenon::edge::zeros || n.pads)
      throw not_there("an option of a convolution");
    const bool transposed = n.attr.kind == op::conv_transpose;
    const std::int64_t channels = n.out.channels(), inputs = source(n).out.channels();
    numbers extents =
        transposed ? numbers{inputs, channels / n.groups} : numbers{channels, inputs / n.groups};
    for (const std::int64_t k : per_axis(n, n.win.kernel)) extents.push_back(k);
    Tensor w = tensor(n, 0, extents);
    Tensor b = n.attr.has_bias ? tensor(n, w.numel(), {channels}) : Tensor();
    if (const int next = only_reader(id); next >= 0 && is_folded(at(next))) {
      const auto [factor, constant] = affine(at(next));
      numbers column(extents.size(), 1);
      column[0] = channels;
      w = w * factor.reshape(column);
      b = b.defined() ? b * factor + constant : constant;
    }
    const numbers stride = per_axis(n, n.win.stride), dilation = per_axis(n, n.win.dilation);
    numbers padding = per_axis(n, n.win.pad_lo), more(padding.size(), 0), around;
    if (transposed) {
      for (std::size_t axis = 0; axis < more.size() && n.attr.output_padding.given(); ++axis)
        more[axis] = n.attr.output_padding.at(static_cast<int>(axis));
    } else if (!same_on_both_sides(n)) {
      around = sides(n);
      std::ranges::fill(padding, 0);
    }
    return [=, groups = n.groups](const Tensor& x, const Tensor&) {
      const Tensor padded = around.empty() ? x : at::constant_pad_nd(x, around, 0);
      return at::convolution(padded, w, b, stride, padding, dilation, transposed, more, groups);
    };
  }

  step normalisation(const node& n) const {
    if (is_folded(n)) return [](const Tensor& x, const Tensor&) { return x; };
    const auto [factor, constant] = affine(n);
    numbers column(static_cast<std::size_t>(n.out.rank) + 1, 1);
    column[1] = n.out.channels();
    return [factor = factor.reshape(column), constant = constant.reshape(column)](
               const Tensor& x, const Tensor&) { return at::addcmul(constant, x, factor); };
  }

  step pool(const node& n) const {
    const numbers kernel = per_axis(n, n.win.kernel), stride = per_axis(n, n.win.stride),
                  dilation = per_axis(n, n.win.dilation);
    numbers padding = per_axis(n, n.win.pad_lo);
    const bool ceil = n.attr.ceil_mode, whole = !n.attr.exclude_padding;
    const int rank = n.out.spatial_rank();
    if (n.attr.kind == op::avg_pool) {
      if (rank == 2)
        return [=](const Tensor& x, const Tensor&) {
          return at::avg_pool2d(x, kernel, stride, padding, ceil, whole);
        };
      if (rank == 1)
        return [=](const Tensor& x, const Tensor&) {
          return at::avg_pool1d(x, kernel, stride, padding, ceil, whole);
        };
      throw not_there("a pool of this rank");
    }
    numbers around;
    if (!ceil && !same_on_both_sides(n)) {
      around = sides(n);
      std::ranges::fill(padding, 0);
    }
    return [=](const Tensor& x, const Tensor&) {
      const Tensor padded = around.empty() ? x : at::constant_pad_nd(x, around, -INFINITY);
      if (rank == 1) return at::max_pool1d(padded, kernel, stride, padding, dilation, ceil);
      if (rank == 2) return at::max_pool2d(padded, kernel, stride, padding, dilation, ceil);
      return at::max_pool3d(padded, kernel, stride, padding, dilation, ceil);
    };
  }

  template <class Function>
  step along_positions(const node& n, Function f) const {
    numbers axes;
    for (int axis = 0; axis < source(n).out.spatial_rank(); ++axis) axes.push_back(axis + 2);
    return [f, axes, to = batch_of(n.out)](const Tensor& x, const Tensor&) { return f(x, axes).reshape(to); };
  }

  /// May the node write where it reads?
  bool overwrites(const node& n) const {
    const int from = n.inputs[0];
    const op kind = at(from).attr.kind;
    return only_reader(from) >= 0 &&
           (kind == op::conv || kind == op::batch_norm || kind == op::add || kind == op::linear);
  }

  static step activation(const node& n, bool in_place) {
    const auto either = [in_place](auto fresh, auto same) -> step {
      if (in_place)
        return [same](const Tensor& x, const Tensor&) {
          Tensor y = x;
          same(y);
          return y;
        };
      return [fresh](const Tensor& x, const Tensor&) { return fresh(x); };
    };
    const double alpha = n.attr.alpha, beta = n.attr.beta;
    switch (n.attr.kind) {
      case op::relu:
        return either([](const Tensor& x) { return at::relu(x); }, [](Tensor& x) { at::relu_(x); });
      case op::relu6:
        return either([](const Tensor& x) { return at::hardtanh(x, 0, 6); },
                      [](Tensor& x) { at::hardtanh_(x, 0, 6); });
      case op::clip:
        return either([=](const Tensor& x) { return at::clamp(x, alpha, beta); },
                      [=](Tensor& x) { at::clamp_(x, alpha, beta); });
      case op::leaky_relu:
        return either([=](const Tensor& x) { return at::leaky_relu(x, alpha); },
                      [=](Tensor& x) { at::leaky_relu_(x, alpha); });
      case op::sigmoid:
        return either([](const Tensor& x) { return at::sigmoid(x); }, [](Tensor& x) { at::sigmoid_(x); });
      case op::hard_sigmoid:
        if (std::abs(alpha - 1.0 / 6) > 1e-6 || beta != 0.5) break;
        return either([](const Tensor& x) { return at::hardsigmoid(x); },
                      [](Tensor& x) { at::hardsigmoid_(x); });
      case op::tanh:
        return either([](const Tensor& x) { return at::tanh(x); }, [](Tensor& x) { at::tanh_(x); });
      case op::silu:
        return either([](const Tensor& x) { return at::silu(x); }, [](Tensor& x) { at::silu_(x); });
      case op::hard_swish:
        return either([](const Tensor& x) { return at::hardswish(x); }, [](Tensor& x) { at::hardswish_(x); });
      case op::multiply_by:
        return either([=](const Tensor& x) { return x.mul(alpha); }, [=](Tensor& x) { x.mul_(alpha); });
      case op::add_constant:
        return either([=](const Tensor& x) { return x.add(alpha); }, [=](Tensor& x) { x.add_(alpha); });
      default:
        break;
    }
    throw not_there("a layer");
  }

  tenon::graph_view network_;
  std::span<const float> weights_;
  std::vector<std::vector<int>> readers_;
};

struct ready {
  tenon::graph_view network;
  Tensor input;
  std::vector<step> steps;
  std::vector<std::vector<int>> ended;  // by step: the feature maps that nobody reads after it
  std::vector<Tensor> maps;             // by node

  /// Of an input with fewer axes than the output, such as one number for each channel, the others are 1.
  static Tensor with_axes(const Tensor& x, int axes) {
    Tensor y = x;
    while (y.defined() && y.dim() < axes) y = y.unsqueeze(-1);
    return y;
  }

  void run(bool check) {
    const c10::InferenceMode no_gradients;
    for (std::size_t id = 0; id < steps.size(); ++id) {
      const node& n = network.nodes[id];
      if (n.attr.kind == op::input) {
        maps[id] = input;
        continue;
      }
      const auto map = [&](int i) {
        if (n.inputs[i] < 0) return Tensor();
        const Tensor& from = maps[static_cast<std::size_t>(n.inputs[i])];
        return tenon::is_join(n.attr.kind) ? with_axes(from, n.out.rank + 1) : from;
      };
      maps[id] = steps[id](map(0), map(1));
      if (check && maps[id].sizes() != at::IntArrayRef(builder::batch_of(n.out)))
        throw not_there("a layer whose output has other extents");
      for (const int map : ended[id]) maps[static_cast<std::size_t>(map)].reset();
    }
  }
};

}  // namespace

libtorch_network make_libtorch(tenon::graph_view network, std::span<const float> weights,
                               std::span<const float> input, int threads) {
  at::set_num_threads(threads);
  const c10::InferenceMode no_gradients;
  const auto all = std::make_shared<ready>();
  all->network = network;
  try {
    if (network.outputs.size() != 1) throw not_there("a second output");
    const builder build(network, weights);
    for (int id = 0; id < static_cast<int>(network.nodes.size()); ++id) {
      const node& n = network.nodes[static_cast<std::size_t>(id)];
      const bool given = n.attr.kind == op::input;
      all->steps.push_back(given ? step() : build.make(id));
      if (given)
        all->input = at::from_blob(const_cast<float*>(input.data()), builder::batch_of(n.out)).clone();
      std::vector<int>& ended = all->ended.emplace_back();
      for (const int map : n.inputs)
        if (map >= 0 && build.last_reader(map, id)) ended.push_back(map);
    }
    all->maps.resize(network.nodes.size());
    all->run(true);
  } catch (const not_there&) {
    return {};
  }
  return {[all] { all->run(false); },
          [all] {
            const Tensor last = all->maps[static_cast<std::size_t>(all->network.outputs[0])].contiguous();
            const float* first = last.data_ptr<float>();
            return std::vector<float>(first, first + last.numel());
          }};
}

std::string libtorch_version() { return TORCH_VERSION; }

}  // namespace bench
