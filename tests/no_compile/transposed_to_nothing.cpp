// Padding takes away from what it makes.
// RULE: transposed_to_nothing
// EXPECT: tenon: layer 0 (conv_transpose<2, 3, padding{2}>): its padding of 2 and 2 leaves nothing of an output of 3 (4x1x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct TransposedToNothing : tenon::model<input<4, 1, 8> | conv_transpose<2, 3, padding{2}>> {};
#else
struct TransposedToNothing : tenon::model<input<4, 1, 8> | conv_transpose<2, 3, padding{1}>> {};
#endif
