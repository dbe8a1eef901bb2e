// The error names who made the map, not the padding in between.
// RULE: input_channels_not_divisible
// EXPECT: tenon: layer 1 (conv<8, 3, same, cyclic, groups{4}>): 6 input channels cannot be split into 4 groups (6x6x6 from layer 0 conv<6, 3>)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct GroupsBehindPadding : tenon::model<input<1, 8, 8> | conv<6, 3> | conv<8, 3, groups{4}, same, cyclic>> {
};
#else
struct GroupsBehindPadding : tenon::model<input<1, 8, 8> | conv<6, 3> | conv<8, 3, groups{2}, same, cyclic>> {
};
#endif
