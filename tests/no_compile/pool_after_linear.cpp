// A vector has no rows and columns.
// RULE: window_after_flatten
// EXPECT: tenon: layer 1 (max_pool<2>): it needs a feature map with spatial axes, but its input is the vector 16 from layer 0 linear<16>
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PoolAfterLinear : tenon::model<input<8> | linear<16> | max_pool<2>> {};
#else
struct PoolAfterLinear : tenon::model<input<8> | linear<16> | relu> {};
#endif
