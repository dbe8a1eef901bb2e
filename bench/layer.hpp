// A single layer as it stands in a network: its neighbours leave and take feature maps in the order that
// layers inside a network use, but only the layer itself is timed.
#pragma once

#include <tenon/tenon.hpp>

namespace bench::shapes {

using namespace tenon::layers;
using tenon::index;

inline constexpr tenon::lowering alone{.fuse = false};

// clang-format off
/// Behind another layer, on a map of IC channels.
template <index IC, index H, auto Layer>
struct inside : tenon::model<
    input<1, H, H> | name<"before">(conv<IC, 1>) | name<"layer">(Layer) | name<"after">(conv<8, 1>), alone> {};

/// The same on one axis.
template <index IC, index L, auto Layer>
struct inside_1d : tenon::model<
    input<1, L> | name<"before">(conv<IC, 1>) | name<"layer">(Layer) | name<"after">(conv<8, 1>), alone> {};

/// The first layer of a network, on an image.
template <index IC, index H, auto Layer>
struct first : tenon::model<input<IC, H, H> | name<"layer">(Layer) | name<"after">(conv<8, 1>), alone> {};
// clang-format on

template <index Inputs, index Outputs>
struct dense : tenon::model<input<Inputs> | name<"layer">(linear<Outputs>), alone> {};

}  // namespace bench::shapes
