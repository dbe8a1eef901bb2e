// Strides multiply.
// RULE: extent_overflow
// EXPECT: tenon: layer 1 (max_pool<1, stride{1000000}>): its receptive field has more than 2147483647 elements (1x1x1 from layer 1 max_pool<1, stride{1000000}>)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ReceptiveFieldOverflow
    : tenon::model<input<1, 1, 1> | max_pool<1, stride{1'000'000}> | max_pool<1, stride{1'000'000}>> {};
#else
struct ReceptiveFieldOverflow
    : tenon::model<input<1, 1, 1> | max_pool<1, stride{1000}> | max_pool<1, stride{1000}>> {};
#endif
