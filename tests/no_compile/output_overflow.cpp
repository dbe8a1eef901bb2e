// More elements than a tensor may have.
// RULE: extent_overflow
// EXPECT: tenon: layer 0 (conv<1000000000, 1>): its output has more than 2147483647 elements (1000000000x8x8)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OutputOverflow : tenon::model<input<1, 8, 8> | conv<1'000'000'000, 1>> {};
#else
struct OutputOverflow : tenon::model<input<1, 8, 8> | conv<1'000'000, 1>> {};
#endif
