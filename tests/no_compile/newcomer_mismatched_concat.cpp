// One branch loses a border to its kernel.
// RULE: shapes_do_not_concatenate
// EXPECT: tenon: the concatenation: 8x8x8 from layer 0 conv<8, 1> and 8x6x6 from layer 1 conv<8, 3> cannot be joined along the channels: their other extents must be equal
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NewcomerMismatchedConcat : tenon::model<input<3, 8, 8> | concat(conv<8, 1>, conv<8, 3>)> {};
#else
struct NewcomerMismatchedConcat : tenon::model<input<3, 8, 8> | concat(conv<8, 1>, conv<8, 3, padding{1}>)> {
};
#endif
