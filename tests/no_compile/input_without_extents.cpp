// What does the network look at?
// RULE: shape_rank
// EXPECT: tenon: the input (input<>): its shape has 0 extents, but a shape has 1 to 6
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct InputWithoutExtents : tenon::model<input<> | relu> {};
#else
struct InputWithoutExtents : tenon::model<input<1> | relu> {};
#endif
