// What is to go is cropped.
// RULE: negative_padding
// EXPECT: tenon: layer 0 (conv_transpose<2, 3, stride{2}, output_padding{-1}>): its output padding is -1, but must not be negative
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NegativeOutputPadding
    : tenon::model<input<4, 8, 8> | conv_transpose<2, 3, stride{2}, output_padding{-1}>> {};
#else
struct NegativeOutputPadding
    : tenon::model<input<4, 8, 8> | conv_transpose<2, 3, stride{2}> | crop<extent{0, 0, 1, 1}>> {};
#endif
