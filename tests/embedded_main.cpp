// A network whose weights are in the program names what an image shows. The image: trousers, drawn.
#include <algorithm>
#include <cstdio>

#include "lenet5.hpp"

int main() try {
  auto net = tenon::load_embedded<LeNet5>();
  LeNet5::input image{};
  for (int row = 2; row < 27; ++row)
    for (int column = 9; column < 19; ++column)
      if (row < 7 || column < 13 || column > 14) image[std::size_t(28 * row + column)] = 0.7f;
  const LeNet5::output scores = net(image);
  std::printf("class %d\n", int(std::max_element(scores.begin(), scores.end()) - scores.begin()));
} catch (const std::exception& e) {
  std::printf("error: %s\n", e.what());
  return 1;
}
