// With padding of 2 the first window of 2 would see padding alone.
// RULE: padding_reaches_window
// EXPECT: tenon: layer 0 (max_pool<2, padding{2}>): the padding 2x2 is not smaller than the window 2x2, so a window would see no element of the feature map
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct PaddingReachesWindow : tenon::model<input<3, 8, 8> | max_pool<2, padding{2}>> {};
#else
struct PaddingReachesWindow : tenon::model<input<3, 8, 8> | max_pool<2, padding{1}>> {};
#endif
