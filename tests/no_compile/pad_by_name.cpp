// A name for padding follows a kernel, and there is none.
// RULE: not_a_number
// EXPECT: tenon: layer 0 (pad<same>): its padding must be given in numbers, but something else stands in its place
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PadByName : tenon::model<input<1, 8, 8> | pad<same>> {};
#else
struct PadByName : tenon::model<input<1, 8, 8> | pad<padding{1}>> {};
#endif
