// Padding has one number, one for each axis, or one for each side.
// RULE: option_rank
// EXPECT: tenon: layer 0 (conv<6, 3, padding{1, 1, 1}>): its padding names 3 extents, but its input has 2 spatial axes (1x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PaddingRank : tenon::model<input<1, 8, 8> | conv<6, 3, padding{1, 1, 1}>> {};
#else
struct PaddingRank : tenon::model<input<1, 8, 8> | conv<6, 3, padding{1, 1, 1, 1}>> {};
#endif
