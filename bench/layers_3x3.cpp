// Layers with 3x3 filters. A line with an algorithm<...> option and its name as second argument of add_layer
// stands beside the one that the library chooses.
#include "layer.hpp"

namespace {
using namespace bench::shapes;
template <index C, index H>
using plain = inside<C, H, conv<C, 3, padding{1}>>;
template <index IC, index OC, index H>
using halving = inside<IC, H, conv<OC, 3, stride{2}, padding{1}>>;
}  // namespace

// clang-format off
#define TENON_MODEL                                                     \
  plain<64, 56>, plain<128, 28>, plain<256, 14>, plain<512, 7>,         \
  halving<64, 128, 56>, halving<256, 512, 14>,                          \
  first<3, 224, conv<32, 3, stride{2}, padding{1}>>
// clang-format on
#include <tenon/instantiate.hpp>

#include "layer_run.hpp"

namespace bench {
namespace {

[[maybe_unused]] const bool added[] = {
    add_layer<plain<64, 56>>("3x3 64@56"),
    add_layer<plain<128, 28>>("3x3 128@28"),
    add_layer<plain<256, 14>>("3x3 256@14"),
    add_layer<plain<512, 7>>("3x3 512@7"),
    add_layer<halving<64, 128, 56>>("3x3 stride 2 64->128@56"),
    add_layer<halving<256, 512, 14>>("3x3 stride 2 256->512@14"),
    add_layer<first<3, 224, conv<32, 3, stride{2}, padding{1}>>>("3x3 stride 2 3->32@224"),
};

}  // namespace
}  // namespace bench
