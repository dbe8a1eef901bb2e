#include "onednn.hpp"

#include <omp.h>
#include <dnnl.hpp>

#include <algorithm>
#include <chrono>

namespace bench {
namespace {

using dnnl::memory;

dnnl::engine& engine() {
  static dnnl::engine e(dnnl::engine::kind::cpu, 0);
  return e;
}
dnnl::stream& stream() {
  static dnnl::stream s(engine());
  return s;
}

memory::desc any(const memory::dims& extents) {
  return {extents, memory::data_type::f32, memory::format_tag::any};
}
/// One element behind the other.
memory::desc natural(const memory::dims& extents) {
  memory::dims steps(extents.size(), 1);
  for (std::size_t axis = extents.size() - 1; axis > 0; --axis) steps[axis - 1] = steps[axis] * extents[axis];
  return {extents, memory::data_type::f32, steps};
}

/// A layer's extents as oneDNN wants them.
struct description {
  memory::dims input, weights, bias, output, stride, dilation, pad_lo, pad_hi;

  description(const tenon::node& layer, const tenon::shape& in) {
    const tenon::index groups = layer.groups;
    input = {1, in.channels()}, output = {1, layer.out.channels()}, bias = {layer.out.channels()};
    weights = {layer.out.channels() / groups, in.channels() / groups};
    if (groups > 1) weights.insert(weights.begin(), groups);
    for (int axis = 0; axis < layer.out.spatial_rank(); ++axis) {
      input.push_back(in.spatial(axis)), output.push_back(layer.out.spatial(axis));
      weights.push_back(layer.win.kernel[axis]);
      stride.push_back(layer.win.stride[axis]), dilation.push_back(layer.win.dilation[axis] - 1);
      pad_lo.push_back(layer.win.pad_lo[axis]), pad_hi.push_back(layer.win.pad_hi[axis]);
    }
    if (!layer.attr.has_bias) bias = {};
  }
};

class layer_of : public onednn_layer {
 public:
  layer_of(const description& d, bool winograd) : what_(d) {
    const auto forward = dnnl::prop_kind::forward_inference;
    const memory::desc in = any(d.input), weights = any(d.weights), out = any(d.output);
    const memory::desc bias = d.bias.empty() ? memory::desc() : any(d.bias);
    if (d.stride.empty()) {
      const dnnl::inner_product_forward::primitive_desc p({forward, in, weights, bias, out}, engine());
      keep(p), run_ = dnnl::inner_product_forward(p);
    } else {
      const auto how = winograd ? dnnl::algorithm::convolution_winograd : dnnl::algorithm::convolution_direct;
      const dnnl::convolution_forward::primitive_desc p(
          {forward, how, in, weights, bias, out, d.stride, d.dilation, d.pad_lo, d.pad_hi}, engine());
      keep(p), run_ = dnnl::convolution_forward(p);
    }
  }

  void fill(std::span<const float> input, std::span<const float> weights, std::span<const float> bias,
            int copies) override {
    in_ = memory(in_desc_, engine()), out_ = memory(out_desc_, engine());
    put(natural(what_.input), input, in_);
    weights_.clear();
    for (int i = 0; i < copies; ++i)
      put(natural(what_.weights), weights, weights_.emplace_back(weights_desc_, engine()));
    if (!what_.bias.empty())
      bias_ = memory(natural(what_.bias), engine()), put(natural(what_.bias), bias, bias_);
  }

  /// Memory of others for input and output, one copy of weights that are zero.
  void borrow(float* in, float* out) {
    in_ = memory(in_desc_, engine(), in), out_ = memory(out_desc_, engine(), out);
    weights_.assign(1, memory(weights_desc_, engine()));
    clear(weights_[0]);
    if (!what_.bias.empty()) bias_ = memory(natural(what_.bias), engine()), clear(bias_);
  }
  std::size_t map_bytes() const { return std::max(in_desc_.get_size(), out_desc_.get_size()); }

  void run(int copy) override {
    start(copy);
    stream().wait();
  }

  void start(int copy) {
    std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC, in_},
                                              {DNNL_ARG_WEIGHTS, weights_[static_cast<std::size_t>(copy)]},
                                              {DNNL_ARG_DST, out_}};
    if (!what_.bias.empty()) arguments.emplace(DNNL_ARG_BIAS, bias_);
    run_.execute(stream(), arguments);
  }

  std::vector<float> output() override {
    const memory::desc desc = natural(what_.output);
    std::vector<float> values(desc.get_size() / sizeof(float));
    memory to(desc, engine(), values.data());
    dnnl::reorder(out_, to).execute(stream(), out_, to);
    stream().wait();
    return values;
  }

 private:
  void keep(const auto& p) {
    in_desc_ = p.src_desc(), weights_desc_ = p.weights_desc(), out_desc_ = p.dst_desc();
  }
  static void put(const memory::desc& desc, std::span<const float> values, memory& to) {
    memory from(desc, engine(), const_cast<float*>(values.data()));
    dnnl::reorder(from, to).execute(stream(), from, to);
    stream().wait();
  }
  static void clear(memory& m) {
    auto* bytes = static_cast<char*>(m.get_data_handle());
    std::fill(bytes, bytes + m.get_desc().get_size(), char(0));
  }

  description what_;
  memory::desc in_desc_, weights_desc_, out_desc_;
  dnnl::primitive run_;
  memory in_, out_, bias_;
  std::vector<memory> weights_;
};

std::unique_ptr<layer_of> make(const tenon::node& layer, const tenon::shape& input, bool winograd) {
  try {
    return std::make_unique<layer_of>(description(layer, input), winograd);
  } catch (const dnnl::error&) {  // not implemented
    return nullptr;
  }
}

}  // namespace

std::unique_ptr<onednn_layer> make_onednn_layer(const tenon::node& layer, const tenon::shape& input,
                                                bool winograd) {
  omp_set_num_threads(1);
  return make(layer, input, winograd);
}

namespace {

/// All convolutions of a network; each reads what the one before wrote.
struct chain {
  std::vector<std::shared_ptr<layer_of>> layers;
  std::vector<float> maps[2];

  void connect() {
    std::size_t most = 0;
    for (const auto& layer : layers) most = std::max(most, layer->map_bytes());
    for (std::vector<float>& map : maps) map.assign(most / sizeof(float) + 1, 0);
    for (std::size_t i = 0; i < layers.size(); ++i)
      layers[i]->borrow(maps[i % 2].data(), maps[1 - i % 2].data());
  }

  /// The least seconds of each, in their order, so that weights are as cold as they will be.
  std::vector<double> times() {
    std::vector<double> least(layers.size(), 1e9);
    for (int run = 0; run < 5; ++run) {
      for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto start = std::chrono::steady_clock::now();
        layers[i]->run(0);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        least[i] = std::min(least[i], taken.count());
      }
    }
    return least;
  }
};

}  // namespace

convolution_chain onednn_convolutions(tenon::graph_view network, bool winograd, int threads) {
  omp_set_num_threads(threads);
  const auto best = std::make_shared<chain>();
  chain other;
  convolution_chain result;
  bool differs = false;
  for (const tenon::node& n : network.nodes) {
    if (n.attr.kind != tenon::op::conv) continue;
    const tenon::shape& in = network.nodes[static_cast<std::size_t>(n.inputs[0])].out;
    std::shared_ptr<layer_of> direct = make(n, in, false);
    if (!direct) return {};
    std::shared_ptr<layer_of> transformed = winograd ? make(n, in, true) : nullptr;
    differs |= transformed != nullptr;
    other.layers.push_back(transformed ? transformed : make(n, in, false));
    best->layers.push_back(direct);
    result.macs += n.macs;
  }
  if (best->layers.empty() || (winograd && !differs)) return {};
  best->connect();
  if (winograd) {
    other.connect();
    const std::vector<double> direct = best->times(), transformed = other.times();
    for (std::size_t i = 0; i < direct.size(); ++i)
      if (transformed[i] < direct[i]) best->layers[i] = other.layers[i];
    best->connect();
  }
  result.run = [best] {
    for (const auto& layer : best->layers) layer->start(0);
    stream().wait();
  };
  return result;
}

std::string onednn_version() {
  const dnnl_version_t* v = dnnl::version();
  return std::to_string(v->major) + '.' + std::to_string(v->minor) + '.' + std::to_string(v->patch);
}

}  // namespace bench
