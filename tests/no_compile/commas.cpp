// Layers are not arguments, as they are of nn.Sequential.
// RULE: wrongly_joined
// EXPECT: tenon: layers are joined with |, not with a comma (after the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct Commas : tenon::model<input<1, 8, 8>, conv<4, 3>, relu> {};
#else
struct Commas : tenon::model<input<1, 8, 8> | conv<4, 3> | relu> {};
#endif
