// A network has no cycles.
// RULE: tag_recalled_before
// EXPECT: tenon: from<"z"> stands before tag<"z">: a feature map is recalled after it was made
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct TagRecalledBefore : tenon::model<input<4, 8, 8> | (relu + from<"z">) | conv<4, 1> | tag<"z">> {};
#else
struct TagRecalledBefore : tenon::model<input<4, 8, 8> | tag<"z"> | (relu + from<"z">) | conv<4, 1>> {};
#endif
