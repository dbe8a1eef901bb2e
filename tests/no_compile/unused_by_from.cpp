// What stands before from<...> is lost.
// RULE: unused_branch
// EXPECT: tenon: layer 0 (conv<8, 3>): its output is never used: from<"..."> follows, which does not look at it
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct UnusedByFrom : tenon::model<input<4, 8, 8> | tag<"x"> | conv<8, 3> | from<"x"> | relu> {};
#else
struct UnusedByFrom : tenon::model<input<4, 8, 8> | tag<"x"> | conv<4, 1> | (identity + from<"x">) | relu> {};
#endif
