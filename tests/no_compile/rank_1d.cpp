// One spatial axis.
// RULE: rank_not_supported
// EXPECT: tenon: layer 0 (conv<4, 3>): it works on channels x height x width, but its input has 1 spatial axes (2x100 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct Rank1d : tenon::model<input<2, 100> | conv<4, 3>> {};
#else
struct Rank1d : tenon::model<input<2, 1, 100> | conv<4, extent{1, 3}>> {};
#endif
