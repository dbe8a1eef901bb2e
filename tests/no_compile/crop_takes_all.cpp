// Four rows less two and two.
// RULE: crop_takes_all
// EXPECT: tenon: layer 0 (crop<2>): it takes away 2 and 2 of an extent of 4 (8x4x9 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct CropTakesAll : tenon::model<input<8, 4, 9> | crop<2>> {};
#else
struct CropTakesAll : tenon::model<input<8, 4, 9> | crop<extent{1, 2}>> {};
#endif
