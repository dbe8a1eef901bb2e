// An image has no time.
// RULE: causal_is_one_dimensional
// EXPECT: tenon: layer 0 (conv<4, 3, causal>): causal padding has one spatial axis, time, but its input has 2 (2x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct CausalInTwoDimensions : tenon::model<input<2, 8, 8> | conv<4, 3, causal>> {};
#else
struct CausalInTwoDimensions : tenon::model<input<2, 64> | conv<4, 3, causal>> {};
#endif
