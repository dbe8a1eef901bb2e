// The padding was meant for the convolution.
// RULE: option_not_taken
// EXPECT: tenon: layer 1 (batch_norm_with<padding{2}>): it takes no option padding, only epsilon
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NewcomerPaddingOnTheWrongLayer
    : tenon::model<input<1, 8, 8> | conv<6, 5> | batch_norm_with<padding{2}>> {};
#else
struct NewcomerPaddingOnTheWrongLayer : tenon::model<input<1, 8, 8> | conv<6, 5, padding{2}> | batch_norm> {};
#endif
