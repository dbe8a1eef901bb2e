// With padding of 2 the first window of 2 would see padding alone.
// RULE: padding_reaches_window
// EXPECT: tenon: layer 0 (max_pool<2, padding{2}>): with padding 2x2 a window that spans 2x2 would see no element of the feature map (3x8x8 from the input)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PaddingReachesWindow : tenon::model<input<3, 8, 8> | max_pool<2, padding{2}>> {};
#else
struct PaddingReachesWindow : tenon::model<input<3, 8, 8> | max_pool<2, padding{1}>> {};
#endif
