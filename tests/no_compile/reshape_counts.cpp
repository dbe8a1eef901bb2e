// No element is lost or found.
// RULE: counts_differ
// EXPECT: tenon: layer 0 (reshape<4, 8, 9>): it cannot make 4x8x9 of 256 elements (4x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ReshapeCounts : tenon::model<input<4, 8, 8> | reshape<4, 8, 9>> {};
#else
struct ReshapeCounts : tenon::model<input<4, 8, 8> | reshape<8, 8, 4>> {};
#endif
