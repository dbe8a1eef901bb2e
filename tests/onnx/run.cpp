#include "run.hpp"

#include <zlib.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

namespace onnx {
namespace {

static_assert(std::endian::native == std::endian::little, "reads float32 as they are");

using extents_list = std::vector<std::int64_t>;

struct tensor {
  extents_list shape;
  std::vector<float> elements;
};

/// The tensors of all tests: a gzipped safetensors file, whose metadata names tensors that are like others.
class archive {
 public:
  explicit archive(const char* path) {
    const std::string file = inflate(path);
    std::uint64_t length = 0;
    std::memcpy(&length, file.data(), sizeof length);
    data_ = file.substr(sizeof length + length);
    header_ = nlohmann::json::parse(file.substr(sizeof length, length));
  }

  bool contains(const std::string& name) const { return header_.contains(original(name)); }
  tensor at(const std::string& name) const {
    const nlohmann::json& entry = header_.at(original(name));
    const std::size_t begin = entry.at("data_offsets").at(0), end = entry.at("data_offsets").at(1);
    tensor t{entry.at("shape"), std::vector<float>((end - begin) / sizeof(float))};
    std::memcpy(t.elements.data(), data_.data() + begin, end - begin);
    return t;
  }
  /// How many names begin so.
  std::size_t count(const std::string& prefix) const {
    const auto begins = [&](const auto& entries) {
      return std::count_if(entries.items().begin(), entries.items().end(),
                           [&](const auto& entry) { return entry.key().starts_with(prefix); });
    };
    return static_cast<std::size_t>(begins(header_) + begins(header_.at("__metadata__")));
  }

 private:
  static std::string inflate(const char* path) {
    const auto file = gzopen(path, "rb");
    if (!file) throw std::runtime_error(std::string(path) + " cannot be opened");
    std::string all;
    char piece[1 << 16];
    int length = 0;
    while ((length = gzread(file, piece, sizeof piece)) > 0)
      all.append(piece, static_cast<std::size_t>(length));
    gzclose(file);
    if (length < 0 || all.size() < 8) throw std::runtime_error(std::string(path) + " is damaged");
    return all;
  }
  std::string original(const std::string& name) const { return header_.at("__metadata__").value(name, name); }

  std::string data_;
  nlohmann::json header_;
};

std::string spell(const extents_list& shape) {
  std::string text;
  for (const std::int64_t extent : shape) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text;
}

extents_list extents_of(const tenon::shape& shape) { return {shape.extents, shape.extents + shape.rank}; }

/// The tensors of one test, each asked for once.
class drawer {
 public:
  drawer(const archive& all, std::string title) : all_(all), title_(std::move(title)) {}

  tensor take(const std::string& name) {
    const std::string full = title_ + '/' + name;
    if (!all_.contains(full)) throw std::runtime_error("there is no tensor " + full);
    ++taken_;
    return all_.at(full);
  }
  /// The feature map of a node, `batch` times; a batch of 0 becomes what the tensor has.
  tensor take_map(const std::string& name, const tenon::shape& shape, std::size_t& batch) {
    tensor t = take(name);
    extents_list expected = extents_of(shape);
    const std::size_t count = t.elements.size() / static_cast<std::size_t>(shape.count());
    if (batch == 0) batch = count;
    if (t.shape.size() != expected.size() || batch != 1)
      expected.insert(expected.begin(), static_cast<std::int64_t>(batch));
    if (t.shape != expected)
      throw std::runtime_error(title_ + '/' + name + " is " + spell(t.shape) + ", but the network has " +
                               spell(expected));
    return t;
  }
  void require_empty() const {
    const std::size_t there = all_.count(title_ + '/');
    if (there != taken_)
      throw std::runtime_error(title_ + " has " + std::to_string(there) + " tensors, but the network has " +
                               std::to_string(taken_));
  }

 private:
  const archive& all_;
  std::string title_;
  std::size_t taken_ = 0;
};

/// Element `i` of a batch.
std::span<const float> item(const tensor& t, std::size_t i, std::size_t batch) {
  const std::size_t count = t.elements.size() / batch;
  return std::span(t.elements).subspan(i * count, count);
}

}  // namespace

test load(const std::string& title, tenon::graph_view network) {
  static const archive all(ONNX_TENSORS);
  drawer tensors(all, title);
  test t;
  for (const tenon::tensor_spec& spec : tenon::expected_tensors(network)) {
    const tensor w = tensors.take("parameter/" + spec.name);
    if (w.shape != spec.shape)
      throw std::runtime_error(title + ": " + spec.name + " is " + spell(w.shape) + ", but the network has " +
                               spell(spec.shape));
    t.weights.insert(t.weights.end(), w.elements.begin(), w.elements.end());
  }
  std::size_t batch = 0;
  std::vector<tensor> inputs, outputs;
  for (const tenon::node& n : network.nodes)
    if (n.attr.kind == tenon::op::input)
      inputs.push_back(tensors.take_map("in/" + std::to_string(inputs.size()), n.out, batch));
  for (const int out : network.outputs)
    outputs.push_back(tensors.take_map("out/" + std::to_string(outputs.size()),
                                       network.nodes[static_cast<std::size_t>(out)].out, batch));
  tensors.require_empty();
  for (std::size_t i = 0; i < batch; ++i) {
    run r;
    for (const tensor& x : inputs)
      r.input.insert(r.input.end(), item(x, i, batch).begin(), item(x, i, batch).end());
    for (const tensor& y : outputs)
      r.output.insert(r.output.end(), item(y, i, batch).begin(), item(y, i, batch).end());
    t.runs.push_back(std::move(r));
  }
  return t;
}

std::string compare(std::span<const double> output, std::span<const double> expected, double tolerance) {
  if (output.size() != expected.size())
    return std::to_string(output.size()) + " elements instead of " + std::to_string(expected.size());
  std::ostringstream first;
  std::size_t misses = 0;
  for (std::size_t i = 0; i < output.size(); ++i) {
    const double bound = tolerance * std::max(1.0, std::abs(expected[i]));
    if (std::abs(output[i] - expected[i]) <= bound || misses++ > 0) continue;
    first << "element " << i << " is " << output[i] << ", expected " << expected[i] << " +- " << bound;
  }
  if (misses == 0) return "";
  first << "; " << misses << " of " << output.size() << " are wrong";
  return first.str();
}

}  // namespace onnx
