// Padding adds; it does not crop.
// RULE: negative_padding
// EXPECT: tenon: layer 0 (conv<4, 3, padding{1, 1, -1, 1}>): its padding is -1, but must not be negative
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NegativePadding : tenon::model<input<1, 8, 8> | conv<4, 3, padding{1, 1, -1, 1}>> {};
#else
struct NegativePadding : tenon::model<input<1, 8, 8> | conv<4, 3, padding{1, 1, 0, 1}>> {};
#endif
