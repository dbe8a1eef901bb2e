// The kernel has no default.
// RULE: option_rank
// EXPECT: tenon: layer 0 (conv<6>): its kernel names 0 extents, but its input has 2 spatial axes (1x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct KernelNotGiven : tenon::model<input<1, 8, 8> | conv<6>> {};
#else
struct KernelNotGiven : tenon::model<input<1, 8, 8> | conv<6, 1>> {};
#endif
