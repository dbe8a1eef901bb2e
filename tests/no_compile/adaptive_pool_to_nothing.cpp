// A map without rows.
// RULE: not_positive
// EXPECT: tenon: layer 0 (adaptive_avg_pool<extent{0, 4}>): its output extent is 0, but must be at least 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct AdaptivePoolToNothing : tenon::model<input<1, 8, 8> | adaptive_avg_pool<extent{0, 4}>> {};
#else
struct AdaptivePoolToNothing : tenon::model<input<1, 8, 8> | adaptive_avg_pool<extent{1, 4}>> {};
#endif
