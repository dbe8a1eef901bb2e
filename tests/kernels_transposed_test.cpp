// Transposed convolutions: strides, dilations, padding, groups, what is fused into them.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

// clang-format off
template <tenon::index C, auto... Layers> using up = net<(input<C, 5, 6> | ... | Layers)>;
template <auto... Layers> using line = net<(input<3, 9> | ... | Layers)>;
template <auto... Layers> using box = net<(input<2, 3, 4, 3> | ... | Layers)>;
template <tenon::index C> using residual = net<input<C, 6, 7> | tag<"in"> | conv<9, 2, stride{2}, padding{0, 0, 0, 1}> | (conv_transpose<C, 2, stride{2}, padding{0, 0, 0, 1}> + from<"in">) | relu>;
// clang-format on

}  // namespace

// clang-format off
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define TENON_MODEL \
  up<1, conv_transpose<1, 3>>, up<3, conv_transpose<8, 3>>, up<4, conv_transpose<17, 3, stride{2}>>, \
  up<4, conv_transpose<6, 3, stride{2}, padding{1}, output_padding{1}>>, up<2, conv_transpose<5, 2, stride{2}>>, \
  up<2, conv_transpose<5, 2, stride{3}, output_padding{2, 1}>>, \
  up<2, conv_transpose<5, 4, stride{2}, padding{1}, no_bias>>, up<2, conv_transpose<3, 3, dilation{2}>>, \
  up<2, conv_transpose<3, 3, stride{2}, dilation{3}>>, \
  up<2, conv_transpose<3, 3, stride{4, 2}, dilation{2, 2}, padding{1, 0, 2, 1}>>, \
  up<4, conv_transpose<6, 3, stride{2}, groups{2}>>, up<4, conv_transpose<8, 3, stride{2}, groups{4}>>, \
  up<3, conv_transpose<4, 3, stride{2}, same>>, up<3, conv_transpose<4, 3, stride{3}, same_lower>>, \
  up<3, conv_transpose<4, 2, stride{3}, same>>, up<3, conv_transpose<4, 3, full>>, \
  BOTH(up<3, conv_transpose<20, 3, stride{2}> , batch_norm , relu>), \
  BOTH(up<3, relu , conv_transpose<7, 3, stride{2}> , max_pool<2>>), \
  up<3, conv_transpose<16, 5, stride{2}, padding{2}> , conv<4, 3, padding{1}>>, BOTH(residual<4>), residual<17>, \
  line<conv_transpose<5, 4, stride{3}, padding{1}>>, line<conv_transpose<8, 3, stride{2}, dilation{2}>>, \
  net<input<130, 1, 1> | conv_transpose<40, extent{5, 1}, stride{4, 1}, padding{1, 0}>>, \
  net<input<4, 1> | conv_transpose<4, 5, stride{4}, padding{1}>>, \
  box<conv_transpose<4, 3, stride{2}, padding{1}>>, \
  box<conv_transpose<3, extent{1, 2, 3}, stride{1, 2, 2}, output_padding{0, 1, 0}>>
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("transposed convolutions agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
