// A vector has no rows and columns.
// RULE: window_after_flatten
// EXPECT: tenon: layer 1 (max_pool<2>): it needs a feature map with spatial axes, but its input is the vector 64 from layer 0 flatten
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NewcomerPoolAfterFlatten : tenon::model<input<1, 8, 8> | flatten | max_pool<2>> {};
#else
struct NewcomerPoolAfterFlatten : tenon::model<input<1, 8, 8> | max_pool<2> | flatten> {};
#endif
