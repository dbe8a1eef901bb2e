// A pool has no groups.
// RULE: option_not_taken
// EXPECT: tenon: layer 0 (max_pool<2, groups{2}>): it takes no option groups, only stride, dilation, padding, ceil_mode
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OptionNotTaken : tenon::model<input<1, 8, 8> | max_pool<2, groups{2}>> {};
#else
struct OptionNotTaken : tenon::model<input<1, 8, 8> | max_pool<2, stride{2}>> {};
#endif
