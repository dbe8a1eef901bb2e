// By name and by number is twice too.
// RULE: option_given_twice
// EXPECT: tenon: layer 0 (conv<6, 5, padding{2}>): the option padding is given twice
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OptionGivenTwice : tenon::model<input<1, 8, 8> | conv<6, 5, same, padding{2}>> {};
#else
struct OptionGivenTwice : tenon::model<input<1, 8, 8> | conv<6, 5, padding{2}>> {};
#endif
