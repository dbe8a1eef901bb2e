// The tensors that a network expects in a weight file.
#include "tenon/weights.hpp"

namespace tenon {

std::vector<tensor_spec> expected_tensors(graph_view network) {
  std::vector<tensor_spec> specs;
  for (int id = 0; id < static_cast<int>(network.nodes.size()); ++id) {
    const node& n = network.nodes[id];
    const auto put = [&](const char* name, std::vector<std::int64_t> shape) {
      specs.push_back({std::string(path_of(network, id).view()) + '.' + name, std::move(shape)});
    };
    const index channels = n.out.channels();
    switch (n.attr.kind) {
      case op::conv: {
        const shape& in = network.nodes[n.inputs[0]].out;
        std::vector<std::int64_t> filter{channels, in.channels() / n.groups};
        for (int axis = 0; axis < in.spatial_rank(); ++axis) filter.push_back(n.win.kernel[axis]);
        put("weight", filter);
        if (n.attr.has_bias) put("bias", {channels});
        break;
      }
      case op::linear:
        put("weight", {channels, network.nodes[n.inputs[0]].out.count()});
        if (n.attr.has_bias) put("bias", {channels});
        break;
      case op::batch_norm:
        for (const char* name : {"weight", "bias", "running_mean", "running_var"}) put(name, {channels});
        break;
      default:
        break;
    }
  }
  return specs;
}

}  // namespace tenon
