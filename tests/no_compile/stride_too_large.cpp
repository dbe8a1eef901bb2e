// A stride beyond all feature maps.
// RULE: number_not_allowed
// EXPECT: tenon: layer 0 (conv<4, 3, stride{3000000000}>): its stride is 3000000000, but must be at most 2147483647
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct StrideTooLarge : tenon::model<input<1, 8, 8> | conv<4, 3, stride{3'000'000'000}>> {};
#else
struct StrideTooLarge : tenon::model<input<1, 8, 8> | conv<4, 3, stride{2'000'000'000}>> {};
#endif
