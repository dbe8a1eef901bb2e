// Two inputs need two names.
// RULE: name_used_twice
// EXPECT: tenon: the input "x" (input<2, 8, 8>): the name "x" is used twice in the same scope
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct InputNameUsedTwice
    : tenon::model<concat(name<"x">(input<1, 8, 8>), name<"x">(input<2, 8, 8>)) | relu> {};
#else
struct InputNameUsedTwice
    : tenon::model<concat(name<"x">(input<1, 8, 8>), name<"y">(input<2, 8, 8>)) | relu> {};
#endif
