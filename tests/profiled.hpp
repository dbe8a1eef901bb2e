// A network whose plan has a chain, a pool and a linear layer, and whose file compiles single steps.
#pragma once

#include <tenon/tenon.hpp>

namespace profiled_layers {
using namespace tenon::layers;
// clang-format off
struct Profiled : tenon::model<
    input<16, 64, 64>
      | conv<64, 1> | relu6 | conv<64, 3, padding{1}, depthwise> | relu6 | conv<16, 1>
      | max_pool<4> | flatten | linear<10> | softmax> {};
// clang-format on
}  // namespace profiled_layers
using profiled_layers::Profiled;
