// There is no depth.
// RULE: axis_not_there
// EXPECT: tenon: the concatenation: there is no axis 3: its input has axes 0 to 2 (8x4x4 from layer 0 identity)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ConcatAxis : tenon::model<input<8, 4, 4> | concat_along<3>(identity, relu)> {};
#else
struct ConcatAxis : tenon::model<input<8, 4, 4> | concat_along<2>(identity, relu)> {};
#endif
