// Networks that pages are written about.
#pragma once

#include "zoo/resnet.hpp"
#include "zoo/tcn.hpp"
#include "zoo/voxnet.hpp"

namespace pages {
using namespace tenon::layers;
// Names that break a page which does not escape them; joins, two outputs.
// clang-format off
struct Awkward : tenon::model<
    input<3, 16, 16> | name<"a<b>&\"c'\\">(conv<4, 3, padding{1}> | relu)
      | concat(identity, name<"]]></script>">(conv<2, 1>), max_pool<3, stride{1}, padding{1}>)
      | outputs(identity, global_avg_pool | flatten)> {};
// clang-format on
/// With the weights of report_pages.cpp its first two feature maps are x and -x.
// clang-format off
struct Known : tenon::model<
    input<1, 8, 8> | conv<2, 1, no_bias> | conv<2, 1> | max_pool<2> | flatten | linear<3>> {};
// clang-format on
/// Its global pool is two steps, of which the first is no layer's value.
struct Gated : tenon::model<input<3, 40, 40> | conv<32, 3> |
                            (identity * (global_avg_pool | conv<32, 1> | sigmoid)) | conv<4, 1>> {};
using ResNet18 = zoo::resnet::ResNet18;
using TCN = zoo::tcn::TCN;
using VoxNet = zoo::voxnet::VoxNet<10>;
}  // namespace pages
