// The ring would go round twice.
// RULE: edge_reaches_too_far
// EXPECT: tenon: layer 0 (conv<4, 11, padding{5}, cyclic>): its padding is 5, but cyclic can give at most 4 (1x4x4 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct CyclicReachesTooFar : tenon::model<input<1, 4, 4> | conv<4, 11, padding{5}, cyclic>> {};
#else
struct CyclicReachesTooFar : tenon::model<input<1, 4, 4> | conv<4, 9, padding{4}, cyclic>> {};
#endif
