// CIFAR-10 quick. Krizhevsky's cuda-convnet (2012), as Caffe has it in examples/cifar10; tensors are called
// as there. Its pools round extents up: 32 -> 16 -> 8 -> 4 with windows of 3 and a stride of 2. The maximum
// comes before the relu, which gives the same in less time. Counts: computed from Caffe's file.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::cifar_quick {

using namespace tenon::layers;

// clang-format off
struct CifarQuick : tenon::model<
    input<3, 32, 32>
      | name<"conv1">(conv<32, 5, padding{2}>) | max_pool<3, stride{2}, ceil_mode> | relu
      | name<"conv2">(conv<32, 5, padding{2}>) | relu | avg_pool<3, stride{2}, ceil_mode>
      | name<"conv3">(conv<64, 5, padding{2}>) | relu | avg_pool<3, stride{2}, ceil_mode>
      | flatten
      | name<"ip1">(linear<64>)
      | name<"ip2">(linear<10>)> {};
// clang-format on

static_assert(CifarQuick::output_shape == tenon::shape{10});
static_assert(CifarQuick::parameter_count == 145'578);
static_assert(CifarQuick::mac_count == 12'354'176);

}  // namespace zoo::cifar_quick
