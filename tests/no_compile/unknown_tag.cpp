// There is no tag at all.
// RULE: unknown_tag
// EXPECT: tenon: from<"z"> recalls a tag that is nowhere set (tags: none)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct UnknownTag : tenon::model<input<4, 8, 8> | conv<4, 1> | concat(identity, from<"z">)> {};
#else
struct UnknownTag : tenon::model<input<4, 8, 8> | tag<"z"> | conv<4, 1> | concat(identity, from<"z">)> {};
#endif
