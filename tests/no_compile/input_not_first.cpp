// A second input in the middle.
// RULE: input_not_first
// EXPECT: tenon: the input (input<4, 6, 6>): it stands after layer 0 conv<4, 3>, whose output would be lost
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct InputNotFirst : tenon::model<input<1, 8, 8> | conv<4, 3> | input<4, 6, 6> | relu> {};
#else
struct InputNotFirst : tenon::model<input<1, 8, 8> | conv<4, 3> | relu> {};
#endif
