// More numbers than any layer has axes.
// RULE: option_rank
// EXPECT: tenon: layer 0 (conv<4, 3, stride{1, 2, 3, 4, 5, 6, ...}>): its stride names 7 extents, but its input has 2 spatial axes (1x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct StrideOfSevenNumbers : tenon::model<input<1, 8, 8> | conv<4, 3, stride{1, 2, 3, 4, 5, 6, 7}>> {};
#else
struct StrideOfSevenNumbers : tenon::model<input<1, 8, 8> | conv<4, 3, stride{1, 2}>> {};
#endif
