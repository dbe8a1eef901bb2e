// What the two programs of this folder share: a network as an ONNX file with the tensors that tests/zoo gives
// every network.
#pragma once

#include <filesystem>
#include <fstream>

#include <tenon/export.hpp>

#include "../zoo/seeded.hpp"

namespace exported {

/// FOLDER/NAME.onnx, and the network's architecture in FOLDER/NAME.hash
template <tenon::Model M>
tenon::weights<M> save(const std::filesystem::path& folder, const std::string& name) {
  tenon::weights<M> weights = zoo::seeded_weights<M>();
  tenon::export_onnx<M>(weights, (folder / (name + ".onnx")).string());
  std::ofstream(folder / (name + ".hash")) << std::hex << tenon::architecture_hash(M::network.view()) << '\n';
  return weights;
}

}  // namespace exported
