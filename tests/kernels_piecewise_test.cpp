// Piecewise linear and rational activations, fused into other kernels. (The simplest are in
// kernels_fusion_test.cpp.)
#include "catch.hpp"
#include "fused_nets.hpp"

using namespace tenon::layers;

// clang-format off
#define TENON_MODEL                                                                                \
  FUSED_NETS(hard_sigmoid), FUSED_NETS(hard_sigmoid_with<alpha{-0.2}, beta{1}>),                   \
  FUSED_NETS(softsign), FUSED_NETS(thresholded_relu<0.3>), FUSED_NETS(thresholded_relu<-0.3>),     \
  FUSED_NETS(clip<-0.5, 1.5>), FUSED_NETS(multiply_by<-0.5>), FUSED_NETS(add_constant<0.7>)
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("fused piecewise activations agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
