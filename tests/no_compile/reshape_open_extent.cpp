// 256 is no multiple of 10.
// RULE: counts_differ
// EXPECT: tenon: layer 0 (reshape<-1, 10>): it cannot make -1x10 of 256 elements (4x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ReshapeOpenExtent : tenon::model<input<4, 8, 8> | reshape<-1, 10>> {};
#else
struct ReshapeOpenExtent : tenon::model<input<4, 8, 8> | reshape<-1, 16>> {};
#endif
