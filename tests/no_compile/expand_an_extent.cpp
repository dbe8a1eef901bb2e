// Only what is one becomes many.
// RULE: cannot_expand
// EXPECT: tenon: layer 0 (expand<4, 3, 6>): it cannot make 4x3x6 of 4x1x2 from the input: only axes of extent 1 are repeated, and none is added
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ExpandAnExtent : tenon::model<input<4, 1, 2> | expand<4, 3, 6>> {};
#else
struct ExpandAnExtent : tenon::model<input<4, 1, 2> | expand<4, 3, 2>> {};
#endif
