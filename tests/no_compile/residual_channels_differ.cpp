// Equal counts are not equal shapes.
// RULE: residual_shapes_differ
// EXPECT: tenon: the addition: it adds 128 from layer 0 flatten and 2x8x8 from layer 1 identity: the shapes must be equal
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ResidualChannelsDiffer : tenon::model<input<2, 8, 8> | (flatten + identity)> {};
#else
struct ResidualChannelsDiffer : tenon::model<input<2, 8, 8> | (relu + identity)> {};
#endif
