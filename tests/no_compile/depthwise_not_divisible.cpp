// Depthwise is one group for each input channel.
// RULE: output_channels_not_divisible
// EXPECT: tenon: layer 0 (conv<12, 3, depthwise>): 12 output channels cannot be split into 8 groups: depthwise has one for each channel of 8x8x8 from the input
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct DepthwiseNotDivisible : tenon::model<input<8, 8, 8> | conv<12, 3, depthwise>> {};
#else
struct DepthwiseNotDivisible : tenon::model<input<8, 8, 8> | conv<16, 3, depthwise>> {};
#endif
