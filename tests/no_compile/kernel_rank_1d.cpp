// A 2-D kernel on a signal.
// RULE: option_rank
// EXPECT: tenon: layer 0 (conv<4, extent{3, 3}>): its kernel names 2 extents, but its input has 1 spatial axis (2x100 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct KernelRank1d : tenon::model<input<2, 100> | conv<4, extent{3, 3}>> {};
#else
struct KernelRank1d : tenon::model<input<2, 100> | conv<4, 3>> {};
#endif
