// local has no groups.
// RULE: option_not_taken
// EXPECT: tenon: layer 0 (local<4, 3, groups{2}>): it takes no option groups, only stride, dilation, padding, no_bias, cyclic, reflect, replicate
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct LocalWithGroups : tenon::model<input<4, 8, 8> | local<4, 3, groups{2}>> {};
#else
struct LocalWithGroups : tenon::model<input<4, 8, 8> | local<4, 3>> {};
#endif
