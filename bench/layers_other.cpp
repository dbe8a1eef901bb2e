// Depthwise layers, one axis, first layers of networks.
#include "layer.hpp"

namespace {
using namespace bench::shapes;
template <index C, index H, index S>
using per_channel = inside<C, H, conv<C, 3, stride{S}, padding{1}, groups{C}>>;
using first_7x7 = first<3, 224, conv<64, 7, stride{2}, padding{3}>>;
template <tenon::method How>
using first_7x7_by = first<3, 224, conv<64, 7, stride{2}, padding{3}, algorithm<How>>>;
using enum tenon::method;
using dilated = inside_1d<64, 4096, conv<64, 3, dilation{8}, padding{8}>>;
using lenet_first = first<1, 28, conv<6, 5, padding{2}>>;
using lenet_second = inside<6, 12, conv<16, 5>>;
}  // namespace

// clang-format off
#define TENON_MODEL                                                               \
  per_channel<32, 112, 1>, per_channel<64, 112, 2>, per_channel<256, 28, 1>,            \
  per_channel<512, 14, 1>, first_7x7, first_7x7_by<direct>, first_7x7_by<winograd_rows>, \
  first_7x7_by<winograd_rows_4>, dilated, lenet_first, lenet_second
// clang-format on
#include <tenon/instantiate.hpp>

#include "layer_run.hpp"

namespace bench {
namespace {

[[maybe_unused]] const bool added[] = {
    add_layer<per_channel<32, 112, 1>>("depthwise 3x3 32@112"),
    add_layer<per_channel<64, 112, 2>>("depthwise 3x3 stride 2 64@112"),
    add_layer<per_channel<256, 28, 1>>("depthwise 3x3 256@28"),
    add_layer<per_channel<512, 14, 1>>("depthwise 3x3 512@14"),
    add_layer<first_7x7>("7x7 stride 2 3->64@224"),
    add_layer<first_7x7_by<direct>>("7x7 stride 2 3->64@224", "direct"),
    add_layer<first_7x7_by<winograd_rows>>("7x7 stride 2 3->64@224", "winograd_rows"),
    add_layer<first_7x7_by<winograd_rows_4>>("7x7 stride 2 3->64@224", "winograd_rows_4"),
    add_layer<dilated>("1-D k3 64@4096 dilation 8"),
    add_layer<lenet_first>("5x5 1->6@28"),
    add_layer<lenet_second>("5x5 6->16@12"),
};

}  // namespace
}  // namespace bench
