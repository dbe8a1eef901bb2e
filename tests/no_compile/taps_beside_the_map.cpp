// The first window has its taps on both sides of the map.
// RULE: padding_reaches_window
// EXPECT: tenon: layer 0 (avg_pool<2, stride{1}, dilation{3}, padding{1}>): with padding 1x1 a window that spans 4x4 would see no element of the feature map (1x2x2 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct TapsBesideTheMap : tenon::model<input<1, 2, 2> | avg_pool<2, dilation{3}, padding{1}, stride{1}>> {};
#else
struct TapsBesideTheMap : tenon::model<input<1, 3, 3> | avg_pool<2, dilation{3}, padding{1}, stride{1}>> {};
#endif
