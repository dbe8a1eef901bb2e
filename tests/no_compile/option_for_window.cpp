// The window is missing, and an option stands in its place.
// RULE: option_not_taken
// EXPECT: tenon: layer 0 (max_pool): it takes no option in the place of its window
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OptionForWindow : tenon::model<input<1, 8, 8> | max_pool<stride{2}>> {};
#else
struct OptionForWindow : tenon::model<input<1, 8, 8> | max_pool<2>> {};
#endif
