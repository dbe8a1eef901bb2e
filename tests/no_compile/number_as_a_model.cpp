// A model is made of layers.
// RULE: not_a_layer
// EXPECT: tenon: an operand of tenon::model is a number, not a layer (at the beginning)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NumberAsAModel : tenon::model<5> {};
#else
struct NumberAsAModel : tenon::model<input<5> | relu> {};
#endif
