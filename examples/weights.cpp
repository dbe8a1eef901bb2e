// Weights in every usual way: `weights FILE NEW_FILE` reads LeNet-5's weights from FILE and writes them, with
// a self-test, to NEW_FILE; reads that; and takes the weights that are inside the program.
#include <cstdlib>
#include <exception>
#include <iostream>

#include "lenet5.hpp"

// region: save
void save(const std::string& path, const tenon::weights<LeNet5>& weights, const LeNet5::input& image) {
  const tenon::executable<LeNet5> net(weights);
  tenon::save_safetensors<LeNet5>(path, weights, tenon::record_self_test(net, image.elements));
}
// endregion

// region: load
/// Throws tenon::weight_error: also where the outputs of the self-test are not what they must be.
tenon::executable<LeNet5> ready_to_run(const std::string& path) { return tenon::load<LeNet5>(path); }
// endregion

// region: rename
tenon::weights<LeNet5> from_torchvision(const std::string& path) {
  return tenon::load_safetensors<LeNet5>(
      path,
      {.rename = {{"features", ""}, {"classifier.0", "7"}, {"classifier.2", "9"}, {"classifier.4", "11"}}});
}
// endregion

// region: npy
LeNet5::input read_image(const std::string& path) {
  const std::vector<float> values =
      tenon::read_npy(path, LeNet5::input_shape);  // float16, float32 or float64
  LeNet5::input image;
  std::copy_n(values.begin(), image.size(), image.begin());
  return image;
}
// endregion

// region: embedded
tenon::executable<LeNet5> without_files() { return tenon::load_embedded<LeNet5>(); }
// endregion

int main(int argc, char** argv) {
  try {
    if (argc != 3) throw std::invalid_argument("usage: weights FILE NEW_FILE");
    const std::string path = argv[2];
    const auto weights = tenon::load_safetensors<LeNet5>(argv[1]);
    LeNet5::input image{};
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = float(i % 28) / 28;
    save(path, weights, image);
    tenon::write_npy(path + ".npy", image.elements, LeNet5::input_shape);
    const LeNet5::output scores = ready_to_run(path)(read_image(path + ".npy"));
    std::cout << (scores == without_files()(image) ? "equal\n" : "different\n");
    try {
      from_torchvision(path);
    } catch (const tenon::weight_error& wrong) {
      std::cout << wrong.what() << '\n';  // its names are LeNet-5's own
    }
  } catch (const std::exception& wrong) {
    std::cerr << "error: " << wrong.what() << '\n';
    return EXIT_FAILURE;
  }
}
