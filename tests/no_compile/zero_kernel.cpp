// A kernel without taps.
// RULE: not_positive
// EXPECT: tenon: layer 0 (conv<4, extent{3, 0}>): its kernel extent is 0, but must be at least 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ZeroKernel : tenon::model<input<1, 8, 8> | conv<4, extent{3, 0}>> {};
#else
struct ZeroKernel : tenon::model<input<1, 8, 8> | conv<4, extent{3, 1}>> {};
#endif
