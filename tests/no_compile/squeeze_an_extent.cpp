// An axis with elements stays.
// RULE: extent_not_one
// EXPECT: tenon: layer 0 (squeeze<2>): axis 2 has extent 8, and only an axis of extent 1 can be removed (4x1x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct SqueezeAnExtent : tenon::model<input<4, 1, 8> | squeeze<2>> {};
#else
struct SqueezeAnExtent : tenon::model<input<4, 1, 8> | squeeze<1>> {};
#endif
