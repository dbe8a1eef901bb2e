// Three extents for two axes.
// RULE: option_rank
// EXPECT: tenon: layer 0 (adaptive_avg_pool<extent{4, 4, 4}>): its output extent names 3 extents, but its input has 2 spatial axes (1x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct AdaptivePoolRank : tenon::model<input<1, 8, 8> | adaptive_avg_pool<extent{4, 4, 4}>> {};
#else
struct AdaptivePoolRank : tenon::model<input<1, 8, 8> | adaptive_avg_pool<extent{4, 4}>> {};
#endif
