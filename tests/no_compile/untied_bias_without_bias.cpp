// Which of the two?
// RULE: options_exclude
// EXPECT: tenon: layer 0 (conv<2, 3, no_bias, untied_bias>): it is given both no_bias and untied_bias, which exclude each other
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct UntiedBiasWithoutBias : tenon::model<input<1, 8, 8> | conv<2, 3, untied_bias, no_bias>> {};
#else
struct UntiedBiasWithoutBias : tenon::model<input<1, 8, 8> | conv<2, 3, untied_bias>> {};
#endif
