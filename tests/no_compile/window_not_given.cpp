// The window has no default.
// RULE: not_given
// EXPECT: tenon: layer 0 (max_pool<>): its window is missing
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct WindowNotGiven : tenon::model<input<1, 8, 8> | max_pool<>> {};
#else
struct WindowNotGiven : tenon::model<input<1, 8, 8> | max_pool<2>> {};
#endif
