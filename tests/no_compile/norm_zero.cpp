// Zero is not infinity.
// RULE: norm_not_supported
// EXPECT: tenon: layer 0 (global_lp_pool<0>): an L0 norm is not supported: P is 1, 2, 3 or infinity
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NormZero : tenon::model<input<1, 8, 8> | global_lp_pool<0>> {};
#else
struct NormZero : tenon::model<input<1, 8, 8> | global_lp_pool<infinity>> {};
#endif
