// Writes networks of examples/zoo as ONNX files: export_zoo FOLDER [NAME ...], all of them if none is named.
#include <algorithm>
#include <cstdio>
#include <span>

#include "nets.hpp"
#include "zoo/alexnet.hpp"
#include "zoo/cifar_quick.hpp"
#include "zoo/densenet.hpp"
#include "zoo/efficientnet.hpp"
#include "zoo/esrgan.hpp"
#include "zoo/googlenet.hpp"
#include "zoo/inception_v3.hpp"
#include "zoo/lenet5.hpp"
#include "zoo/mobilenet_v1.hpp"
#include "zoo/mobilenet_v2.hpp"
#include "zoo/mobilenet_v3.hpp"
#include "zoo/resnet.hpp"
#include "zoo/shufflenet_v2.hpp"
#include "zoo/squeezenet.hpp"
#include "zoo/tcn.hpp"
#include "zoo/unet.hpp"
#include "zoo/vgg.hpp"
#include "zoo/voxnet.hpp"
#include "zoo/wavenet.hpp"

namespace {

struct entry {
  const char* name;
  void (*save)(const std::filesystem::path&, const std::string&);
};

template <class M>
void save(const std::filesystem::path& folder, const std::string& name) {
  exported::save<M>(folder, name);
}

// ZOO_NETWORKS is made from the list in examples/zoo/meson.build.
#define NETWORK(name, type) {#name, &save<zoo::type>},
constexpr entry networks[] = {ZOO_NETWORKS};

}  // namespace

int main(int count, char** arguments) try {
  const std::span<char*> names(arguments + std::min(count, 2), arguments + count);
  if (count < 2) return std::fprintf(stderr, "usage: export_zoo FOLDER [NAME ...]\n"), 2;
  for (const std::string_view name : names)
    if (std::none_of(std::begin(networks), std::end(networks),
                     [&](const entry& e) { return name == e.name; }))
      return std::fprintf(stderr, "no network %s\n", name.data()), 2;
  std::filesystem::create_directories(arguments[1]);
  for (const entry& e : networks) {
    const auto asked = [&](std::string_view name) { return name == e.name; };
    if (names.empty() || std::any_of(names.begin(), names.end(), asked)) e.save(arguments[1], e.name);
  }
  return 0;
} catch (const std::exception& problem) {
  std::fprintf(stderr, "%s\n", problem.what());
  return 1;
}
