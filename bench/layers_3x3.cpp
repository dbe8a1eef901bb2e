// Layers with 3x3 filters. A line with an algorithm<...> option and its name as second argument of add_layer
// stands beside the one that the library chooses.
#include "layer.hpp"

namespace {
using namespace bench::shapes;
template <index C, index H>
using plain = inside<C, H, conv<C, 3, padding{1}>>;
template <index C, index H, tenon::method How>
using by = inside<C, H, conv<C, 3, padding{1}, algorithm<How>>>;
using enum tenon::method;
template <index IC, index OC, index H>
using halving = inside<IC, H, conv<OC, 3, stride{2}, padding{1}>>;
template <index IC, index OC, index H, tenon::method How>
using halving_by = inside<IC, H, conv<OC, 3, stride{2}, padding{1}, algorithm<How>>>;
}  // namespace

// clang-format off
#define TENON_MODEL                                                     \
  plain<64, 56>, plain<128, 28>, plain<256, 14>, plain<512, 7>,         \
  by<64, 56, direct>, by<64, 56, winograd_rows>, by<64, 56, winograd_2>, by<64, 56, winograd_4>,\
  by<128, 28, direct>, by<128, 28, winograd_2>, by<128, 28, winograd_4>,\
  by<256, 14, direct>, by<256, 14, winograd_rows>, by<256, 14, winograd_2>, by<256, 14, winograd_4x2>, by<256, 14, winograd_4>, by<256, 14, winograd_plain>,\
  by<512, 7, direct>, by<512, 7, winograd_2x1>, by<512, 7, winograd_4x1>, by<512, 7, winograd_2>, by<512, 7, winograd_4>, by<512, 7, winograd_plain>, \
  halving<64, 128, 56>, halving<256, 256, 28>, halving<256, 512, 14>,   \
  halving_by<64, 128, 56, direct>, halving_by<64, 128, 56, winograd_2>, halving_by<64, 128, 56, winograd_4>, \
  halving_by<256, 256, 28, direct>, halving_by<256, 256, 28, winograd_2>,                                    \
  first<3, 224, conv<32, 3, stride{2}, padding{1}>>
// clang-format on
#include <tenon/instantiate.hpp>

#include "layer_run.hpp"

namespace bench {
namespace {

[[maybe_unused]] const bool added[] = {
    add_layer<plain<64, 56>>("3x3 64@56"),
    add_layer<by<64, 56, direct>>("3x3 64@56", "direct"),
    add_layer<by<64, 56, winograd_rows>>("3x3 64@56", "winograd_rows"),
    add_layer<by<64, 56, winograd_2>>("3x3 64@56", "winograd_2"),
    add_layer<by<64, 56, winograd_4>>("3x3 64@56", "winograd_4"),
    add_layer<plain<128, 28>>("3x3 128@28"),
    add_layer<by<128, 28, direct>>("3x3 128@28", "direct"),
    add_layer<by<128, 28, winograd_2>>("3x3 128@28", "winograd_2"),
    add_layer<by<128, 28, winograd_4>>("3x3 128@28", "winograd_4"),
    add_layer<plain<256, 14>>("3x3 256@14"),
    add_layer<by<256, 14, direct>>("3x3 256@14", "direct"),
    add_layer<by<256, 14, winograd_rows>>("3x3 256@14", "winograd_rows"),
    add_layer<by<256, 14, winograd_2>>("3x3 256@14", "winograd_2"),
    add_layer<by<256, 14, winograd_4x2>>("3x3 256@14", "winograd_4x2"),
    add_layer<by<256, 14, winograd_4>>("3x3 256@14", "winograd_4"),
    add_layer<by<256, 14, winograd_plain>>("3x3 256@14", "winograd_plain"),
    add_layer<plain<512, 7>>("3x3 512@7"),
    add_layer<by<512, 7, direct>>("3x3 512@7", "direct"),
    add_layer<by<512, 7, winograd_2x1>>("3x3 512@7", "winograd_2x1"),
    add_layer<by<512, 7, winograd_4x1>>("3x3 512@7", "winograd_4x1"),
    add_layer<by<512, 7, winograd_2>>("3x3 512@7", "winograd_2"),
    add_layer<by<512, 7, winograd_4>>("3x3 512@7", "winograd_4"),
    add_layer<by<512, 7, winograd_plain>>("3x3 512@7", "winograd_plain"),
    add_layer<halving<64, 128, 56>>("3x3 stride 2 64->128@56"),
    add_layer<halving_by<64, 128, 56, direct>>("3x3 stride 2 64->128@56", "direct"),
    add_layer<halving_by<64, 128, 56, winograd_2>>("3x3 stride 2 64->128@56", "winograd_2"),
    add_layer<halving_by<64, 128, 56, winograd_4>>("3x3 stride 2 64->128@56", "winograd_4"),
    add_layer<halving<256, 256, 28>>("3x3 stride 2 256->256@28"),
    add_layer<halving_by<256, 256, 28, direct>>("3x3 stride 2 256->256@28", "direct"),
    add_layer<halving_by<256, 256, 28, winograd_2>>("3x3 stride 2 256->256@28", "winograd_2"),
    add_layer<halving<256, 512, 14>>("3x3 stride 2 256->512@14"),
    add_layer<first<3, 224, conv<32, 3, stride{2}, padding{1}>>>("3x3 stride 2 3->32@224"),
};

}  // namespace
}  // namespace bench
