// One number says which norm, not how wide its window is.
// RULE: not_given
// EXPECT: tenon: layer 0 (lp_pool<2>): its window is missing
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NormForWindow : tenon::model<input<1, 8, 8> | lp_pool<2>> {};
#else
struct NormForWindow : tenon::model<input<1, 8, 8> | lp_pool<2, 2>> {};
#endif
