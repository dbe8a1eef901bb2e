// A name is given to a layer in brackets.
// RULE: not_a_layer
// EXPECT: tenon: an operand of | is name<...> without its (layer), not a layer (after the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NameWithoutLayer : tenon::model<input<1, 8, 8> | name<"stem"> | conv<4, 3>> {};
#else
struct NameWithoutLayer : tenon::model<input<1, 8, 8> | name<"stem">(conv<4, 3>)> {};
#endif
