// A 5x5 kernel on what two pools have left.
// RULE: kernel_larger_than_input
// EXPECT: tenon: layer 4 (conv<16, 5>): the kernel spans 5x5 but the padded feature map is only 4x4 (6x4x4 from layer 3 max_pool<3>)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct KernelLargerThanInput
    : tenon::model<input<1, 28, 28> | conv<6, 5> | relu | max_pool<2> | max_pool<3> | conv<16, 5>> {};
#else
struct KernelLargerThanInput
    : tenon::model<input<1, 28, 28> | conv<6, 5> | relu | max_pool<2> | max_pool<3> | conv<16, 3>> {};
#endif
