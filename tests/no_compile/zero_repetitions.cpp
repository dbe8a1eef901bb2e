// repeat<0> is no layer at all; the error names the first layer of its block.
// RULE: not_positive
// EXPECT: tenon: layer 1 "1.0" (conv<4, 1>): its number of repetitions is 0, but must be at least 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ZeroRepetitions : tenon::model<input<4, 8, 8> | relu | repeat<0>(conv<4, 1> | relu)> {};
#else
struct ZeroRepetitions : tenon::model<input<4, 8, 8> | relu | repeat<1>(conv<4, 1> | relu)> {};
#endif
