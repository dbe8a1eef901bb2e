// LeNet-5. LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition (1998).
// The paper counts 60,000 parameters: there C3 sees some of the maps only and a pool has a gain and a bias.
// Here, as in most of its descendants, C3 sees all maps and a pool is a mean; tensors are called as the paper
// calls the layers.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::lenet {

using namespace tenon::layers;

// clang-format off
struct LeNet5 : tenon::model<
    input<1, 28, 28>
      | name<"c1">(conv<6, 5, padding{2}>) | tanh | avg_pool<2>
      | name<"c3">(conv<16, 5>)            | tanh | avg_pool<2>
      | name<"c5">(conv<120, 5>)           | tanh | flatten
      | name<"f6">(linear<84>)             | tanh
      | name<"output">(linear<10>)> {};
// clang-format on

static_assert(LeNet5::output_shape == tenon::shape{10});
static_assert(LeNet5::parameter_count == 61'706);
static_assert(LeNet5::mac_count == 416'520);

// region: numerics
using SameEverywhere = tenon::reproducible<LeNet5>;  // the same bits on every instruction set
using InHaste = tenon::fast<LeNet5>;                 // each tanh is off by up to 2^-14
// endregion

}  // namespace zoo::lenet
