// A window of channels has at least one.
// RULE: not_positive
// EXPECT: tenon: layer 0 (local_response_norm<0>): its number of channels in a window is 0, but must be at least 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct LocalResponseOfNothing : tenon::model<input<8, 4, 4> | local_response_norm<0>> {};
#else
struct LocalResponseOfNothing : tenon::model<input<8, 4, 4> | local_response_norm<1>> {};
#endif
