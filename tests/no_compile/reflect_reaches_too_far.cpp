// The element at the edge is not repeated.
// RULE: edge_reaches_too_far
// EXPECT: tenon: layer 0 (pad<padding{4, 0, 0, 0}, reflect>): its padding is 4, but reflect can give at most 3 (1x4x4 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ReflectReachesTooFar : tenon::model<input<1, 4, 4> | pad<padding{4, 0, 0, 0}, reflect>> {};
#else
struct ReflectReachesTooFar : tenon::model<input<1, 4, 4> | pad<padding{3, 0, 0, 0}, reflect>> {};
#endif
