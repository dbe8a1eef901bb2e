// An output beyond all feature maps.
// RULE: extent_overflow
// EXPECT: tenon: layer 0 (conv_transpose<2, 2000000000, stride{2000000000}, dilation{2000000000}>): its output has more than 2147483647 elements (2x4000000012000000001x4000000012000000001)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct TransposedOverflow
    : tenon::model<input<4, 8, 8> |
                   conv_transpose<2, 2'000'000'000, stride{2'000'000'000}, dilation{2'000'000'000}>> {};
#else
struct TransposedOverflow : tenon::model<input<4, 8, 8> | conv_transpose<2, 3, stride{2}>> {};
#endif
