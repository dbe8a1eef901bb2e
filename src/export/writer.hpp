// What writes one layer of a network as nodes of an ONNX graph.
#pragma once

#include <onnx/onnx_pb.h>

#include <initializer_list>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tenon/export.hpp"

namespace tenon::exporter {

using ints = std::vector<index>;
using names = std::vector<std::string>;
/// An attribute of an ONNX operator.
using attribute = std::pair<const char*, std::variant<index, float, ints, std::string>>;
using attribute_list = std::vector<attribute>;

/// The file that is being written. Value names are alone in a graph: `unique` sees to it.
class file {
 public:
  explicit file(onnx::GraphProto& to) : graph(to) {}

  /// The name itself, or with a number behind it if it is taken.
  std::string unique(const std::string& name);
  void add_node(const std::string& name, const std::string& op, const names& in, const names& out,
                const attribute_list& attributes, const std::string& doc);
  void add_tensor(const std::string& name, const ints& shape, std::span<const float> data);
  void add_tensor(const std::string& name, const ints& shape, std::span<const index> data);

  onnx::GraphProto& graph;

 private:
  std::set<std::string> taken_;
};

/// One layer of the network: what it reads, and what is written for it.
class layer {
 public:
  layer(file& to, const node& what, names inputs, std::vector<shape> shapes, std::string path,
        std::span<const float> tensors, std::string output)
      : n(what),
        x(std::move(inputs)),
        in(std::move(shapes)),
        file_(to),
        path_(std::move(path)),
        tensors_(tensors),
        output_(std::move(output)) {}

  const node& n;
  const names x;                // the values it reads
  const std::vector<shape> in;  // and their shapes

  /// Spatial axes of the first input.
  int rank() const { return in[0].spatial_rank(); }

  /// A node in between; gives the name of its value.
  std::string call(const std::string& op, const names& inputs, const attribute_list& attributes = {});
  /// The node of the layer itself, which has its name, where it is not the last one.
  std::string main(const std::string& op, const names& inputs, const attribute_list& attributes = {});
  /// The node that gives the layer's output.
  void last(const std::string& op, const names& inputs, const attribute_list& attributes = {});

  /// The next so many elements of the layer's tensors.
  std::span<const float> take(index count);
  /// The layer's tensor "weight" or "bias" with these extents: the next elements, or others.
  std::string parameter(const std::string& name, const ints& shape);
  std::string parameter(const std::string& name, const ints& shape, std::span<const float> data);
  /// A constant that is no tensor of the layer.
  std::string constant(const std::string& name, const ints& shape, std::span<const float> data);
  std::string constant(const std::string& name, float value);
  std::string constant(const std::string& name, const ints& values);
  std::string constant(const std::string& name, const ints& shape, std::span<const index> data);

  /// Extents {C, 1, 1}: with one number for each channel.
  ints per_channel() const;

  /// For what ONNX cannot say.
  [[noreturn]] void refuse(const std::string& reason) const;

 private:
  std::string helper_name(const std::string& what) const { return path_ + '/' + what; }
  std::string doc() const;

  file& file_;
  std::string path_;
  std::span<const float> tensors_;
  std::string output_;
  bool named_ = false;
};

/// A shape with the batch in front.
ints batched(const shape& s);

// Each writes the layers of its group.
void write_convolution(layer& l);
void write_pool(layer& l);
void write_norm(layer& l);
void write_activation(layer& l);
void write_move(layer& l);
void write_resample(layer& l);

}  // namespace tenon::exporter
