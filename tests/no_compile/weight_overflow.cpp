// A weight of 2^32 elements and its bias.
// RULE: extent_overflow
// EXPECT: tenon: layer 1 (linear<65536>): its weight has more than 2147483647 elements (4295032832)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct WeightOverflow : tenon::model<input<1, 256, 256> | flatten | linear<65536>> {};
#else
struct WeightOverflow : tenon::model<input<1, 256, 256> | flatten | linear<10>> {};
#endif
