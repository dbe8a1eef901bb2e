// Three groups of eight channels.
// RULE: input_channels_not_divisible
// EXPECT: tenon: layer 0 (group_norm<3>): 8 input channels cannot be split into 3 groups (8x4x4 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct GroupNormGroups : tenon::model<input<8, 4, 4> | group_norm<3>> {};
#else
struct GroupNormGroups : tenon::model<input<8, 4, 4> | group_norm<4>> {};
#endif
