// A vector has no rows and columns.
// RULE: window_after_flatten
// EXPECT: tenon: layer 1 (upsample<2>): it needs a feature map with spatial axes, but its input is the vector 64 from layer 0 flatten
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct UpsampleAfterFlatten : tenon::model<input<1, 8, 8> | flatten | upsample<2>> {};
#else
struct UpsampleAfterFlatten : tenon::model<input<1, 8, 8> | upsample<2> | flatten> {};
#endif
