// Four spatial axes.
// RULE: rank_not_supported
// EXPECT: tenon: layer 0 (conv<4, 3>): it works along at most 3 spatial axes, but its input has 4 (1x4x4x4x4 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct Rank4d : tenon::model<input<1, 4, 4, 4, 4> | conv<4, 3>> {};
#else
struct Rank4d : tenon::model<input<1, 4, 4, 4, 4> | reshape<1, 4, 4, 16> | conv<4, 3>> {};
#endif
