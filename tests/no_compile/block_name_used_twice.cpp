// Names of blocks live in the same scope as names of layers.
// RULE: name_used_twice
// EXPECT: tenon: the name "a" is used twice in the same scope
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct BlockNameUsedTwice
    : tenon::model<input<1, 8, 8> | name<"a">(conv<4, 3> | relu) | name<"a">(conv<4, 1> | relu)> {};
#else
struct BlockNameUsedTwice
    : tenon::model<input<1, 8, 8> | name<"a">(conv<4, 3> | relu) | name<"b">(conv<4, 1> | relu)> {};
#endif
