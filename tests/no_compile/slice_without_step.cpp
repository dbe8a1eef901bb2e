// Standing still.
// RULE: number_not_allowed
// EXPECT: tenon: layer 0 (slice<0, 8, 0>): its step is 0, but must be other than 0
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct SliceWithoutStep : tenon::model<input<8, 4, 4> | slice<0, 8, 0>> {};
#else
struct SliceWithoutStep : tenon::model<input<8, 4, 4> | slice<0, 8, 2>> {};
#endif
