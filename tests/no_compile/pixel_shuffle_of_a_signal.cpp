// Pixels are on two axes.
// RULE: rank_not_supported
// EXPECT: tenon: layer 0 (pixel_shuffle<2>): it works along 2 spatial axes, but its input has 1 (4x16 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PixelShuffleOfASignal : tenon::model<input<4, 16> | pixel_shuffle<2>> {};
#else
struct PixelShuffleOfASignal : tenon::model<input<4, 16, 1> | pixel_shuffle<2>> {};
#endif
