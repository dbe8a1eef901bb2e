// A convolution without filters.
// RULE: not_positive
// EXPECT: tenon: layer 1 (conv<0, 3>): its number of output channels is 0, but must be at least 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ZeroChannels : tenon::model<input<1, 8, 8> | relu | conv<0, 3>> {};
#else
struct ZeroChannels : tenon::model<input<1, 8, 8> | relu | conv<1, 3>> {};
#endif
