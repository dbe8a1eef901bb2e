// A second input that nobody looks at.
// RULE: unused_branch
// EXPECT: tenon: the input "b" (input<4, 8, 8>): its output 4x8x8 is never used
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct UnusedInput : tenon::model<name<"a">(input<4, 8, 8>) | tag<"a"> | name<"b">(input<4, 8, 8>) |
                                  tag<"b"> | (from<"a"> | relu)> {};
#else
struct UnusedInput : tenon::model<name<"a">(input<4, 8, 8>) | tag<"a"> | name<"b">(input<4, 8, 8>) |
                                  tag<"b"> | ((from<"a"> | relu) + from<"b">)> {};
#endif
