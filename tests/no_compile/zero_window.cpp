// A window without elements; the default stride would be 0 with it.
// RULE: not_positive
// EXPECT: tenon: layer 0 (avg_pool<0>): its window extent is 0, but must be at least 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ZeroWindow : tenon::model<input<1, 8, 8> | avg_pool<0>> {};
#else
struct ZeroWindow : tenon::model<input<1, 8, 8> | avg_pool<1>> {};
#endif
