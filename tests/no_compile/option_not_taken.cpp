// A pool has no dilation.
// RULE: option_not_taken
// EXPECT: tenon: layer 0 (max_pool<2, dilation{2}>): it takes no option dilation
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OptionNotTaken : tenon::model<input<1, 8, 8> | max_pool<2, dilation{2}>> {};
#else
struct OptionNotTaken : tenon::model<input<1, 8, 8> | max_pool<2, stride{2}>> {};
#endif
