// The kernel has no default.
// RULE: not_given
// EXPECT: tenon: layer 0 (conv<6>): its kernel is missing
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct KernelNotGiven : tenon::model<input<1, 8, 8> | conv<6>> {};
#else
struct KernelNotGiven : tenon::model<input<1, 8, 8> | conv<6, 1>> {};
#endif
