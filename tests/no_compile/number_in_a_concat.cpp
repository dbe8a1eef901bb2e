// Every argument is a layer.
// RULE: not_a_layer
// EXPECT: tenon: an operand of concat is a number, not a layer (after the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NumberInAConcat : tenon::model<input<1, 8, 8> | concat(relu, 1)> {};
#else
struct NumberInAConcat : tenon::model<input<1, 8, 8> | concat(relu, add_constant<1>)> {};
#endif
