// Three strides for two axes.
// RULE: option_rank
// EXPECT: tenon: layer 0 (conv<6, 3, stride{1, 2, 3}>): its stride names 3 extents, but its input has 2 spatial axes (1x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OptionRank : tenon::model<input<1, 8, 8> | conv<6, 3, stride{1, 2, 3}>> {};
#else
struct OptionRank : tenon::model<input<1, 8, 8> | conv<6, 3, stride{1, 2}>> {};
#endif
