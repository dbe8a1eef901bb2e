// Convolutions and linear layers in parts on several threads.
#include "in_parts.hpp"

namespace {

using namespace tenon::layers;
using in_parts::cut;

// clang-format off
template <auto... Layers> using map = cut<(input<3, 17, 19> | ... | Layers)>;
template <auto... Layers> using line = cut<(input<3, 150> | ... | Layers)>;
template <auto... Layers> using box = cut<(input<2, 9, 10, 11> | ... | Layers)>;
inline constexpr auto conv33 = conv<33, 3, padding{1}>;
inline constexpr auto by_2 = algorithm<tenon::method::winograd_2>, by_4 = algorithm<tenon::method::winograd_4>;
inline constexpr auto tall = algorithm<tenon::method::winograd_4x2>, plain = algorithm<tenon::method::winograd_plain>;
inline constexpr auto column_of_2 = algorithm<tenon::method::winograd_2x1>, column_of_4 = algorithm<tenon::method::winograd_4x1>;
inline constexpr auto once = algorithm<tenon::method::strassen>, twice = algorithm<tenon::method::strassen_twice>;

#define TENON_MODEL \
  map<conv<37, 3> , conv<33, 3, stride{2}, padding{1}> , relu>, map<conv33 , relu , max_pool<2> , conv<16, 5, padding{2}> , avg_pool<2>>, \
  map<conv<6, 5> , max_pool<2> , conv<4, 3>>, map<conv<33, 1> , batch_norm , conv<50, 1, stride{2}>>, \
  map<conv<24, 3> , conv<48, 3, groups{3}, padding{1}>>, map<conv<70, 1> , conv<70, 3, padding{1}, depthwise> , conv<20, 1>>, \
  map<conv<9, 3> , (identity + (conv<9, 3, padding{1}> | tanh)) , relu , conv<40, 3, padding{1}>>, \
  map<conv33 , conv_transpose<9, 4, stride{3, 2}, padding{1}>>, map<local<9, 3>>, map<conv<17, 3, untied_bias>>, \
  map<flatten , linear<333> , relu , linear<200>>, cut<(input<13, 17, 19> | flatten | linear<128> | relu)>, \
  cut<(input<20, 144> | conv<24, 3, dilation{6}, padding{6}, by_4>)>, \
  map<conv<70, 3, padding{1}, tall> , relu , conv<33, 3, padding{0, 1}, tall>>, box<conv<20, 3, tall>>, \
  line<conv<6, 5, causal> , relu>, \
  line<conv<40, 3, dilation{7}, padding{7}> , conv<35, 1>>, line<conv_transpose<7, 4, stride{2}>>, cut<(input<130, 9, 9> | conv_transpose<40, 3, stride{2}>)>, line<max_pool<2> , conv<33, 3>>, \
  map<conv<70, 3, by_4> , relu , max_pool<2>>, map<conv<9, 3, by_2> , conv<20, 5, by_2>>, \
  cut<(input<100, 22, 23> | conv<9, 3, padding{1}, by_4>)>, box<conv<40, 3, by_4>>, \
  map<conv<64, 1> , conv<96, 1, once> , relu , conv<32, 1, stride{2}, once>>, map<conv<64, 1> , conv<128, 1, twice>>, \
  /* many weights for few tiles: by channels, each thread transforms all */ \
  cut<(input<64, 8, 8> | conv<96, 3, padding{1}, by_4>)>, cut<(input<2, 5, 6, 7> | conv<100, 3, by_4>)>, \
  cut<(input<128, 2, 4> | conv<512, 1, twice>)>, map<conv<70, 3, padding{1}, column_of_2> , relu>, map<conv<70, 3, padding{1}, plain> , relu , conv<33, 3, plain>>, cut<(input<96, 7, 8> | conv<144, 3, padding{1}, plain> | relu)>, map<conv<40, extent{3, 1}, column_of_4>>, cut<(input<32, 8, 8> | conv<96, 1> | (identity + conv<96, 3, padding{1}, by_4>) | relu)>, \
  /* in turns, where a member of a team takes several parts at once */ \
  cut<(input<64, 52, 53> | conv<80, 1>)>, cut<(input<64, 105, 26> | conv<80, 1, stride{2}> | relu)>, \
  /* row by row of the filter */ \
  cut<(input<512, 5, 6> | conv<80, 3, padding{1}, algorithm<tenon::method::direct>> | relu)>, \
  line<local<5, 3>>, box<conv<20, 3> , relu , max_pool<2>>, box<conv<4, 3, padding{1}, depthwise>>, box<conv_transpose<4, 2, stride{2}>>
// clang-format on

}  // namespace

#include <tenon/instantiate.hpp>

TEST_CASE("convolutions in parts agree with the reference", "[threads]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}

TEST_CASE("convolutions in parts in any order give the bits of a serial run", "[threads]") {
  in_parts::check_order<tenon_models>();
}

TEST_CASE("convolutions in parts at the same time give the bits of a serial run", "[threads]") {
  in_parts::check_threads<tenon_models>();
}
