// LeNet-5 as of 1998, with tanh and average pools: the network that others are timed on. Its weights are
// random.
#pragma once

#include <tenon/tenon.hpp>

namespace classic {

using namespace tenon::layers;

}  // namespace classic

// clang-format off
struct ClassicLeNet5 : tenon::model<
    classic::input<1, 28, 28>
      | classic::conv<6, 5, classic::padding{2}> | classic::tanh | classic::avg_pool<2>
      | classic::conv<16, 5>                     | classic::tanh | classic::avg_pool<2>
      | classic::conv<120, 5>                    | classic::tanh
      | classic::flatten
      | classic::linear<84> | classic::tanh
      | classic::linear<10>> {};
// clang-format on

static_assert(ClassicLeNet5::parameter_count == 61'706);
