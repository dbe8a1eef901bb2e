// An empty pair of braces says nothing.
// RULE: option_rank
// EXPECT: tenon: layer 0 (conv<6, 3, stride{}>): its stride names 0 extents, but its input has 2 spatial axes (1x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OptionWithoutNumbers : tenon::model<input<1, 8, 8> | conv<6, 3, stride{}>> {};
#else
struct OptionWithoutNumbers : tenon::model<input<1, 8, 8> | conv<6, 3>> {};
#endif
