// A sum of blocks has no input either.
// RULE: missing_input
// EXPECT: tenon: the expression has no input: a model starts with input<channels, height, width>
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct MissingInputSum : tenon::model<(identity + conv<4, 1>) | relu> {};
#else
struct MissingInputSum : tenon::model<input<4, 8, 8> | (identity + conv<4, 1>) | relu> {};
#endif
