// The tensors that a network expects in a weight file.
#include <algorithm>
#include <bit>

#include "tenon/weights.hpp"
#include "weights/words.hpp"

namespace tenon {
namespace {

using extents_list = std::vector<std::int64_t>;

/// The extents of axes `first` to the last.
extents_list tail(const shape& s, int first) { return {s.extents + first, s.extents + s.rank}; }

/// Those of a filter: two numbers of channels, then the kernel.
extents_list filter(index first, index second, const node& n, int rank) {
  extents_list extents{first, second};
  extents.insert(extents.end(), n.win.kernel, n.win.kernel + rank);
  return extents;
}

/// weight and bias of a normalisation: those of its channels, or of the axes that it runs over.
extents_list normalised(const node& n) {
  if (n.attr.kind == op::layer_norm && !n.attr.per_position) return tail(n.out, n.axis);
  return {n.out.channels()};
}

}  // namespace

std::vector<tensor_spec> expected_tensors(graph_view network) {
  std::vector<tensor_spec> specs;
  for (int id = 0; id < static_cast<int>(network.nodes.size()); ++id) {
    const node& n = network.nodes[id];
    const auto put = [&](const char* name, extents_list shape) {
      specs.push_back({std::string(path_of(network, id).view()) + '.' + name, std::move(shape)});
    };
    if (n.attr.kind == op::input) continue;
    const shape& in = network.nodes[n.inputs[0]].out;
    const index channels = n.out.channels();
    switch (n.attr.kind) {
      case op::conv:
        put("weight", filter(channels, in.channels() / n.groups, n, in.spatial_rank()));
        if (n.attr.has_bias) put("bias", n.attr.untied_bias ? tail(n.out, 0) : extents_list{channels});
        break;
      case op::conv_transpose:
        put("weight", filter(in.channels(), channels / n.groups, n, in.spatial_rank()));
        if (n.attr.has_bias) put("bias", {channels});
        break;
      case op::local: {
        extents_list weight = tail(n.out, 0);
        weight.push_back(in.channels());
        weight.insert(weight.end(), n.win.kernel, n.win.kernel + in.spatial_rank());
        put("weight", weight);
        if (n.attr.has_bias) put("bias", tail(n.out, 0));
        break;
      }
      case op::linear:
        put("weight", {channels, in.count()});
        if (n.attr.has_bias) put("bias", {channels});
        break;
      case op::batch_norm:
        for (const char* name : {"weight", "bias", "running_mean", "running_var"}) put(name, {channels});
        break;
      case op::instance_norm:
      case op::group_norm:
      case op::layer_norm:
        if (!n.attr.affine) break;
        for (const char* name : {"weight", "bias"}) put(name, normalised(n));
        break;
      case op::scale:
      case op::prelu:
        put("weight", {channels});
        break;
      case op::shift:
        put("bias", {channels});
        break;
      default:
        break;
    }
  }
  return specs;
}

namespace {

/// 64-bit FNV-1a. Source: the authors' description, http://www.isthe.com/chongo/tech/comp/fnv.
class fnv1a {
 public:
  void text(std::string_view s) {
    for (const char c : s) byte(static_cast<unsigned char>(c));
    byte(0);  // "a", "bc" is not "ab", "c"
  }
  void number(std::uint32_t n) {
    for (int shift = 0; shift < 32; shift += 8) byte(static_cast<unsigned char>(n >> shift & 255));
  }
  std::uint64_t value() const { return value_; }

 private:
  void byte(unsigned char b) { value_ = (value_ ^ b) * 1'099'511'628'211u; }

  std::uint64_t value_ = 14'695'981'039'346'656'037u;
};

}  // namespace

std::uint64_t architecture_hash(graph_view network) {
  fnv1a hash;
  for (int id = 0; id < static_cast<int>(network.nodes.size()); ++id) {
    const node& n = network.nodes[id];
    attributes attr = n.attr;
    attr.seen &= ~detail::bit(option::algorithm);
    hash.text(spell(attr).view());
    hash.text(path_of(network, id).view());
    for (const int input : n.inputs) hash.number(static_cast<std::uint32_t>(input));
    for (int i = 0; i < std::min(attr.user.length, formula::max_length); ++i) {
      hash.number(static_cast<std::uint32_t>(attr.user.code[i].what));
      hash.number(std::bit_cast<std::uint32_t>(attr.user.code[i].value));
    }
  }
  for (const int out : network.outputs) hash.number(static_cast<std::uint32_t>(out));
  return hash.value();
}

file_contents expected_contents(graph_view network) {
  file_contents contents;
  contents.tensors = expected_tensors(network);
  contents.architecture = architecture_hash(network);
  const auto add = [](std::vector<tensor_spec>& to, const char* what, const shape& s) {
    to.push_back({"tenon.self_test." + std::string(what) + '.' + std::to_string(to.size()), tail(s, 0)});
  };
  for (const node& n : network.nodes)
    if (n.attr.kind == op::input) add(contents.test_inputs, "input", n.out);
  for (const int out : network.outputs) add(contents.test_outputs, "output", network.nodes[out].out);
  return contents;
}

void detail::print_specs(std::ostream& out, graph_view network) {
  out << "# architecture " << weight_files::hexadecimal(architecture_hash(network)) << '\n';
  for (const tensor_spec& spec : expected_tensors(network)) {
    out << spec.name;
    for (std::size_t i = 0; i < spec.shape.size(); ++i) out << (i == 0 ? ' ' : 'x') << spec.shape[i];
    out << '\n';
  }
}

}  // namespace tenon
