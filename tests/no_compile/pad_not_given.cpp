// Where, and how much?
// RULE: not_given
// EXPECT: tenon: layer 0 (pad<reflect>): its padding is missing: reflect is what it is made of
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PadNotGiven : tenon::model<input<1, 8, 8> | pad<reflect>> {};
#else
struct PadNotGiven : tenon::model<input<1, 8, 8> | pad<padding{1}, reflect>> {};
#endif
