// A number is no layer.
// RULE: not_a_layer
// EXPECT: tenon: an operand of | is a number, not a layer (after layer 0 conv<4, 3>)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NumberInAChain : tenon::model<input<1, 8, 8> | conv<4, 3> | 5> {};
#else
struct NumberInAChain : tenon::model<input<1, 8, 8> | conv<4, 3> | add_constant<5>> {};
#endif
