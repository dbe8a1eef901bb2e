// A stride of 0 would stand still.
// RULE: not_positive
// EXPECT: tenon: layer 0 (conv<4, 3, stride{0}>): its stride is 0, but must be at least 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ZeroStride : tenon::model<input<1, 8, 8> | conv<4, 3, stride{0}>> {};
#else
struct ZeroStride : tenon::model<input<1, 8, 8> | conv<4, 3, stride{1}>> {};
#endif
