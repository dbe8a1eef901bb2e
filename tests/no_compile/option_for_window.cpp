// The window is missing, and an option stands in its place.
// RULE: not_a_number
// EXPECT: tenon: layer 0 (max_pool<?>): its window must be a whole number or extent{...}, but something else stands in its place
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OptionForWindow : tenon::model<input<1, 8, 8> | max_pool<stride{2}>> {};
#else
struct OptionForWindow : tenon::model<input<1, 8, 8> | max_pool<2>> {};
#endif
