// A program of another project: declares, instantiates and runs a network.
#include <tenon/tenon.hpp>

using namespace tenon::layers;

struct Mean : tenon::model<input<1, 4, 4> | avg_pool<4> | flatten> {};

#define TENON_MODEL Mean
#include <tenon/instantiate.hpp>

int main() {
  tenon::executable<Mean> net{tenon::weights<Mean>{}};
  Mean::input image;
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<float>(i);
  return net(image)[0] == 7.5f ? 0 : 1;
}
