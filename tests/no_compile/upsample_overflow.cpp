// More pixels than a tensor may have.
// RULE: extent_overflow
// EXPECT: tenon: layer 0 (upsample<100000>): its output has more than 2147483647 elements (1x800000x800000)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct UpsampleOverflow : tenon::model<input<1, 8, 8> | upsample<100'000>> {};
#else
struct UpsampleOverflow : tenon::model<input<1, 8, 8> | upsample<1000>> {};
#endif
