// upsample repeats; it does not resample.
// RULE: not_a_number
// EXPECT: tenon: layer 0 (upsample<?>): its scale must be a whole number or extent{...}, but something else stands in its place
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ScaleIsAFraction : tenon::model<input<1, 8, 8> | upsample<1.5>> {};
#else
struct ScaleIsAFraction : tenon::model<input<1, 8, 8> | upsample<2>> {};
#endif
