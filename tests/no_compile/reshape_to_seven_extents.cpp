// There is no seventh axis.
// RULE: shape_rank
// EXPECT: tenon: layer 0 (reshape<2, 2, 2, 2, 2, 2, ...>): its shape has 7 extents, but a shape has 1 to 6
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ReshapeToSevenExtents : tenon::model<input<64> | reshape<2, 2, 2, 2, 2, 2, 1>> {};
#else
struct ReshapeToSevenExtents : tenon::model<input<64> | reshape<2, 2, 2, 2, 2, 2>> {};
#endif
