#include "writer.hpp"

#include <bit>

namespace tenon::exporter {

std::string file::unique(const std::string& name) {
  std::string candidate = name;
  for (int i = 2; !taken_.insert(candidate).second; ++i) candidate = name + '_' + std::to_string(i);
  return candidate;
}

void file::add_node(const std::string& name, const std::string& op, const names& in, const names& out,
                    const attribute_list& attributes, const std::string& doc) {
  onnx::NodeProto& node = *graph.add_node();
  node.set_name(name);
  node.set_op_type(op);
  if (!doc.empty()) node.set_doc_string(doc);
  for (const std::string& value : in) node.add_input(value);
  for (const std::string& value : out) node.add_output(value);
  for (const auto& [key, value] : attributes) {
    onnx::AttributeProto& a = *node.add_attribute();
    a.set_name(key);
    if (const index* i = std::get_if<index>(&value)) {
      a.set_type(onnx::AttributeProto::INT);
      a.set_i(*i);
    } else if (const float* f = std::get_if<float>(&value)) {
      a.set_type(onnx::AttributeProto::FLOAT);
      a.set_f(*f);
    } else if (const ints* list = std::get_if<ints>(&value)) {
      a.set_type(onnx::AttributeProto::INTS);
      for (const index i : *list) a.add_ints(i);
    } else {
      a.set_type(onnx::AttributeProto::STRING);
      a.set_s(std::get<std::string>(value));
    }
  }
}

namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

template <class T>
void add(onnx::GraphProto& graph, onnx::TensorProto::DataType type, const std::string& name,
         const ints& shape, std::span<const T> data) {
  onnx::TensorProto& tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const index extent : shape) tensor.add_dims(extent);
  tensor.set_raw_data(data.data(), data.size_bytes());
}

}  // namespace

void file::add_tensor(const std::string& name, const ints& shape, std::span<const float> data) {
  add(graph, onnx::TensorProto::FLOAT, name, shape, data);
}
void file::add_tensor(const std::string& name, const ints& shape, std::span<const index> data) {
  add(graph, onnx::TensorProto::INT64, name, shape, data);
}

std::string layer::doc() const { return std::string(spell(n.attr).view()); }

std::string layer::call(const std::string& op, const names& inputs, const attribute_list& attributes) {
  const std::string name = file_.unique(helper_name(op));
  file_.add_node(name, op, inputs, {name}, attributes, "");
  return name;
}

std::string layer::main(const std::string& op, const names& inputs, const attribute_list& attributes) {
  const std::string value = file_.unique(path_);
  file_.add_node(path_, op, inputs, {value}, attributes, doc());
  named_ = true;
  return value;
}

void layer::last(const std::string& op, const names& inputs, const attribute_list& attributes) {
  const bool join = is_join(n.attr.kind);
  const bool own = !named_ && !n.pads && !join;
  file_.add_node(own ? path_ : file_.unique(join ? path_ : helper_name(op)), op, inputs, {output_},
                 attributes, own ? doc() : "");
}

std::span<const float> layer::take(index count) {
  const auto next = tensors_.first(static_cast<std::size_t>(count));
  tensors_ = tensors_.subspan(static_cast<std::size_t>(count));
  return next;
}

std::string layer::parameter(const std::string& name, const ints& shape) {
  index count = 1;
  for (const index extent : shape) count *= extent;
  return parameter(name, shape, take(count));
}
std::string layer::parameter(const std::string& name, const ints& shape, std::span<const float> data) {
  file_.add_tensor(path_ + '.' + name, shape, data);  // named before all others: see export.cpp
  return path_ + '.' + name;
}
std::string layer::constant(const std::string& name, const ints& shape, std::span<const float> data) {
  const std::string value = file_.unique(helper_name(name));
  file_.add_tensor(value, shape, data);
  return value;
}
std::string layer::constant(const std::string& name, float value) {
  return constant(name, {}, std::span<const float>(&value, 1));
}
std::string layer::constant(const std::string& name, const ints& shape, std::span<const index> data) {
  const std::string value = file_.unique(helper_name(name));
  file_.add_tensor(value, shape, data);
  return value;
}
std::string layer::constant(const std::string& name, const ints& values) {
  return constant(name, {static_cast<index>(values.size())}, std::span<const index>(values));
}

ints layer::per_channel() const {
  ints shape(static_cast<std::size_t>(in[0].rank), 1);
  shape[0] = in[0].channels();
  return shape;
}

void layer::refuse(const std::string& reason) const {
  throw export_error("tenon: layer \"" + path_ + "\" (" + doc() + "): " + reason);
}

ints batched(const shape& s) {
  ints extents{1};
  extents.insert(extents.end(), s.extents, s.extents + s.rank);
  return extents;
}

}  // namespace tenon::exporter
