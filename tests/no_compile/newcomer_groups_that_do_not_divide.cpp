// Six channels in four groups.
// RULE: input_channels_not_divisible
// EXPECT: tenon: layer 1 (conv<8, 3, groups{4}>): 6 input channels cannot be split into 4 groups (6x6x6 from layer 0 conv<6, 3>)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NewcomerGroupsThatDoNotDivide : tenon::model<input<1, 8, 8> | conv<6, 3> | conv<8, 3, groups{4}>> {};
#else
struct NewcomerGroupsThatDoNotDivide : tenon::model<input<1, 8, 8> | conv<6, 3> | conv<8, 3, groups{2}>> {};
#endif
