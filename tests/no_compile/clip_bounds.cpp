// The bounds have changed places.
// RULE: number_not_allowed
// EXPECT: tenon: layer 0 (clip<1, -1>): its lower bound is 1, but must be at most the upper one, -1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ClipBounds : tenon::model<input<1, 8, 8> | clip<1, -1>> {};
#else
struct ClipBounds : tenon::model<input<1, 8, 8> | clip<-1, 1>> {};
#endif
