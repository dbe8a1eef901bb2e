// group_norm has no default.
// RULE: not_given
// EXPECT: tenon: layer 0 (group_norm<>): its number of groups is missing
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct GroupsNotGiven : tenon::model<input<1, 8, 8> | group_norm<>> {};
#else
struct GroupsNotGiven : tenon::model<input<1, 8, 8> | group_norm<1>> {};
#endif
