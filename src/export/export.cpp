// The graph as a whole: inputs, outputs, names, and which group a layer belongs to.
#include <filesystem>
#include <fstream>
#include <map>
#include <tuple>

#include "writer.hpp"

namespace tenon {
namespace exporter {
namespace {

/// The protobuf format ends at 2^31 - 1 bytes.
constexpr std::size_t most_bytes = 2'147'483'647;

void write_layer(layer& l) {
  switch (l.n.attr.kind) {
    case op::conv:
    case op::conv_transpose:
    case op::local:
    case op::linear:
      return write_convolution(l);
    case op::max_pool:
    case op::avg_pool:
    case op::lp_pool:
    case op::global_max_pool:
    case op::global_avg_pool:
    case op::global_lp_pool:
    case op::adaptive_avg_pool:
      return write_pool(l);
    case op::batch_norm:
    case op::instance_norm:
    case op::layer_norm:
    case op::group_norm:
    case op::local_response_norm:
    case op::scale:
    case op::shift:
    case op::prelu:
    case op::softmax:
    case op::log_softmax:
      return write_norm(l);
    case op::pad:
    case op::crop:
    case op::slice:
    case op::upsample:
      return write_resample(l);
    default:
      return is_activation(l.n.attr.kind) ? write_activation(l) : write_move(l);
  }
}

class graph_writer {
 public:
  graph_writer(graph_view network, std::span<const float> weights, onnx::GraphProto& graph)
      : network_(network), weights_(weights), file_(graph), values_(network.nodes.size()) {
    for (const tensor_spec& spec : expected_tensors(network)) file_.unique(spec.name);
    add_inputs();
    name_outputs();
    count_uses();
    for (int id = 0; id < count(); ++id) write(id);
    add_outputs();
  }

 private:
  int count() const { return static_cast<int>(network_.nodes.size()); }
  const node& at(int id) const { return network_.nodes[static_cast<std::size_t>(id)]; }
  std::string& value(int id) { return values_[static_cast<std::size_t>(id)]; }

  static std::string numbered(const std::string& name, int number) {
    return number == 0 ? name : name + '_' + std::to_string(number);
  }
  static void describe(onnx::ValueInfoProto& info, const std::string& name, const shape& extents) {
    info.set_name(name);
    auto& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    for (const index extent : batched(extents)) type.mutable_shape()->add_dim()->set_dim_value(extent);
  }

  void add_inputs() {
    int number = 0;
    for (int id = 0; id < count(); ++id) {
      if (at(id).attr.kind != op::input) continue;
      const std::string said(at(id).label);
      value(id) = file_.unique(said.empty() ? numbered("input", number) : said);
      describe(*file_.graph.add_input(), value(id), at(id).out);
      ++number;
    }
  }

  /// A node that is an output once gives it; other outputs are copies.
  void name_outputs() {
    for (std::size_t i = 0; i < network_.outputs.size(); ++i) {
      outputs_.push_back(file_.unique(numbered("output", static_cast<int>(i))));
      if (value(network_.outputs[i]).empty()) value(network_.outputs[i]) = outputs_.back();
    }
  }
  void add_outputs() {
    for (std::size_t i = 0; i < network_.outputs.size(); ++i) {
      const int id = network_.outputs[i];
      if (value(id) != outputs_[i])
        file_.add_node(file_.unique("/Identity"), "Identity", {value(id)}, {outputs_[i]}, {}, "");
      describe(*file_.graph.add_output(), outputs_[i], at(id).out);
    }
  }

  void count_uses() {
    uses_.assign(network_.nodes.size(), 0);
    for (const node& n : network_.nodes)
      for (const int in : n.inputs)
        if (in >= 0) ++uses_[static_cast<std::size_t>(in)];
    for (const int out : network_.outputs) ++uses_[static_cast<std::size_t>(out)];
  }

  /// Joins of several maps are nodes of two, one right behind the other: one Concat takes them together.
  bool is_part_of_next(int id) const {
    if (at(id).attr.kind != op::concat || id + 1 == count() || uses_[static_cast<std::size_t>(id)] != 1)
      return false;
    const node& next = at(id + 1);
    return next.attr.kind == op::concat && next.inputs[0] == id && next.inputs[1] != id &&
           next.axis == at(id).axis;
  }

  /// What a node reads; of joins that are one Concat, what all of them read.
  std::vector<int> operands(int id) const {
    const node& n = at(id);
    std::vector<int> found{n.inputs[0]};
    if (n.attr.kind == op::concat && is_part_of_next(n.inputs[0])) found = operands(n.inputs[0]);
    if (n.inputs[1] >= 0) found.push_back(n.inputs[1]);
    return found;
  }

  /// "layer1.0.conv1", or of a join "layer1.0/Add".
  std::string path(int id) const {
    if (!is_join(at(id).attr.kind)) return std::string(path_of(network_, id).view());
    static constexpr const char* names[] = {"Add", "Sub", "Mul", "Max", "Concat"};
    std::string scope(detail::path_to(network_, at(id).scope).view());
    if (!scope.empty()) scope.pop_back();  // the dot
    return scope + '/' + names[static_cast<int>(at(id).attr.kind) - static_cast<int>(op::add)];
  }

  void write(int id) {
    const node& n = at(id);
    if (n.attr.kind == op::input || is_part_of_next(id)) return;
    if (n.attr.kind == op::slice && n.attr.splits) return write_split(id);
    names inputs;
    std::vector<shape> shapes;
    for (const int in : operands(id)) {
      inputs.push_back(value(in));
      shapes.push_back(at(in).out);
    }
    const std::string name = path(id);
    if (value(id).empty()) value(id) = file_.unique(n.pads || is_join(n.attr.kind) ? name + "/out" : name);
    const auto tensors =
        weights_.subspan(static_cast<std::size_t>(n.tensor_offset), static_cast<std::size_t>(n.tensor_count));
    layer l(file_, n, std::move(inputs), std::move(shapes), name, tensors, value(id));
    write_layer(l);
    if (!is_output(id)) describe(*file_.graph.add_value_info(), value(id), n.out);
  }
  bool is_output(int id) const {
    for (const int out : network_.outputs)
      if (out == id) return true;
    return false;
  }

  /// Parts of one map are the outputs of one Split.
  void write_split(int id) {
    const node& n = at(id);
    names& parts = splits_[{n.inputs[0], n.axis, n.attr.parts}];
    const auto part = static_cast<std::size_t>(n.attr.part);
    if (parts.empty()) {
      const std::string name = path(id);
      for (index i = 0; i < n.attr.parts; ++i) parts.push_back(file_.unique(name + '/' + std::to_string(i)));
      for (int other = id; other < count(); ++other) {
        const node& o = at(other);
        if (o.attr.kind != op::slice || !o.attr.splits || o.inputs[0] != n.inputs[0] || o.axis != n.axis ||
            o.attr.parts != n.attr.parts || !value(other).empty())
          continue;
        value(other) = parts[static_cast<std::size_t>(o.attr.part)];
      }
      file_.add_node(name, "Split", {value(n.inputs[0])}, parts, {{"axis", index{n.axis + 1}}},
                     std::string(spell(n.attr).view()));
    }
    if (value(id) == parts[part]) return describe(*file_.graph.add_value_info(), value(id), n.out);
    file_.add_node(file_.unique(path(id) + "/Identity"), "Identity", {parts[part]}, {value(id)}, {}, "");
  }

  graph_view network_;
  std::span<const float> weights_;
  file file_;
  names values_, outputs_;
  std::vector<int> uses_;
  std::map<std::tuple<int, int, index>, names> splits_;
};

}  // namespace
}  // namespace exporter

std::string onnx_bytes(graph_view network, std::span<const float> weights, const std::string& title) {
  const auto too_large = [] {
    return export_error("tenon: the network has more than 2 GB of weights, too many for one ONNX file");
  };
  index elements = 0;
  for (const node& n : network.nodes) elements += n.tensor_count;
  if (static_cast<index>(weights.size()) != elements)
    throw std::invalid_argument("tenon: the network has " + std::to_string(elements) + " weights, not " +
                                std::to_string(weights.size()));
  if (weights.size_bytes() > exporter::most_bytes) throw too_large();
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.set_producer_name("tenon");
  model.set_producer_version(TENON_VERSION);
  model.add_opset_import()->set_version(17);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name(title);
  exporter::graph_writer(network, weights, graph);
  if (model.ByteSizeLong() > exporter::most_bytes) throw too_large();
  return model.SerializeAsString();
}

void detail::export_onnx(graph_view network, std::span<const float> weights, const std::string& path) {
  const std::string bytes = onnx_bytes(network, weights, "tenon");
  std::ofstream out(path, std::ios::binary);
  const bool opened = out.is_open();
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) return;
  std::error_code ignored;
  if (opened && std::filesystem::is_regular_file(path, ignored)) std::filesystem::remove(path, ignored);
  throw export_error("tenon: " + path + " cannot be written");
}

}  // namespace tenon
