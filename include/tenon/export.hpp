// F5. A network with its weights as an ONNX file, for other tools.
#pragma once

#include <string>

#include "tenon/weights.hpp"

namespace tenon {

/// Thrown by export_onnx: the network has more than 2 GB of weights, which is what one ONNX file can hold,
/// the file cannot be written, or a layer cannot be said in ONNX (of today's layers, all can). what() says
/// which.
class export_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A network as the bytes of an ONNX file: `weights` are all its tensors one behind the other, as in
/// weights<M>::values(); `title` becomes the name of the graph. Throws export_error,
/// and std::invalid_argument where there are more or fewer weights.
std::string onnx_bytes(graph_view network, std::span<const float> weights, const std::string& title);

namespace detail {

void export_onnx(graph_view network, std::span<const float> weights, const std::string& path);

}  // namespace detail

/// Writes M with its weights as an ONNX file, opset 17: the network as written, for a batch of one, nothing
/// folded or fused.
///
/// A layer is one ONNX operator where there is one, else the few that PyTorch's exporter writes for it. The
/// operator has the layer's dotted name ("layer1.0.conv1"), its tensors are "layer1.0.conv1.weight" and so
/// on; further operators and tensors of a layer, and what joins feature maps, have a slash in their names
/// ("layer1.0/Add"). The operator's doc_string is the layer as the network spells it. Unnamed inputs are
/// called "input", "input_1", ..., outputs "output", "output_1", ...
///
/// A program that calls it links the library tenon_onnx (Meson: dependency('tenon-onnx')), which is built
/// where protobuf and ONNX's classes for it are there. Throws export_error, and then leaves no file.
/// Source: ONNX IR version 8, operators of opset 17.
template <Model M>
void export_onnx(const weights<M>& w, const std::string& path) {
  detail::export_onnx(M::network.view(), w.values(), path);
}

}  // namespace tenon
