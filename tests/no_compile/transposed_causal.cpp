// There is no such thing.
// RULE: number_not_allowed
// EXPECT: tenon: layer 0 (conv_transpose<2, 3, causal>): its padding is causal, but must be a number or another name
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct TransposedCausal : tenon::model<input<4, 8> | conv_transpose<2, 3, causal>> {};
#else
struct TransposedCausal : tenon::model<input<4, 8> | conv_transpose<2, 3, same>> {};
#endif
