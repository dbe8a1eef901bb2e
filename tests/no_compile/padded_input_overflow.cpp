// Each axis fits, the padded map does not.
// RULE: extent_overflow
// EXPECT: tenon: layer 0 (conv<4, 1, stride{1000000000}, padding{1000000000}>): its padded input has more than 2147483647 elements (9x2000000001x2000000001)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PaddedInputOverflow
    : tenon::model<input<9, 1, 1> | conv<4, 1, stride{1'000'000'000}, padding{1'000'000'000}>> {};
#else
struct PaddedInputOverflow : tenon::model<input<9, 1, 1> | conv<4, 1, stride{1000}, padding{1000}>> {};
#endif
