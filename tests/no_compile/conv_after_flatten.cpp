// A vector has no rows and columns.
// RULE: window_after_flatten
// EXPECT: tenon: layer 1 (conv<4, 3>): it needs a feature map with spatial axes, but its input is the vector 64 from layer 0 flatten
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ConvAfterFlatten : tenon::model<input<1, 8, 8> | flatten | conv<4, 3>> {};
#else
struct ConvAfterFlatten : tenon::model<input<1, 8, 8> | conv<4, 3> | flatten> {};
#endif
