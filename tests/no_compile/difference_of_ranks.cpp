// A vector is not a map.
// RULE: shapes_do_not_broadcast
// EXPECT: tenon: the subtraction: 8x4x4 from layer 0 identity and 8 from layer 2 flatten do not meet: along each axis the extents must be equal or one of them 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct DifferenceOfRanks : tenon::model<input<8, 4, 4> | (identity - (global_avg_pool | flatten))> {};
#else
struct DifferenceOfRanks : tenon::model<input<8, 4, 4> | (identity - global_avg_pool)> {};
#endif
