// A linear layer without features.
// RULE: not_positive
// EXPECT: tenon: layer 0 (linear<0>): its number of output features is 0, but must be at least 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ZeroFeatures : tenon::model<input<8> | linear<0>> {};
#else
struct ZeroFeatures : tenon::model<input<8> | linear<1>> {};
#endif
