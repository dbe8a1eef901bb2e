// The first program: one network, one picture. `first WEIGHTS IMAGES` names what the first picture of IMAGES
// shows.
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "fashion/idx.hpp"
#include "lenet5.hpp"

/// The first picture of an IDX file, scaled to 0..1.
LeNet5::input read_image(const std::string& path) {
  const std::vector<std::uint8_t> pixels = idx::read_images(path);
  LeNet5::input image;
  std::transform(pixels.begin(), pixels.begin() + image.size(), image.begin(),
                 [](float grey) { return grey / 255; });
  return image;
}

// region: run
int classify(const char* weight_file, const char* image_file) {
  const auto weights = tenon::load_safetensors<LeNet5>(weight_file);  // throws tenon::weight_error
  tenon::executable<LeNet5> net(weights);                             // packs the weights once
  const LeNet5::input image = read_image(image_file);                 // 28x28 numbers in 0..1
  const LeNet5::output scores = net(image);                           // no allocation, no lock, no exception
  return int(std::max_element(scores.begin(), scores.end()) - scores.begin());
}
// endregion

int main(int argc, char** argv) {
  try {
    if (argc != 3) throw std::invalid_argument("usage: first WEIGHTS IMAGES");
    const int found = classify(argv[1], argv[2]);
    std::cout << "class " << found << '\n';
  } catch (const std::exception& wrong) {
    std::cerr << "error: " << wrong.what() << '\n';
    return EXIT_FAILURE;
  }
}
