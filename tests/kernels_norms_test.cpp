// Normalisations, softmax along any axis, pools of every norm, and parameters for each channel.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

// clang-format off
template <auto... Layers> using map = net<(input<6, 5, 7> | ... | Layers)>;
template <auto... Layers> using after = net<((input<3, 5, 7> | conv<18, 3, padding{1}>) | ... | Layers)>;
template <auto... Layers> using line = net<(input<6, 19> | ... | Layers)>;
template <auto... Layers> using box = net<(input<4, 3, 4, 5> | ... | Layers)>;
template <auto... Layers> using vector = net<(input<20> | ... | Layers)>;
// clang-format on

}  // namespace

// clang-format off
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define TENON_MODEL \
  map<instance_norm>, after<instance_norm , relu>, line<instance_norm_with<no_affine, epsilon{1e-3}>>, \
  box<instance_norm>, map<layer_norm>, after<layer_norm>, after<layer_norm_with<axis{1}>>, \
  map<layer_norm_with<axis{-1}, no_affine>>, after<layer_norm_with<per_position>>, \
  map<layer_norm_with<per_position, no_affine>>, vector<layer_norm>, line<layer_norm_with<per_position>>, \
  map<group_norm<2>>, after<group_norm<3> , relu , conv<4, 3, padding{1}>>, box<group_norm<4, no_affine>>, \
  vector<group_norm<5>>, map<local_response_norm<3>>, \
  after<local_response_norm<5, alpha{0.5}, beta{0.75}, bias{2}>>, after<local_response_norm<4, alpha{0.1}>>, \
  vector<local_response_norm<5>>, box<local_response_norm<2>>, map<softmax>, after<softmax>, \
  map<softmax_with<axis{1}>>, after<softmax_with<axis{2}>>, line<softmax_with<axis{-1}>>, map<log_softmax>, \
  after<log_softmax_with<axis{1}>>, after<log_softmax_with<axis{2}>>, vector<log_softmax>, \
  box<softmax_with<axis{2}>>, BOTH(after<scale , relu>), map<scale>, BOTH(after<shift , tanh_layer{}>), \
  line<shift>, map<prelu>, after<prelu , relu>, box<prelu>, vector<prelu>, vector<scale>, vector<batch_norm>
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("normalisations agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
