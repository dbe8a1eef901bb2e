// What is to be added is padded.
// RULE: negative_padding
// EXPECT: tenon: layer 0 (crop<extent{-1, 0}>): its crop is -1, but must not be negative
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NegativeCrop : tenon::model<input<8, 4, 4> | crop<extent{-1, 0}>> {};
#else
struct NegativeCrop : tenon::model<input<8, 4, 4> | pad<padding{1, 0}>> {};
#endif
