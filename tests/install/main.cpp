// A program of another project, built against an installed tenon.
#include <tenon/tenon.hpp>
#ifdef WITH_ONNX
#include <tenon/export.hpp>
#endif

using namespace tenon::layers;

struct Mean : tenon::model<input<1, 4, 4> | name<"twice">(conv<1, 1>) | avg_pool<4> | flatten> {};

#define TENON_MODEL Mean
#include <tenon/instantiate.hpp>

int main() {
  tenon::weights<Mean> weights;
  weights["twice.weight"][0] = 2;
  tenon::executable<Mean> net{weights};
  Mean::input image;
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<float>(i);
#ifdef WITH_ONNX
  if (tenon::onnx_bytes(Mean::network.view(), weights.values(), "Mean").find("twice.weight") ==
      std::string::npos)
    return 1;
#endif
  return net(image)[0] == 15 ? 0 : 1;
}
