// Both operands of + work on the same input.
// RULE: input_not_first
// EXPECT: tenon: the input (input<1, 8, 8>): an input stands in the middle of the expression; it comes first and once
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct InputInASum : tenon::model<(input<1, 8, 8> | conv<4, 1>)+(input<1, 8, 8> | conv<4, 1>)> {};
#else
struct InputInASum : tenon::model<input<1, 8, 8> | (conv<4, 1> + conv<4, 1>)> {};
#endif
