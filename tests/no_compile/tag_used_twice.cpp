// Which of the two would be recalled?
// RULE: tag_used_twice
// EXPECT: tenon: tag<"z"> is used twice in the same scope: after the input and after layer 0 relu
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct TagUsedTwice
    : tenon::model<input<4, 8, 8> | tag<"z"> | relu | tag<"z"> | conv<4, 1> | concat(identity, from<"z">)> {};
#else
struct TagUsedTwice
    : tenon::model<input<4, 8, 8> | tag<"y"> | relu | tag<"z"> | conv<4, 1> | concat(identity, from<"z">)> {};
#endif
