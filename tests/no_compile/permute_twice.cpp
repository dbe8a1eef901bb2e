// An axis is named twice.
// RULE: not_a_permutation
// EXPECT: tenon: layer 0 (permute<1, 1, 0>): its axes 1, 1, 0 are not 0 to 2 in some order (4x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PermuteTwice : tenon::model<input<4, 8, 8> | permute<1, 1, 0>> {};
#else
struct PermuteTwice : tenon::model<input<4, 8, 8> | permute<1, 2, 0>> {};
#endif
