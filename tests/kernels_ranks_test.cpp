// Convolutions, pools and norms on one and three spatial axes.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

// clang-format off
template <auto... Layers> using line = net<(input<3, 37> | ... | Layers)>;
template <auto... Layers> using box = net<(input<2, 5, 6, 7> | ... | Layers)>;
template <tenon::index C> using residual_line = net<input<C, 40> | (identity + (conv<C, 3, causal, dilation{4}> | batch_norm | relu | conv<C, 3, causal, dilation{8}>)) | relu>;
template <tenon::index C> using residual_box = net<input<C, 4, 5, 6> | (identity + (conv<C, 3, padding{1}> | batch_norm | relu)) | max_pool<2>>;
// clang-format on

}  // namespace

// clang-format off
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define TENON_MODEL \
  BOTH(line<conv<8, 3>>), line<conv<17, 3, stride{2}, padding{1}>>, line<conv<9, 3, causal, dilation{5}>>, \
  line<conv<3, 5, depthwise, padding{2, 1}>>, line<conv<6, 3, groups{3}>>, \
  BOTH(line<conv<16, 3, padding{1}> , relu , max_pool<2>>), line<avg_pool<3, stride{2}, padding{1}>>, \
  line<max_pool<3, stride{1}, padding{1}, dilation{2}>>, BOTH(line<conv<4, 1> , batch_norm , tanh_layer{}>), \
  line<global_avg_pool>, line<flatten , linear<5>>, BOTH(residual_line<8>), BOTH(residual_line<32>), \
  residual_line<3>, BOTH(box<conv<8, 3>>), box<conv<17, 3, stride{2}, padding{1}>>, \
  box<conv<5, extent{3, 1, 2}, padding{1, 0, 2, 0, 1, 0}, dilation{1, 2, 1}>>, \
  box<conv<2, 3, depthwise, padding{1}>>, box<conv<4, 3, groups{2}>>, BOTH(box<conv<16, 3> , relu , max_pool<2>>), \
  box<avg_pool<2, padding{1}, ceil_mode>>, \
  box<avg_pool<extent{2, 3, 2}, stride{1, 2, 1}, padding{1}, exclude_padding>>, box<max_pool<2>>, \
  box<max_pool<3, padding{1}, stride{2}>>, box<global_max_pool>, box<relu>, \
  BOTH(box<conv<3, 1> , batch_norm , relu>), box<flatten , linear<5>>, box<conv<3, 1> , flatten , linear<5>>, \
  BOTH(residual_box<8>), residual_box<3>
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("one and three spatial axes agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
