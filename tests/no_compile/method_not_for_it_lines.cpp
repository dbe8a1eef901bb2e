// A line has no rows of which four could be a tile.
// RULE: method_not_for_it
// EXPECT: tenon: layer 0 (conv<2, 3, algorithm<method::winograd_4x2>>): it cannot be computed by winograd_4x2, which is for what winograd_4 is for in 2-D and 3-D, with tiles of 4 rows and 2 columns
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct MethodNotForItLines : tenon::model<input<1, 37> | conv<2, 3, algorithm<tenon::method::winograd_4x2>>> {
};
#else
struct MethodNotForItLines
    : tenon::model<input<1, 8, 8> | conv<2, 3, algorithm<tenon::method::winograd_4x2>>> {};
#endif
