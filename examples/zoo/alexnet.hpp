// AlexNet. Krizhevsky: One weird trick for parallelizing convolutional neural networks (2014), the form with
// one tower. Tensor names and counts: torchvision.models.alexnet.
#pragma once

#include <tenon/tenon.hpp>

namespace zoo::alexnet {

using namespace tenon::layers;

// clang-format off
struct AlexNet : tenon::model<
    input<3, 224, 224>
      | name<"features">(
            conv<64, 11, stride{4}, padding{2}> | relu | max_pool<3, stride{2}>
          | conv<192, 5, padding{2}>            | relu | max_pool<3, stride{2}>
          | conv<384, 3, padding{1}>            | relu
          | conv<256, 3, padding{1}>            | relu
          | conv<256, 3, padding{1}>            | relu | max_pool<3, stride{2}>)
      | flatten
      | name<"classifier">(
            dropout | linear<4096> | relu
          | dropout | linear<4096> | relu
          | linear<1000>)> {};
// clang-format on

static_assert(AlexNet::output_shape == tenon::shape{1000});
static_assert(AlexNet::parameter_count == 61'100'840);
static_assert(AlexNet::mac_count == 714'188'480);

}  // namespace zoo::alexnet
