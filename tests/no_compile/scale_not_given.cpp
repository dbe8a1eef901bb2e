// How many times?
// RULE: not_given
// EXPECT: tenon: layer 0 (upsample<>): its scale is missing
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ScaleNotGiven : tenon::model<input<1, 8, 8> | upsample<>> {};
#else
struct ScaleNotGiven : tenon::model<input<1, 8, 8> | upsample<2>> {};
#endif
