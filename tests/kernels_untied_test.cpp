// Convolutions whose weights or biases are not shared, kernels read backwards, and what lies beyond the edge.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

// clang-format off
template <auto... Layers> using map = net<(input<3, 9, 10> | ... | Layers)>;
template <auto... Layers> using line = net<(input<2, 20> | ... | Layers)>;
template <auto... Layers> using box = net<(input<2, 4, 5, 4> | ... | Layers)>;
template <auto Edge> using edges = map<relu, conv<8, 3, padding{1}, Edge>>;
// clang-format on

}  // namespace

// clang-format off
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define TENON_MODEL \
  map<local<5, 3>>, map<local<17, 3, stride{2}, padding{1}>>, map<local<4, 2, dilation{2}, no_bias>>, \
  BOTH(map<local<6, 3> , relu>), line<local<4, 3>>, box<local<3, 2>>, map<relu , local<8, 1>>, \
  map<local<2, 3, padding{1}, cyclic>>, map<conv<5, 3, untied_bias>>, \
  BOTH(map<conv<17, 3, untied_bias, padding{1}, stride{2}> , relu>), map<conv<2, 5, untied_bias, padding{2}>>, \
  map<conv<16, 3, untied_bias, padding{1}>>, map<conv<3, 3, untied_bias, depthwise>>, \
  map<conv<6, 1, untied_bias> , batch_norm>, map<conv<8, 3, untied_bias> , relu , conv<4, 3, padding{1}>>, \
  map<(identity + conv<3, 3, untied_bias, padding{1}>)>, map<conv<5, 3, flipped>>, \
  map<conv<16, 3, flipped, padding{1}>>, map<conv<2, 3, flipped, padding{1}>>, \
  map<relu , conv<3, extent{2, 3}, flipped, depthwise>>, line<conv<4, 5, flipped>>, box<conv<4, 3, flipped>>, \
  map<conv<3, 3, flipped, groups{3}>>, edges<cyclic>, edges<reflect>, edges<replicate>, edges<zeros>, \
  BOTH(map<conv<8, 3, padding{1, 2, 0, 1}, cyclic> , relu , max_pool<2>>), \
  map<conv<3, 5, same, reflect, depthwise>>, map<conv<16, 5, padding{4, 4}, replicate>>, \
  line<conv<4, 3, causal, dilation{3}, replicate>>, line<conv<4, 7, full, cyclic>>, \
  box<conv<4, 3, padding{1}, reflect>>, box<conv<4, 3, padding{2, 1, 0, 0, 1, 2}, cyclic>>, map<pad<padding{1}>>, \
  map<pad<padding{1, 2, 0, 3}, fill{3.5}>>, map<relu , pad<padding{2}, reflect>>, \
  map<conv<5, 3> , pad<padding{2, 1}, cyclic> , conv<4, 3, padding{1}>>, line<pad<padding{3, 0}, replicate>>, \
  box<pad<padding{1}, reflect>>, map<crop<1>>, map<conv<5, 3> , crop<extent{1, 0, 2, 3}>>, line<crop<2>>, \
  box<crop<1>>, map<pad<padding{5}> , crop<5>>
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("untied weights, flipped kernels and edges agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
