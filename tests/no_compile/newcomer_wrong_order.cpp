// Sixteen filters of 5x5 are conv<16, 5>: channels come first.
// RULE: kernel_larger_than_input
// EXPECT: tenon: layer 0 (conv<5, 16>): the kernel spans 16x16 but the padded feature map is only 12x12 (1x12x12 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NewcomerWrongOrder : tenon::model<input<1, 12, 12> | conv<5, 16>> {};
#else
struct NewcomerWrongOrder : tenon::model<input<1, 12, 12> | conv<16, 5>> {};
#endif
