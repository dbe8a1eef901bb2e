// Which of them?
// RULE: number_not_allowed
// EXPECT: tenon: layer 0 (reshape<-1, -1, 8>): its number of extents -1 is 2, but must be at most 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ReshapeTwoOpenExtents : tenon::model<input<4, 8, 8> | reshape<-1, -1, 8>> {};
#else
struct ReshapeTwoOpenExtents : tenon::model<input<4, 8, 8> | reshape<-1, 4, 8>> {};
#endif
