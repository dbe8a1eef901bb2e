// What moves elements, and linear interpolation.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

// clang-format off
template <auto... Layers> using map = net<(input<8, 4, 6> | ... | Layers)>;
template <auto... Layers> using after = net<((input<3, 4, 6> | conv<8, 3, padding{1}>) | ... | Layers)>;
template <auto... Layers> using line = net<(input<6, 10> | ... | Layers)>;
template <auto... Layers> using box = net<(input<3, 2, 4, 3> | ... | Layers)>;
template <auto... Layers> using many = net<(input<2, 3, 2, 2, 3> | ... | Layers)>;
template <auto... Layers> using vector = net<(input<24> | ... | Layers)>;
// clang-format on

}  // namespace

// clang-format off
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define TENON_MODEL \
  map<flatten>, after<flatten>, after<flatten , relu , linear<3>>, map<reshape<4, 48>>, \
  after<reshape<-1, 6> , conv<3, 3>>, after<reshape<2, 8, 12> , conv<3, 3, padding{1}>>, \
  vector<reshape<2, 3, 4> , conv<2, 3>>, after<global_avg_pool , reshape<8> , linear<4>>, \
  vector<linear<6> , reshape<6, 1, 1> , conv<3, 1>>, map<permute<1, 2, 0>>, after<permute<2, 0, 1>>, \
  after<permute<1, 0, 2> , conv<3, 3, padding{1}>>, line<permute<1, 0>>, box<permute<3, 1, 0, 2>>, \
  many<permute<4, 2, 0, 3, 1>>, many<relu>, many<reshape<6, 4, 3> , conv<2, 3, same>>, box<squeeze<>>, \
  net<input<3, 1, 5> | squeeze<1> | conv<2, 3>>, net<input<1, 1, 5> | squeeze<> | linear<2>>, map<slice<2, 5>>, \
  after<slice<1, 8, 3> , relu>, after<slice<-1, -100, -2, axis{2}>>, line<slice<3, 1000, axis{1}> , conv<4, 3>>, \
  box<slice<1, 4, axis{2}>>, map<split<1, 2>>, after<split<2, 4> , conv<3, 3>>, \
  net<input<1, 3, 1> | expand<4, 3, 5>>, net<input<3, 1, 1> | relu | expand<3, 2, 5> | conv<2, 1>>, \
  map<upsample<2>>, after<upsample<extent{1, 3}> , conv<3, 3, padding{1}>>, line<upsample<3>>, box<upsample<2>>, \
  map<upsample<2, bilinear>>, after<upsample<extent{3, 2}, bilinear, align_corners>>, line<upsample<4, bilinear>>, \
  box<upsample<2, bilinear>>, box<upsample<2, bilinear, align_corners>>, \
  net<input<3, 1, 1> | upsample<2, bilinear, align_corners>>, map<pixel_shuffle<2>>, \
  after<pixel_shuffle<2> , conv<3, 3>>, map<pixel_unshuffle<2>>, after<pixel_unshuffle<2>>, \
  map<pixel_shuffle<2> , pixel_unshuffle<2>>, map<channel_shuffle<2>>, \
  after<channel_shuffle<4> , conv<6, 1, groups{2}>>, line<channel_shuffle<3>>, \
  net<input<74, 2, 3> | conv<74, 1> | channel_shuffle<2>>, net<input<111, 3> | channel_shuffle<3> | conv<5, 1>>, \
  net<input<140, 2, 1> | conv<140, 1> | channel_shuffle<4> | conv<5, 1>>, net<input<2, 3, 37> | conv<9, 2>>, net<input<4, 3, 70> | conv<9, 3>>, \
  net<input<33, 37> | permute<1, 0>>, net<input<16, 8> | permute<1, 0>>, net<input<7, 45> | permute<1, 0>>, \
  net<input<5, 19, 21> | permute<2, 0, 1>>, net<input<17, 5, 7> | conv<9, 3, padding{1}>>, net<input<3, 5, 9> | conv<37, 1>>
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("what moves elements agrees with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
