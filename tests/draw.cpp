// Writes pictures of some networks into the folder that it is given, for draw_test.py.
#include <tenon/draw.hpp>

#include <fstream>
#include <iostream>

#include "lenet5.hpp"
#include "resnet8.hpp"
#include "zoo/densenet.hpp"
#include "zoo/googlenet.hpp"
#include "zoo/resnet.hpp"
#include "zoo/shufflenet_v2.hpp"
#include "zoo/unet.hpp"

namespace {

// Names that would break a page that does not escape them; two inputs; an unnamed scope.
// clang-format off
struct Awkward : tenon::model<
    input<3, 8, 8> | name<"a<b>&\"c'\\">(conv<4, 3, padding{1}> | relu)
      | concat(identity, name<"]]>">(conv<2, 1>), max_pool<3, stride{1}, padding{1}>) | (identity + identity)> {};
// clang-format on

template <tenon::Model M>
void write(const std::string& folder, const std::string& name, std::string_view title) {
  const auto file = [&](const char* ending, const std::string& text) {
    std::ofstream out(folder + '/' + name + ending);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write to " + folder);
  };
  int edges = 0;
  for (const tenon::node& n : M::network.nodes) edges += (n.inputs[0] >= 0) + (n.inputs[1] >= 0);
  file(".dot", tenon::to_dot<M>(title));
  file(".svg", tenon::to_svg<M>(title));
  file(".txt", std::to_string(M::network.view().nodes.size()) + ' ' + std::to_string(edges) + '\n');
}

}  // namespace

int main(int, char** argv) {
  const std::string folder = argv[1];
  static_assert(tenon::detail::name_of_type<LeNet5>() == "LeNet5");
  static_assert(tenon::detail::name_of_type<zoo::unet::UNet>() == "zoo::unet::UNet");
  write<LeNet5>(folder, "lenet5", "LeNet5");
  write<ResNet8>(folder, "resnet8", "ResNet8");
  write<Awkward>(folder, "awkward", "<Awkward> & \"others\"");
  write<zoo::resnet::ResNet18>(folder, "resnet18", "ResNet18");
  write<zoo::resnet::ResNet50>(folder, "resnet50", "ResNet50");
  write<zoo::densenet::DenseNet121>(folder, "densenet121", "DenseNet121");
  write<zoo::googlenet::GoogLeNet>(folder, "googlenet", "GoogLeNet");
  write<zoo::shufflenet_v2::ShuffleNetV2>(folder, "shufflenet_v2", "ShuffleNetV2");
  write<zoo::unet::UNet>(folder, "unet", "UNet");
}
