// VoxNet. Maturana, Scherer: VoxNet: a 3D convolutional neural network for real-time object recognition
// (2015): 921,736 parameters for the 40 classes of ModelNet40.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::voxnet {

using namespace tenon::layers;

// clang-format off
template <tenon::index Classes>
struct VoxNet : tenon::model<
    input<1, 32, 32, 32>
      | name<"conv1">(conv<32, 5, stride{2}>) | leaky_relu<slope{0.1}>
      | name<"conv2">(conv<32, 3>)            | leaky_relu<slope{0.1}> | max_pool<2>
      | flatten
      | name<"fc1">(linear<128>) | relu | dropout
      | name<"fc2">(linear<Classes>)> {};
// clang-format on

static_assert(VoxNet<40>::parameter_count == 921'736);
static_assert(VoxNet<10>::output_shape == tenon::shape{10});
static_assert(VoxNet<10>::parameter_count == 917'866);
static_assert(VoxNet<10>::mac_count == 59'637'760);

}  // namespace zoo::voxnet
