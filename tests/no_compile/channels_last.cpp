// The channels come first in an image, too.
// RULE: kernel_larger_than_input
// EXPECT: tenon: layer 0 (conv<6, 5>): the kernel spans 5x5 but the padded feature map is only 28x1 (28x28x1 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ChannelsLast : tenon::model<input<28, 28, 1> | conv<6, 5>> {};
#else
struct ChannelsLast : tenon::model<input<1, 28, 28> | conv<6, 5>> {};
#endif
