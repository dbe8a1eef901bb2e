// Nine channels make one, of three times the rows and columns.
// RULE: not_divisible
// EXPECT: tenon: layer 0 (pixel_shuffle<3>): 8 channels cannot be split into 9 equal parts (8x4x4 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PixelShuffleChannels : tenon::model<input<8, 4, 4> | pixel_shuffle<3>> {};
#else
struct PixelShuffleChannels : tenon::model<input<9, 4, 4> | pixel_shuffle<3>> {};
#endif
