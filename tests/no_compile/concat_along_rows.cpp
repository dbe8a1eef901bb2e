// Rows are put below rows, so their lengths are equal.
// RULE: shapes_do_not_concatenate
// EXPECT: tenon: the concatenation: 8x4x4 from layer 0 identity and 8x4x2 from layer 1 crop<extent{0, 1}> cannot be joined along axis 1: their other extents must be equal
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ConcatAlongRows : tenon::model<input<8, 4, 4> | concat_along<1>(identity, crop<extent{0, 1}>)> {};
#else
struct ConcatAlongRows : tenon::model<input<8, 4, 4> | concat_along<1>(identity, crop<extent{1, 0}>)> {};
#endif
