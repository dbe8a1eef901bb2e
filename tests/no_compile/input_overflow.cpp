// An image of four gigapixels.
// RULE: extent_overflow
// EXPECT: tenon: the input (input<1, 65536, 65536>): its output has more than 2147483647 elements (1x65536x65536)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct InputOverflow : tenon::model<input<1, 65536, 65536> | relu> {};
#else
struct InputOverflow : tenon::model<input<1, 16384, 16384> | relu> {};
#endif
