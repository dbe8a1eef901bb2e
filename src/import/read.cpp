// Reads ONNX through protobuf and checks all that the rest of the importer relies on.
#include <onnx/onnx_pb.h>

#include <algorithm>
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

constexpr int most_nodes = 1 << 16;

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
  out.whole = tensor.data_type() == P::INT64 || tensor.data_type() == P::INT32;
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
    case P::BOOL:
      raw ? widen<std::uint8_t>(tensor.raw_data(), out.data) : widen_field(tensor.int32_data(), out.data);
      break;
    default:
      throw refusal("its elements are neither float, double, int32, int64 nor bool");
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
    to.floats.assign(a.floats().begin(), a.floats().end());
    if (a.has_g() || a.graphs_size() > 0) {
      throw refusal(out.described() + ": a network that branches or loops at run time is no tenon type");
    }
    if (a.has_t()) to.tensor = read_tensor(a.t());
  }
  return out;
}

/// The first axis may be left open: it is the batch.
feature read_input(const onnx::ValueInfoProto& from, const std::map<std::string, index>& pinned) {
  const std::string who = "input " + from.name();
  if (!from.type().has_tensor_type() || from.type().tensor_type().elem_type() != onnx::TensorProto::FLOAT) {
    throw refusal(who + ": only tensors of float can be inputs");
  }
  feature out{from.name(), {}};
  std::vector<std::string> reasons;
  for (const auto& d : from.type().tensor_type().shape().dim()) {
    index extent = d.dim_value();
    if (!d.has_dim_value() || extent < 0) {
      const auto found = pinned.find(d.dim_param());
      if (found != pinned.end()) {
        extent = found->second;
      } else if (out.shape.empty()) {
        extent = 1;
      } else {
        const std::string axis = "axis " + std::to_string(out.shape.size());
        reasons.push_back(who + ": its " + axis + " is left open" +
                          (d.dim_param().empty() ? "; only the first axis may be without a name"
                                                 : "; --dim " + d.dim_param() + "=N gives it an extent"));
        extent = 1;
      }
    }
    if (extent < 1) reasons.push_back(who + ": an extent is less than 1");
    out.shape.push_back(extent);
  }
  if (out.shape.empty()) reasons.push_back(who + ": a single number is no feature map");
  if (!reasons.empty()) throw refusal(reasons);
  if (element_count(out.shape) > index{1} << 26) throw refusal(who + ": it has more than 2^26 elements");
  return out;
}

/// Operators whose first axis is the batch. Elsewhere an axis of extent 1 in front is taken for it.
bool is_batched(const graph& g) {
  static const std::set<std::string> operators{"AveragePool",
                                               "BatchNormalization",
                                               "Conv",
                                               "ConvTranspose",
                                               "DepthToSpace",
                                               "Gemm",
                                               "GlobalAveragePool",
                                               "GlobalMaxPool",
                                               "GlobalLpPool",
                                               "LRN",
                                               "LpPool",
                                               "MaxPool",
                                               "InstanceNormalization",
                                               "Resize",
                                               "SpaceToDepth",
                                               "Upsample"};
  bool ones = true;
  for (const feature& x : g.inputs) ones = ones && x.shape.size() > 1 && x.shape[0] == 1;
  for (const node& n : g.nodes) {
    if (operators.contains(n.op) && n.integer("transA", 0) == 0) return true;
    if (n.op == "Flatten" && n.integer("axis", 1) == 1) return true;
  }
  return ones;
}

/// Operators that opset 6 has as they were in opset 1.
bool is_old(const std::string& op) {
  static const std::set<std::string> operators{
      "AveragePool",       "Constant",      "Conv",         "ConvTranspose",
      "DepthToSpace",      "Flatten",       "Gather",       "LRN",
      "GlobalAveragePool", "GlobalMaxPool", "Identity",     "LogSoftmax",
      "MaxPool",           "MatMul",        "ReduceMax",    "ReduceMean",
      "ReduceSum",         "Shape",         "Slice",        "Softmax",
      "Softplus",          "Softsign",      "SpaceToDepth", "Squeeze",
      "Transpose",         "Unsqueeze"};
  return operators.contains(op);
}

/// Without what does not lead to an output.
void drop_unused(graph& g) {
  std::set<std::string> used(g.outputs.begin(), g.outputs.end());
  std::vector<node> kept;
  for (std::size_t i = g.nodes.size(); i-- > 0;) {
    node& n = g.nodes[i];
    bool leads = false;
    for (const std::string& o : n.outputs) leads = leads || used.contains(o);
    if (!leads) continue;
    used.insert(n.inputs.begin(), n.inputs.end());
    kept.push_back(std::move(n));
  }
  std::reverse(kept.begin(), kept.end());
  g.nodes = std::move(kept);
}

}  // namespace

graph read_graph(const std::string& bytes, const reading& how) {
  onnx::ModelProto model;
  if (bytes.size() > 0x7fffffff) throw refusal("it is larger than the 2 GiB that ONNX files can be");
  if (!model.ParseFromString(bytes) || !model.has_graph() || model.graph().node().empty()) {
    throw refusal("this is not an ONNX file, or a part of one only");
  }
  graph out;
  out.producer = model.producer_name();
  for (const auto& set : model.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") out.opset = set.version();
  }
  const auto& nodes = model.graph().node();
  if (out.opset < 6 && !(out.opset > 0 && std::all_of(nodes.begin(), nodes.end(),
                                                      [](const auto& n) { return is_old(n.op_type()); }))) {
    throw refusal("opset " + std::to_string(out.opset) + ": the oldest that can be read is 6");
  }
  std::vector<std::string> reasons;
  const auto attempt = [&](auto&& f) {
    try {
      f();
    } catch (const refusal& r) {
      reasons.insert(reasons.end(), r.sentences.begin(), r.sentences.end());
    }
  };
  std::set<std::string> known;
  if (model.graph().sparse_initializer_size() > 0) reasons.push_back("sparse tensors are not supported");
  for (auto& t : *model.mutable_graph()->mutable_initializer()) {
    attempt([&] {
      if (!known.insert(t.name()).second) throw refusal("tensor " + t.name() + ": is there twice");
      out.weights[t.name()] = read_tensor(t);
    });
    std::string().swap(*t.mutable_raw_data());  // large networks: not twice in memory
  }
  for (const auto& v : model.graph().input()) {
    if (out.weights.contains(v.name())) continue;
    attempt([&] {
      if (!known.insert(v.name()).second) throw refusal("input " + v.name() + ": is there twice");
      out.inputs.push_back(read_input(v, how.pinned));
    });
  }
  if (nodes.size() > most_nodes) {
    throw refusal("it has " + std::to_string(nodes.size()) + " nodes: at most " + std::to_string(most_nodes) +
                  " are read");
  }
  for (const auto& n : nodes) {
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
      if (!o.empty() && !known.insert(o).second) reasons.push_back("value " + o + " is given twice");
    }
  }
  for (const auto& v : model.graph().output()) {
    if (!known.contains(v.name())) reasons.push_back("output " + v.name() + ": no node gives it");
    out.outputs.push_back(v.name());
  }
  if (!how.outputs.empty()) {
    for (const std::string& name : how.outputs) {
      if (!known.contains(name)) reasons.push_back("output " + name + ": there is no such value");
    }
    out.outputs = how.outputs;
  }
  if (reasons.empty() && out.inputs.empty()) reasons.push_back("the graph has no input");
  if (reasons.empty() && out.outputs.empty()) reasons.push_back("the graph has no output");
  if (!reasons.empty()) throw refusal(reasons);
  out.batched = is_batched(out);
  if (out.batched) {
    for (feature& x : out.inputs) x.shape[0] = 1;
  }
  drop_unused(out);
  return out;
}

}  // namespace tenon::importer
