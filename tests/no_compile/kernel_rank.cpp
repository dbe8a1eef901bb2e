// A 3-D kernel on a 2-D map.
// RULE: option_rank
// EXPECT: tenon: layer 0 (max_pool<extent{2, 2, 2}>): its window names 3 extents, but its input has 2 spatial axes (1x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct KernelRank : tenon::model<input<1, 8, 8> | max_pool<extent{2, 2, 2}>> {};
#else
struct KernelRank : tenon::model<input<1, 8, 8> | max_pool<extent{2, 2}>> {};
#endif
