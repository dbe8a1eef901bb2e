// Dilation widens the kernel; padding counts; the layer has a name.
// RULE: kernel_larger_than_input
// EXPECT: tenon: layer 0 "stem" (conv<8, 3, dilation{4}, padding{1, 0}>): the kernel spans 9x9 but the padded feature map is only 10x8 (1x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct KernelDilated : tenon::model<input<1, 8, 8> | name<"stem">(conv<8, 3, dilation{4}, padding{1, 0}>)> {};
#else
struct KernelDilated : tenon::model<input<1, 8, 8> | name<"stem">(conv<8, 3, dilation{3}, padding{1, 0}>)> {};
#endif
