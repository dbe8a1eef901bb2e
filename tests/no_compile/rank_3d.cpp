// Three spatial axes.
// RULE: rank_not_supported
// EXPECT: tenon: layer 1 (max_pool<2>): it works on channels x height x width, but its input has 3 spatial axes (1x8x8x8 from layer 0 relu)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct Rank3d : tenon::model<input<1, 8, 8, 8> | relu | max_pool<2>> {};
#else
struct Rank3d : tenon::model<input<8, 8, 8> | relu | max_pool<2>> {};
#endif
