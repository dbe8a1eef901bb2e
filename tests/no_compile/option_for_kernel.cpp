// The kernel is missing, and an option stands in its place.
// RULE: option_not_taken
// EXPECT: tenon: layer 0 (conv<6>): it takes no option in the place of its kernel
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OptionForKernel : tenon::model<input<1, 8, 8> | conv<6, stride{2}>> {};
#else
struct OptionForKernel : tenon::model<input<1, 8, 8> | conv<6, 2>> {};
#endif
