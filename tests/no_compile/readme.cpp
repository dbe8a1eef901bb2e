// The error that the README shows.
// RULE: kernel_larger_than_input
// EXPECT: tenon: layer 3 (conv<16, 5>): the kernel spans 5x5 but the padded feature map is only 4x4 (6x4x4 from layer 2 max_pool<2>)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct LeNet5 : tenon::model<input<1, 12, 12> | conv<6, 5> | relu | max_pool<2> | conv<16, 5>> {};
#else
struct LeNet5 : tenon::model<input<1, 12, 12> | conv<6, 5, padding{2}> | relu | max_pool<2> | conv<16, 5>> {};
#endif
