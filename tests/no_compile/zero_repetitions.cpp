// No layer at all.
// RULE: nothing_repeated
// EXPECT: tenon: repeat<0> repeats nothing: its number must be at least 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ZeroRepetitions : tenon::model<input<4, 8, 8> | relu | repeat<0>(conv<4, 1> | relu)> {};
#else
struct ZeroRepetitions : tenon::model<input<4, 8, 8> | relu | repeat<1>(conv<4, 1> | relu)> {};
#endif
