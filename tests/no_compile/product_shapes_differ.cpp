// The gate has another number of channels.
// RULE: shapes_do_not_broadcast
// EXPECT: tenon: the product: 8x4x4 from layer 0 identity and 4x1x1 from layer 3 sigmoid do not meet: along each axis the extents must be equal or one of them 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ProductShapesDiffer
    : tenon::model<input<8, 4, 4> | identity*(global_avg_pool | conv<4, 1> | sigmoid)> {};
#else
struct ProductShapesDiffer
    : tenon::model<input<8, 4, 4> | identity*(global_avg_pool | conv<8, 1> | sigmoid)> {};
#endif
