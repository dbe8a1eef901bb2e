// Reads ONNX through protobuf and checks all that the rest of the importer relies on.
#include <onnx/onnx_pb.h>

#include <bit>
#include <cstring>

#include "graph.hpp"

namespace tenon::importer {

index element_count(const dims& shape) {
  index count = 1;
  for (const index extent : shape) {
    if (extent < 0) throw refusal("a tensor has a negative extent");
    if (extent > 0 && count > (index{1} << 28) / extent)
      throw refusal("a tensor has more than 2^28 elements");
    count *= extent;
  }
  return count;
}

index node::integer(const std::string& key, index otherwise) const {
  const auto found = attributes.find(key);
  return found == attributes.end() ? otherwise : found->second.i;
}
double node::real(const std::string& key, double otherwise) const {
  const auto found = attributes.find(key);
  return found == attributes.end() ? otherwise : found->second.f;
}
dims node::integers(const std::string& key, dims otherwise) const {
  const auto found = attributes.find(key);
  return found == attributes.end() ? otherwise : found->second.ints;
}
std::string node::text(const std::string& key, std::string otherwise) const {
  const auto found = attributes.find(key);
  return found == attributes.end() ? otherwise : found->second.s;
}

namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

template <class T>
void widen(const std::string& raw, std::vector<double>& out) {
  if (raw.size() != out.size() * sizeof(T)) throw refusal("its data has the wrong length");
  for (std::size_t i = 0; i < out.size(); ++i) {
    T value;
    std::memcpy(&value, raw.data() + i * sizeof(T), sizeof(T));
    out[i] = static_cast<double>(value);
  }
}

template <class Field>
void widen_field(const Field& field, std::vector<double>& out) {
  if (static_cast<std::size_t>(field.size()) != out.size()) throw refusal("its data has the wrong length");
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<double>(field[static_cast<int>(i)]);
}

array read_tensor(const onnx::TensorProto& tensor) try {
  using P = onnx::TensorProto;
  if (tensor.data_location() == P::EXTERNAL) throw refusal("its data lies in another file");
  array out{dims(tensor.dims().begin(), tensor.dims().end()), {}};
  const auto count = static_cast<std::size_t>(element_count(out.shape));
  // A short file may claim much: nothing is allocated before the data is known to be there.
  const bool raw = tensor.has_raw_data();
  const std::size_t least =
      raw ? tensor.raw_data().size()
          : static_cast<std::size_t>(tensor.float_data_size() + tensor.int32_data_size() +
                                     tensor.int64_data_size() + tensor.double_data_size());
  if (least < count) throw refusal("its data has the wrong length");
  out.data.resize(count);
  switch (tensor.data_type()) {
    case P::FLOAT:
      raw ? widen<float>(tensor.raw_data(), out.data) : widen_field(tensor.float_data(), out.data);
      break;
    case P::DOUBLE:
      raw ? widen<double>(tensor.raw_data(), out.data) : widen_field(tensor.double_data(), out.data);
      break;
    case P::INT64:
      raw ? widen<std::int64_t>(tensor.raw_data(), out.data) : widen_field(tensor.int64_data(), out.data);
      break;
    case P::INT32:
      raw ? widen<std::int32_t>(tensor.raw_data(), out.data) : widen_field(tensor.int32_data(), out.data);
      break;
    default:
      throw refusal("its elements are neither float, double, int32 nor int64");
  }
  return out;
} catch (const refusal& reason) {
  throw refusal("tensor " + tensor.name() + ": " + reason.sentences[0]);
}

node read_node(const onnx::NodeProto& from) {
  node out{from.op_type(),
           from.name(),
           {from.input().begin(), from.input().end()},
           {from.output().begin(), from.output().end()},
           {}};
  if (out.outputs.empty()) throw refusal("a node (" + out.op + ") has no output");
  if (out.name.empty()) out.name = out.outputs[0];
  if (!from.domain().empty() && from.domain() != "ai.onnx") {
    throw refusal(out.described() + ": the operator is of the domain " + from.domain() + ", not ONNX's own");
  }
  for (const onnx::AttributeProto& a : from.attribute()) {
    attribute& to = out.attributes[a.name()];
    to.f = a.f();
    to.i = a.i();
    to.s = a.s();
    to.ints.assign(a.ints().begin(), a.ints().end());
    if (a.has_t()) to.tensor = read_tensor(a.t());
  }
  return out;
}

feature read_input(const onnx::ValueInfoProto& from, const std::map<std::string, index>& pinned) {
  const std::string who = "input " + from.name();
  if (!from.type().has_tensor_type() || from.type().tensor_type().elem_type() != onnx::TensorProto::FLOAT) {
    throw refusal(who + ": only tensors of float can be inputs");
  }
  feature out{from.name(), {}};
  for (const auto& d : from.type().tensor_type().shape().dim()) {
    index extent = d.dim_value();
    if (!d.has_dim_value()) {
      const auto found = pinned.find(d.dim_param());
      if (found == pinned.end()) {
        throw refusal(who + ": its dimension " + d.dim_param() +
                      " is left open; --dim NAME=N gives it an extent");
      }
      extent = found->second;
    }
    if (extent < 1) throw refusal(who + ": an extent is less than 1");
    out.shape.push_back(extent);
  }
  if (out.shape.size() < 2 || out.shape[0] != 1) {
    throw refusal(who + ": its first axis must be a batch of 1");
  }
  element_count(out.shape);
  return out;
}

}  // namespace

graph read_graph(const std::string& bytes, const std::map<std::string, index>& pinned) {
  onnx::ModelProto model;
  if (!model.ParseFromString(bytes) || !model.has_graph() || model.graph().node().empty()) {
    throw refusal("this is not an ONNX file, or a part of one only");
  }
  graph out;
  out.producer = model.producer_name();
  for (const auto& set : model.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") out.opset = set.version();
  }
  if (out.opset < 6)
    throw refusal("opset " + std::to_string(out.opset) + ": the oldest that can be read is 6");
  std::vector<std::string> reasons;
  const auto attempt = [&](auto&& f) {
    try {
      f();
    } catch (const refusal& r) {
      reasons.insert(reasons.end(), r.sentences.begin(), r.sentences.end());
    }
  };
  std::set<std::string> known;
  for (const auto& t : model.graph().initializer()) {
    attempt([&] { out.weights[t.name()] = read_tensor(t); });
    known.insert(t.name());
  }
  for (const auto& v : model.graph().input()) {
    if (known.contains(v.name())) continue;
    attempt([&] { out.inputs.push_back(read_input(v, pinned)); });
    known.insert(v.name());
  }
  for (const auto& n : model.graph().node()) {
    attempt([&] {
      node read = read_node(n);
      for (const std::string& i : read.inputs) {
        if (!i.empty() && !known.contains(i)) {
          reasons.push_back(read.described() + ": nothing before it gives its input " + i);
        }
      }
      out.nodes.push_back(std::move(read));
    });
    for (const std::string& o : n.output()) {
      if (!known.insert(o).second) reasons.push_back("value " + o + " is given twice");
    }
  }
  for (const auto& v : model.graph().output()) {
    if (!known.contains(v.name())) reasons.push_back("output " + v.name() + ": no node gives it");
    out.outputs.push_back(v.name());
  }
  if (out.inputs.size() != 1 && reasons.empty()) reasons.push_back("the graph must have one input");
  if (out.outputs.size() != 1 && reasons.empty()) reasons.push_back("the graph must have one output");
  if (!reasons.empty()) throw refusal(reasons);
  return out;
}

}  // namespace tenon::importer
