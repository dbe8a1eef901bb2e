// Channels come first, then the kernel.
// RULE: not_a_number
// EXPECT: tenon: layer 0 (conv<?, 16>): its number of output channels must be a whole number, but something else stands in its place
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct KernelBeforeChannels : tenon::model<input<1, 8, 8> | conv<extent{1, 7}, 16>> {};
#else
struct KernelBeforeChannels : tenon::model<input<1, 8, 8> | conv<16, extent{1, 7}>> {};
#endif
