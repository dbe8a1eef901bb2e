// Layers with 1x1 filters, and a linear one.
#include "layer.hpp"

namespace {
using namespace bench::shapes;
template <index IC, index OC, index H>
using pointwise = inside<IC, H, conv<OC, 1>>;
template <index IC, index OC, index H, tenon::method How>
using by = inside<IC, H, conv<OC, 1, algorithm<How>>>;
using enum tenon::method;
}  // namespace

// clang-format off
#define TENON_MODEL                                                             \
  pointwise<64, 64, 56>, pointwise<64, 256, 56>, pointwise<256, 64, 56>,        \
  pointwise<1024, 256, 14>, pointwise<512, 2048, 7>,                            \
  pointwise<512, 512, 14>, by<512, 512, 14, strassen>, by<512, 512, 14, strassen_twice>, \
  by<1024, 256, 14, strassen_twice>, by<512, 2048, 7, strassen>,                \
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
    add_layer<by<1024, 256, 14, strassen_twice>>("1x1 1024->256@14", "strassen_twice"),
    add_layer<by<512, 2048, 7, strassen>>("1x1 512->2048@7", "strassen"),
    add_layer<pointwise<512, 512, 14>>("1x1 512->512@14"),
    add_layer<by<512, 512, 14, strassen>>("1x1 512->512@14", "strassen"),
    add_layer<by<512, 512, 14, strassen_twice>>("1x1 512->512@14", "strassen_twice"),
    add_layer<pointwise<16, 96, 112>>("1x1 16->96@112"),
    add_layer<pointwise<96, 24, 56>>("1x1 96->24@56"),
    add_layer<dense<2048, 1000>>("linear 2048->1000"),
};

}  // namespace
}  // namespace bench
