// Arithmetic with the largest number there is.
// RULE: number_not_allowed
// EXPECT: tenon: layer 0 (conv<4, 3, padding{9223372036854775807}>): its padding is 9223372036854775807, but must be at most 2147483647
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PaddingOverflow : tenon::model<input<1, 8, 8> | conv<4, 3, padding{9'223'372'036'854'775'807}>> {};
#else
struct PaddingOverflow : tenon::model<input<1, 8, 8> | conv<4, 3, padding{3}>> {};
#endif
