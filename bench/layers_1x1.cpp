// Layers with 1x1 filters, and a linear one.
#include "layer.hpp"

namespace {
using namespace bench::shapes;
template <index IC, index OC, index H>
using pointwise = inside<IC, H, conv<OC, 1>>;
}  // namespace

// clang-format off
#define TENON_MODEL                                                             \
  pointwise<64, 64, 56>, pointwise<64, 256, 56>, pointwise<256, 64, 56>,        \
  pointwise<1024, 256, 14>, pointwise<512, 2048, 7>,                            \
  pointwise<16, 96, 112>, pointwise<96, 24, 56>, dense<2048, 1000>
// clang-format on
#include <tenon/instantiate.hpp>

#include "layer_run.hpp"

namespace bench {
namespace {

[[maybe_unused]] const bool added[] = {
    add_layer<pointwise<64, 64, 56>>("1x1 64->64@56"),
    add_layer<pointwise<64, 256, 56>>("1x1 64->256@56"),
    add_layer<pointwise<256, 64, 56>>("1x1 256->64@56"),
    add_layer<pointwise<1024, 256, 14>>("1x1 1024->256@14"),
    add_layer<pointwise<512, 2048, 7>>("1x1 512->2048@7"),
    add_layer<pointwise<16, 96, 112>>("1x1 16->96@112"),
    add_layer<pointwise<96, 24, 56>>("1x1 96->24@56"),
    add_layer<dense<2048, 1000>>("linear 2048->1000"),
};

}  // namespace
}  // namespace bench
