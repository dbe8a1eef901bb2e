// Groups count from 1.
// RULE: not_positive
// EXPECT: tenon: layer 0 (conv<4, 3, groups{0}>): its number of groups is 0, but must be at least 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ZeroGroups : tenon::model<input<4, 8, 8> | conv<4, 3, groups{0}>> {};
#else
struct ZeroGroups : tenon::model<input<4, 8, 8> | conv<4, 3, groups{1}>> {};
#endif
