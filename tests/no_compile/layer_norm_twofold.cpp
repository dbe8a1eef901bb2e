// Over the channels of a position, or over axes.
// RULE: options_exclude
// EXPECT: tenon: layer 0 (layer_norm_with<axis{1}, per_position>): it is given both per_position and axis, which exclude each other
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct LayerNormTwofold : tenon::model<input<8, 4, 4> | layer_norm_with<per_position, axis{1}>> {};
#else
struct LayerNormTwofold : tenon::model<input<8, 4, 4> | layer_norm_with<per_position>> {};
#endif
