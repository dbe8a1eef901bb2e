// Both ends are split.
// RULE: output_channels_not_divisible
// EXPECT: tenon: layer 0 (conv_transpose<6, 3, groups{4}>): 6 output channels cannot be split into 4 groups
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct TransposedGroups : tenon::model<input<4, 8, 8> | conv_transpose<6, 3, groups{4}>> {};
#else
struct TransposedGroups : tenon::model<input<4, 8, 8> | conv_transpose<8, 3, groups{4}>> {};
#endif
