// Writes a page about each of the two networks of this folder: report FOLDER [NUMBER OF AN IMAGE]
#include <tenon/report.hpp>

#include <cstdlib>
#include <iostream>

#include "idx.hpp"
#include "lenet5.hpp"
#include "resnet8.hpp"

#define TENON_MODEL LeNet5, ResNet8
#define TENON_PROFILE
#include <tenon/instantiate.hpp>

namespace {

const std::string data = REPORT_DATA;

// region: report
/// lenet5.html: the network, its plan, times, memory, and what it makes of an image.
template <tenon::Model M>
void write_page(const std::string& weight_file, const std::vector<float>& image, const std::string& page) {
  const auto weights = tenon::load_safetensors<M>(weight_file);
  const std::vector<std::string> clothes{"T-shirt", "Trouser", "Pullover", "Dress", "Coat",
                                         "Sandal",  "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  tenon::report<M>(weights, page, {.input = image, .labels = clothes});
}
// endregion

int run(int argc, char** argv) {
  if (argc < 2) throw std::invalid_argument("usage: report FOLDER [NUMBER]");
  const std::string folder = argv[1];
  const auto images = idx::read_images(data + "/sample-images-idx3-ubyte.gz");
  const std::size_t number = argc > 2 ? std::stoul(argv[2]) : 0;
  if (number >= images.size() / idx::pixels) throw std::invalid_argument("there is no such image");
  std::vector<float> image;
  for (std::size_t i = 0; i < idx::pixels; ++i)
    image.push_back(static_cast<float>(images[number * idx::pixels + i]) / 255);
  write_page<LeNet5>(data + "/lenet5-fashion.safetensors", image, folder + "/lenet5.html");
  write_page<ResNet8>(data + "/resnet8-fashion.safetensors", image, folder + "/resnet8.html");
  std::cout << "written: " << folder << "/lenet5.html, " << folder << "/resnet8.html\n";
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& wrong) {
    std::cerr << "error: " << wrong.what() << '\n';
    return EXIT_FAILURE;
  }
}
