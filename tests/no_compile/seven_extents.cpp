// There is no seventh axis.
// RULE: shape_rank
// EXPECT: tenon: the input (input<1, 2, 2, 2, 2, 2, ...>): its shape has 7 extents, but a shape has 1 to 6
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct SevenExtents : tenon::model<input<1, 2, 2, 2, 2, 2, 2> | relu> {};
#else
struct SevenExtents : tenon::model<input<1, 2, 2, 2, 2, 2> | relu> {};
#endif
