// Tags are counted, too.
// RULE: too_many_layers
// EXPECT: tenon: the model has 1200 tags, more than 1024
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct TooManyTags : tenon::model<input<1, 8, 8> | repeat<600>(tag<"a"> | tag<"b">) | relu> {};
#else
struct TooManyTags : tenon::model<input<1, 8, 8> | repeat<6>(tag<"a"> | tag<"b">) | relu> {};
#endif
