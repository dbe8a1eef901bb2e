// It stands under a root.
// RULE: number_not_allowed
// EXPECT: tenon: layer 0 (batch_norm_with<epsilon{-1e-5}>): its epsilon is -1e-5, but must be 0 or more
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NegativeEpsilon : tenon::model<input<1, 8, 8> | batch_norm_with<epsilon{-1e-5}>> {};
#else
struct NegativeEpsilon : tenon::model<input<1, 8, 8> | batch_norm_with<epsilon{1e-5}>> {};
#endif
