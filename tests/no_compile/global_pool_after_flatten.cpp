// A vector has nothing to average.
// RULE: window_after_flatten
// EXPECT: tenon: layer 1 (global_avg_pool): it needs a feature map with spatial axes, but its input is the vector 64 from layer 0 flatten
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct GlobalPoolAfterFlatten : tenon::model<input<1, 8, 8> | flatten | global_avg_pool> {};
#else
struct GlobalPoolAfterFlatten : tenon::model<input<1, 8, 8> | global_avg_pool | flatten> {};
#endif
