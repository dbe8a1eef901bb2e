// One axis is enough to break the rule.
// RULE: window_larger_than_input
// EXPECT: tenon: layer 0 (avg_pool<extent{2, 5}>): the window spans 2x5 but the padded feature map is only 4x4 (3x4x4 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct AvgWindowLargerThanInput : tenon::model<input<3, 4, 4> | avg_pool<extent{2, 5}>> {};
#else
struct AvgWindowLargerThanInput : tenon::model<input<3, 4, 4> | avg_pool<extent{2, 4}>> {};
#endif
