// One axis is enough to break the rule.
// RULE: not_positive
// EXPECT: tenon: layer 0 (max_pool<2, stride{2, -1}>): its stride is -1, but must be at least 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NegativeStride : tenon::model<input<1, 8, 8> | max_pool<2, stride{2, -1}>> {};
#else
struct NegativeStride : tenon::model<input<1, 8, 8> | max_pool<2, stride{2, 1}>> {};
#endif
