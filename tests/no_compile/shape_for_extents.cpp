// Extents stand alone.
// RULE: not_a_number
// EXPECT: tenon: the input (input<?>): its first extent must be a whole number, but something else stands in its place
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ShapeForExtents : tenon::model<input<tenon::shape{1, 8, 8}> | relu> {};
#else
struct ShapeForExtents : tenon::model<input<1, 8, 8> | relu> {};
#endif
