// How many filters?
// RULE: not_given
// EXPECT: tenon: layer 0 (conv<>): its number of output channels is missing
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ChannelsNotGiven : tenon::model<input<1, 8, 8> | conv<>> {};
#else
struct ChannelsNotGiven : tenon::model<input<1, 8, 8> | conv<4, 3>> {};
#endif
