// Numbers have names.
// RULE: option_not_taken
// EXPECT: tenon: layer 0 (leaky_relu<?>): it takes no option without a name, only slope
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct SlopeWithoutName : tenon::model<input<1, 8, 8> | leaky_relu<1>> {};
#else
struct SlopeWithoutName : tenon::model<input<1, 8, 8> | leaky_relu<slope{0.1}>> {};
#endif
