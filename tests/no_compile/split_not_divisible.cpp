// Parts are equal.
// RULE: not_divisible
// EXPECT: tenon: layer 0 (split<0, 3>): 8 channels cannot be split into 3 equal parts (8x4x4 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct SplitNotDivisible : tenon::model<input<8, 4, 4> | split<0, 3>> {};
#else
struct SplitNotDivisible : tenon::model<input<8, 4, 4> | split<0, 4>> {};
#endif
