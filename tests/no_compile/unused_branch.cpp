// The first branch is cut off.
// RULE: unused_branch
// EXPECT: tenon: layer 1 (relu): its output 8x6x6 is never used
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct UnusedBranch : tenon::model<input<4, 8, 8> | tag<"x"> | conv<8, 3> | relu |
                                   outputs(from<"x">, from<"x"> | max_pool<2>)> {};
#else
struct UnusedBranch : tenon::model<input<4, 8, 8> | tag<"x"> | outputs(from<"x">, from<"x"> | max_pool<2>)> {
};
#endif
