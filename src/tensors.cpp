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
      case op::conv:
      case op::conv_transpose:
      case op::local: {
        const shape& in = network.nodes[n.inputs[0]].out;
        std::vector<std::int64_t> map{channels};
        for (int axis = 0; axis < n.out.spatial_rank(); ++axis) map.push_back(n.out.spatial(axis));
        std::vector<std::int64_t> filter =
            n.attr.kind == op::local ? map : std::vector<std::int64_t>{channels};
        filter.push_back(in.channels() / n.groups);
        if (n.attr.kind == op::conv_transpose) filter = {in.channels(), channels / n.groups};
        for (int axis = 0; axis < in.spatial_rank(); ++axis) filter.push_back(n.win.kernel[axis]);
        put("weight", filter);
        const bool untied = n.attr.kind == op::local || n.attr.untied_bias;
        if (n.attr.has_bias) put("bias", untied ? map : std::vector<std::int64_t>{channels});
        break;
      }
      case op::linear:
        put("weight", {channels, network.nodes[n.inputs[0]].out.count()});
        if (n.attr.has_bias) put("bias", {channels});
        break;
      case op::batch_norm:
        for (const char* name : {"weight", "bias", "running_mean", "running_var"}) put(name, {channels});
        break;
      case op::instance_norm:
      case op::layer_norm:
      case op::group_norm: {
        if (!n.attr.affine) break;
        std::vector<std::int64_t> shape{channels};
        if (n.attr.kind == op::layer_norm && !n.attr.per_position)
          shape.assign(n.out.extents + n.axis, n.out.extents + n.out.rank);
        put("weight", shape);
        put("bias", shape);
        break;
      }
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

}  // namespace tenon
