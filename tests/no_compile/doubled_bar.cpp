// One bar is enough.
// RULE: wrongly_joined
// EXPECT: tenon: layers are joined with |, not with || (after layer 0 conv<4, 3>)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct DoubledBar : tenon::model<input<1, 8, 8> | conv<4, 3> || relu> {};
#else
struct DoubledBar : tenon::model<input<1, 8, 8> | conv<4, 3> | relu> {};
#endif
