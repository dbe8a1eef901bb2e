// Padding is made of one or the other.
// RULE: options_exclude
// EXPECT: tenon: layer 0 (pad<padding{1}, reflect, fill{1}>): it is given both reflect and fill, which exclude each other
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct ReflectAndFill : tenon::model<input<1, 8, 8> | pad<padding{1}, reflect, fill{1}>> {};
#else
struct ReflectAndFill : tenon::model<input<1, 8, 8> | pad<padding{1}, fill{1}>> {};
#endif
