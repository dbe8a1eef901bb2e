// A block is a value, not yet a model.
// RULE: missing_input
// EXPECT: tenon: the expression has no input: a model starts with input<channels, height, width>
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NewcomerMissingInput : tenon::model<conv<4, 3> | relu> {};
#else
struct NewcomerMissingInput : tenon::model<input<1, 8, 8> | conv<4, 3> | relu> {};
#endif
