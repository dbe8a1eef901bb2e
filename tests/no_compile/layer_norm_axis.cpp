// A map has axes 0 to 2.
// RULE: axis_not_there
// EXPECT: tenon: layer 0 (layer_norm_with<axis{3}>): there is no axis 3: its input has axes 0 to 2 (8x4x4 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct LayerNormAxis : tenon::model<input<8, 4, 4> | layer_norm_with<axis{3}>> {};
#else
struct LayerNormAxis : tenon::model<input<8, 4, 4> | layer_norm_with<axis{2}>> {};
#endif
