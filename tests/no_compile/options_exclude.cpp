// Depthwise says the groups already.
// RULE: options_exclude
// EXPECT: tenon: layer 0 (conv<8, 3, groups{2}, depthwise>): it is given both depthwise and groups, which exclude each other
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OptionsExclude : tenon::model<input<8, 8, 8> | conv<8, 3, depthwise, groups{2}>> {};
#else
struct OptionsExclude : tenon::model<input<8, 8, 8> | conv<8, 3, groups{2}>> {};
#endif
