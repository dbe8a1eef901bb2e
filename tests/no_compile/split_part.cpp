// Parts are counted from 0.
// RULE: number_not_allowed
// EXPECT: tenon: layer 0 (split<2, 2>): its part is 2, but must be from 0 to 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct SplitPart : tenon::model<input<8, 4, 4> | split<2, 2>> {};
#else
struct SplitPart : tenon::model<input<8, 4, 4> | split<1, 2>> {};
#endif
