// 1x1 is still a map.
// RULE: linear_needs_vector
// EXPECT: tenon: layer 1 (linear<10>): it takes a vector, but its input is the feature map 3x1x1 from layer 0 global_avg_pool: flatten is missing
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct LinearAfterGlobalPool : tenon::model<input<3, 8, 8> | global_avg_pool | linear<10>> {};
#else
struct LinearAfterGlobalPool : tenon::model<input<3, 8, 8> | global_avg_pool | flatten | linear<10>> {};
#endif
