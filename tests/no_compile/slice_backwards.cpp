// The end lies before the beginning.
// RULE: empty_slice
// EXPECT: tenon: layer 0 (slice<6, 2>): the slice of axis 0 from 6 to 2 has no elements (8x4x4 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct SliceBackwards : tenon::model<input<8, 4, 4> | slice<6, 2>> {};
#else
struct SliceBackwards : tenon::model<input<8, 4, 4> | slice<2, 6>> {};
#endif
