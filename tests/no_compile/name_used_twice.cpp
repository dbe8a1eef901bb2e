// Two layers would own the same weights.
// RULE: name_used_twice
// EXPECT: tenon: layer 2 "conv1" (conv<4, 1>): the name "conv1" is used twice in the same scope
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NameUsedTwice
    : tenon::model<input<1, 8, 8> | name<"conv1">(conv<4, 3>) | relu | name<"conv1">(conv<4, 1>)> {};
#else
struct NameUsedTwice
    : tenon::model<input<1, 8, 8> | name<"conv1">(conv<4, 3>) | relu | name<"conv2">(conv<4, 1>)> {};
#endif
