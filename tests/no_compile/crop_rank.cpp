// Three numbers for four sides.
// RULE: option_rank
// EXPECT: tenon: layer 0 (crop<extent{1, 1, 1}>): its crop names 3 extents, but its input has 2 spatial axes (8x9x9 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct CropRank : tenon::model<input<8, 9, 9> | crop<extent{1, 1, 1}>> {};
#else
struct CropRank : tenon::model<input<8, 9, 9> | crop<extent{1, 1, 1, 0}>> {};
#endif
