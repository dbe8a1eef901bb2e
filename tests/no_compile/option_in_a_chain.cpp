// An option is no layer; it stands inside one.
// RULE: not_a_layer
// EXPECT: tenon: an operand of | is the option padding, not a layer (after layer 0 conv<4, 3>)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OptionInAChain : tenon::model<input<1, 8, 8> | conv<4, 3> | padding{1} | relu> {};
#else
struct OptionInAChain : tenon::model<input<1, 8, 8> | conv<4, 3, padding{1}> | relu> {};
#endif
