// Dilation 1 is dense; 0 puts all taps on one element.
// RULE: not_positive
// EXPECT: tenon: layer 0 (conv<4, 3, dilation{0}>): its dilation is 0, but must be at least 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ZeroDilation : tenon::model<input<1, 8, 8> | conv<4, 3, dilation{0}>> {};
#else
struct ZeroDilation : tenon::model<input<1, 8, 8> | conv<4, 3, dilation{1}>> {};
#endif
