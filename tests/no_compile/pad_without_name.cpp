// Numbers have names.
// RULE: option_not_taken
// EXPECT: tenon: layer 0 (pad<?>): it takes no option without a name, only padding, fill, cyclic, reflect, replicate
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PadWithoutName : tenon::model<input<1, 8, 8> | pad<1>> {};
#else
struct PadWithoutName : tenon::model<input<1, 8, 8> | pad<padding{1}>> {};
#endif
