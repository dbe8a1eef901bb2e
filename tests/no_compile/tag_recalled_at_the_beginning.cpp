// Nothing is there yet to be recalled.
// RULE: unknown_tag
// EXPECT: tenon: from<"z"> recalls a tag that is nowhere set (tags: none)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct TagRecalledAtTheBeginning : tenon::model<from<"z"> | relu> {};
#else
struct TagRecalledAtTheBeginning : tenon::model<input<4, 8, 8> | tag<"z"> | relu | (identity + from<"z">)> {};
#endif
