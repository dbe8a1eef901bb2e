// LeNet-5 as trained on Fashion-MNIST: 28x28 grey images, ten classes.
#pragma once

#include <tenon/tenon.hpp>

// region: model
using namespace tenon::layers;

// clang-format off
struct LeNet5 : tenon::model<
    input<1, 28, 28>
      | conv<6, 5, padding{2}> | relu | max_pool<2>
      | conv<16, 5>            | relu | max_pool<2>
      | flatten
      | linear<120> | relu
      | linear<84>  | relu
      | linear<10>> {};
// clang-format on

static_assert(LeNet5::output_shape == tenon::shape{10});
static_assert(LeNet5::parameter_count == 61'706);
static_assert(LeNet5::arena_bytes <= 16 * 1024);
// endregion
