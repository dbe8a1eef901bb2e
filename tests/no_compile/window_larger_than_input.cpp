// A third pool of 2 on a map of 1.
// RULE: window_larger_than_input
// EXPECT: tenon: layer 2 (max_pool<2>): the window spans 2x2 but the padded feature map is only 1x1 (3x1x1 from layer 1 max_pool<2>)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct WindowLargerThanInput : tenon::model<input<3, 4, 4> | max_pool<2> | max_pool<2> | max_pool<2>> {};
#else
struct WindowLargerThanInput : tenon::model<input<3, 8, 8> | max_pool<2> | max_pool<2> | max_pool<2>> {};
#endif
