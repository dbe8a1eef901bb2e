// Along each axis.
// RULE: shapes_do_not_broadcast
// EXPECT: tenon: the maximum: 8x4x4 from layer 0 identity and 8x2x2 from layer 1 max_pool<2> do not meet: along each axis the extents must be equal or one of them 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct MaximumShapesDiffer : tenon::model<input<8, 4, 4> | maximum(identity, max_pool<2>)> {};
#else
struct MaximumShapesDiffer
    : tenon::model<input<8, 4, 4> | maximum(identity, max_pool<3, stride{1}, padding{1}>)> {};
#endif
