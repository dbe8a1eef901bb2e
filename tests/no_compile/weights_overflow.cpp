// Each weight fits, all together do not.
// RULE: extent_overflow
// EXPECT: tenon: layer 2 (linear<30000>): the sum of all weights up to here has more than 2147483647 elements (2700090000)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct WeightsOverflow : tenon::model<input<30000> | linear<30000> | linear<30000> | linear<30000>> {};
#else
struct WeightsOverflow : tenon::model<input<30000> | linear<30000> | linear<30000>> {};
#endif
