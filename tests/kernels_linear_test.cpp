// Linear layers at the edges of vectors and blocks of outputs, against the reference.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

template <tenon::index IN, tenon::index OUT>
using layer = net<input<IN> | linear<OUT>>;

/// A feature map is flattened by the order in which weights are packed.
template <tenon::index C, tenon::index OC, auto... Between>
using flattened = net<(input<C, 4, 5> | ... | Between) | flatten | linear<OC>>;

}  // namespace

// clang-format off
#define TENON_MODEL                                                                                                   \
  layer<1, 1>, layer<2, 4>, layer<3, 7>, layer<4, 8>, layer<5, 9>, layer<7, 16>, layer<8, 17>, layer<9, 33>,           \
  layer<15, 64>, layer<16, 65>, layer<17, 120>, layer<31, 128>, layer<33, 129>, layer<40, 3>, layer<39, 257>,          \
  net<input<11> | linear<6, no_bias>>, net<input<11> | linear<21> | linear<5> | linear<13>>,                           \
  flattened<1, 5>, flattened<3, 9>, flattened<2, 10, conv<7, 3>>, flattened<2, 10, conv<17, 3, padding{1}>, relu>,     \
  flattened<2, 4, conv<5, 2>, dropout>,                                                                                \
  net<input<2, 5, 6> | conv<3, 2> | ((conv<3, 3, padding{1}> | flatten | linear<7>) + (flatten | linear<7>))>,    \
  /* convolutions over all of their input */                                                                           \
  net<input<3, 4, 5> | conv<33, extent{4, 5}> | batch_norm | tanh>,                                                    \
  net<input<3, 4, 5> | conv<18, 3, padding{1}> | (conv<20, extent{4, 5}> + (global_avg_pool | conv<20, 1>)) | relu>,   \
  net<input<2, 9> | conv<5, 9>>, net<input<2, 3, 4, 2> | conv<17, extent{3, 4, 2}>>
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("linear layers agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
