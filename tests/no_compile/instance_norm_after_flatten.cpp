// An instance norm is over positions.
// RULE: window_after_flatten
// EXPECT: tenon: layer 1 (instance_norm): it needs a feature map with spatial axes, but its input is the vector 128 from layer 0 flatten
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct InstanceNormAfterFlatten : tenon::model<input<8, 4, 4> | flatten | instance_norm> {};
#else
struct InstanceNormAfterFlatten : tenon::model<input<8, 4, 4> | instance_norm | flatten> {};
#endif
