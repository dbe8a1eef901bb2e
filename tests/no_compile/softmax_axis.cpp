// Axes are counted from 0, without the batch.
// RULE: axis_not_there
// EXPECT: tenon: layer 0 (softmax_with<axis{3}>): there is no axis 3: its input has axes 0 to 2 (1x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct SoftmaxAxis : tenon::model<input<1, 8, 8> | softmax_with<axis{3}>> {};
#else
struct SoftmaxAxis : tenon::model<input<1, 8, 8> | softmax_with<axis{-1}>> {};
#endif
