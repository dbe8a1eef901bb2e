// Is 2 a stride, or a padding? Numbers have names.
// RULE: option_not_taken
// EXPECT: tenon: layer 0 (conv<6, 5, ?>): it takes no option without a name, only stride, dilation, padding, groups, depthwise, no_bias, flipped, untied_bias, cyclic, reflect, replicate
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OptionWithoutName : tenon::model<input<1, 8, 8> | conv<6, 5, 2>> {};
#else
struct OptionWithoutName : tenon::model<input<1, 8, 8> | conv<6, 5, stride{2}>> {};
#endif
