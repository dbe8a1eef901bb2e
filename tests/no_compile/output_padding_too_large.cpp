// Output padding stays below the stride.
// RULE: output_padding_too_large
// EXPECT: tenon: layer 0 (conv_transpose<2, 3, stride{2}, output_padding{2}>): its output padding is 2, but must be smaller than the stride 2 or the dilation 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OutputPaddingTooLarge
    : tenon::model<input<4, 8, 8> | conv_transpose<2, 3, stride{2}, output_padding{2}>> {};
#else
struct OutputPaddingTooLarge
    : tenon::model<input<4, 8, 8> | conv_transpose<2, 3, stride{2}, output_padding{1}>> {};
#endif
