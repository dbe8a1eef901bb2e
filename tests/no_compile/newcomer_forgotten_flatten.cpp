// flatten is missing.
// RULE: linear_needs_vector
// EXPECT: tenon: layer 1 (linear<10>): it takes a vector, but its input is the feature map 6x4x4 from layer 0 conv<6, 5>: flatten is missing
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NewcomerForgottenFlatten : tenon::model<input<1, 8, 8> | conv<6, 5> | linear<10>> {};
#else
struct NewcomerForgottenFlatten : tenon::model<input<1, 8, 8> | conv<6, 5> | flatten | linear<10>> {};
#endif
