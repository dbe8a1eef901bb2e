// A tag names what a layer gives; it stands after it.
// RULE: tag_takes_no_layer
// EXPECT: tenon: tag<"a">(...) takes no layer: it stands after one, f | tag<"a">
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct TagCalled : tenon::model<input<1, 8, 8> | tag<"a">(conv<4, 1>) | (relu + from<"a">)> {};
#else
struct TagCalled : tenon::model<input<1, 8, 8> | conv<4, 1> | tag<"a"> | (relu + from<"a">)> {};
#endif
