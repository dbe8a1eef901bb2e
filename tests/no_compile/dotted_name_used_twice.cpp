// A dot in a name reaches into the block of that name.
// RULE: name_used_twice
// EXPECT: tenon: layer 1 "a.b" (conv<4, 1>): the name "a.b" is used twice in the same scope
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct DottedNameUsedTwice
    : tenon::model<input<1, 8, 8> | name<"a">(name<"b">(conv<4, 3>)) | name<"a.b">(conv<4, 1>)> {};
#else
struct DottedNameUsedTwice
    : tenon::model<input<1, 8, 8> | name<"a">(name<"b">(conv<4, 3>)) | name<"a.c">(conv<4, 1>)> {};
#endif
