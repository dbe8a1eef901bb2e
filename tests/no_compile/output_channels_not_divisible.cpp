// Ten filters in four groups.
// RULE: output_channels_not_divisible
// EXPECT: tenon: layer 0 (conv<10, 3, groups{4}>): 10 output channels cannot be split into 4 groups
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OutputChannelsNotDivisible : tenon::model<input<8, 8, 8> | conv<10, 3, groups{4}>> {};
#else
struct OutputChannelsNotDivisible : tenon::model<input<8, 8, 8> | conv<12, 3, groups{4}>> {};
#endif
