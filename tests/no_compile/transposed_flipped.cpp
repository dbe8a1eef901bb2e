// A transposed convolution takes other options than conv.
// RULE: option_not_taken
// EXPECT: tenon: layer 0 (conv_transpose<2, 3, flipped>): it takes no option flipped, only stride, dilation, padding, output_padding, groups, no_bias
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct TransposedFlipped : tenon::model<input<4, 8, 8> | conv_transpose<2, 3, flipped>> {};
#else
struct TransposedFlipped : tenon::model<input<4, 8, 8> | conv_transpose<2, 3>> {};
#endif
