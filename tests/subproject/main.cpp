// A program of another project: declares, instantiates and runs a network whose weights are in the program.
#include <tenon/tenon.hpp>

using namespace tenon::layers;

namespace other {
struct Mean : tenon::model<input<1, 4, 4> | avg_pool<4> | flatten | linear<1>> {};
}  // namespace other

#define TENON_MODEL other::Mean
#include <tenon/instantiate.hpp>

#include <cstdio>

int main() {
  auto net = tenon::load_embedded<other::Mean>();
  other::Mean::input image;
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<float>(i);
  std::printf("%g\n", double(net(image)[0]));
}
