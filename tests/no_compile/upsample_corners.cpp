// Nearest has no corners to align.
// RULE: options_exclude
// EXPECT: tenon: layer 0 (upsample<2, align_corners>): it is given both align_corners and nearest (the default), which exclude each other
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct UpsampleCorners : tenon::model<input<1, 8, 8> | upsample<2, align_corners>> {};
#else
struct UpsampleCorners : tenon::model<input<1, 8, 8> | upsample<2, bilinear, align_corners>> {};
#endif
