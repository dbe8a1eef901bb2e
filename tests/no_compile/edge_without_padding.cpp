// An edge says what padding is made of; it does not make any.
// RULE: not_given
// EXPECT: tenon: layer 0 (conv<4, 3, cyclic>): its padding is missing: cyclic is what it is made of
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct EdgeWithoutPadding : tenon::model<input<1, 8, 8> | conv<4, 3, cyclic>> {};
#else
struct EdgeWithoutPadding : tenon::model<input<1, 8, 8> | conv<4, 3, same, cyclic>> {};
#endif
