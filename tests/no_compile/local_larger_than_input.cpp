// A locally connected layer has a kernel, too.
// RULE: kernel_larger_than_input
// EXPECT: tenon: layer 0 (local<2, 5>): the kernel spans 5x5 but the padded feature map is only 4x4 (1x4x4 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct LocalLargerThanInput : tenon::model<input<1, 4, 4> | local<2, 5>> {};
#else
struct LocalLargerThanInput : tenon::model<input<1, 4, 4> | local<2, 5, same>> {};
#endif
