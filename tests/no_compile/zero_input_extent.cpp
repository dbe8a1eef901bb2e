// An image without rows.
// RULE: not_positive
// EXPECT: tenon: the input (input<3, 0, 8>): its spatial extent is 0, but must be at least 1
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ZeroInputExtent : tenon::model<input<3, 0, 8> | conv<4, 1>> {};
#else
struct ZeroInputExtent : tenon::model<input<3, 1, 8> | conv<4, 1>> {};
#endif
