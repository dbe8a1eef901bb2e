// A factor is a layer.
// RULE: not_a_layer
// EXPECT: tenon: an operand of * is a number, not a layer (after the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NumberInAProduct : tenon::model<input<1, 8, 8> | (conv<4, 3> * 2)> {};
#else
struct NumberInAProduct : tenon::model<input<1, 8, 8> | conv<4, 3> | multiply_by<2>> {};
#endif
