// The unnamed first layer is "0".
// RULE: name_used_twice
// EXPECT: tenon: layer 1 "0" (conv<4, 1>): the name "0" is used twice in the same scope
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NameIsANumber : tenon::model<input<1, 8, 8> | conv<4, 3> | name<"0">(conv<4, 1>)> {};
#else
struct NameIsANumber : tenon::model<input<1, 8, 8> | conv<4, 3> | name<"00">(conv<4, 1>)> {};
#endif
