// No axis is named.
// RULE: not_a_permutation
// EXPECT: tenon: layer 0 (permute<>): its axes (none) are not 0 to 2 in some order (4x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PermuteNothing : tenon::model<input<4, 8, 8> | permute<>> {};
#else
struct PermuteNothing : tenon::model<input<4, 8, 8> | permute<0, 1, 2>> {};
#endif
