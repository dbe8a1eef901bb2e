// Five rows are no pairs.
// RULE: not_divisible
// EXPECT: tenon: layer 0 (pixel_unshuffle<2>): an extent of 5 cannot be split into 2 equal parts (1x5x4 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PixelUnshuffleExtent : tenon::model<input<1, 5, 4> | pixel_unshuffle<2>> {};
#else
struct PixelUnshuffleExtent : tenon::model<input<1, 6, 4> | pixel_unshuffle<2>> {};
#endif
