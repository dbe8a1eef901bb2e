// A block has layers in it.
// RULE: not_a_layer
// EXPECT: tenon: an operand of block is a number, not a layer (after the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct BlockOfANumber : tenon::model<input<1, 8, 8> | block(3)> {};
#else
struct BlockOfANumber : tenon::model<input<1, 8, 8> | block(relu)> {};
#endif
