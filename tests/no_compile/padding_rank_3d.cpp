// Two numbers for three axes.
// RULE: option_rank
// EXPECT: tenon: layer 0 (conv<4, 3, padding{1, 1}>): its padding names 2 extents, but its input has 3 spatial axes (1x8x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PaddingRank3d : tenon::model<input<1, 8, 8, 8> | conv<4, 3, padding{1, 1}>> {};
#else
struct PaddingRank3d : tenon::model<input<1, 8, 8, 8> | conv<4, 3, padding{1, 1, 0}>> {};
#endif
