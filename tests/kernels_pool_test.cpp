// Pools that nothing fuses, on planar feature maps: whole vectors along a row, rests, padding, against the
// reference.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

}  // namespace

// clang-format off
#define TENON_MODEL                                                                                                   \
  net<input<3, 28, 28> | max_pool<2>>, net<input<3, 28, 28> | avg_pool<2>>, net<input<2, 12, 13> | max_pool<2>>,       \
  net<input<2, 6, 9> | max_pool<2>>, net<input<1, 8, 8> | max_pool<2>>, net<input<2, 9, 35> | max_pool<3, stride{1}>>, \
  net<input<2, 9, 35> | avg_pool<3, stride{2}, padding{1}>>, net<input<1, 5, 67> | avg_pool<4, stride{1}, padding{2}>>, \
  net<input<2, 9, 36> | avg_pool<3, stride{2}, padding{1}, exclude_padding>>, net<input<1, 5, 66> | avg_pool<5, stride{2}>>, \
  net<input<2, 11, 33> | max_pool<3, stride{2}, ceil_mode>>, net<input<2, 7, 20> | avg_pool<3, stride{3}>>,            \
  net<input<1, 8, 16> | avg_pool<1, stride{2}>>
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("planar pools agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
