// Nobody has asked for the fourth norm.
// RULE: norm_not_supported
// EXPECT: tenon: layer 0 (lp_pool<4, 2>): an L4 norm is not supported: P is 1, 2, 3 or infinity
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NormNotSupported : tenon::model<input<1, 8, 8> | lp_pool<4, 2>> {};
#else
struct NormNotSupported : tenon::model<input<1, 8, 8> | lp_pool<3, 2>> {};
#endif
