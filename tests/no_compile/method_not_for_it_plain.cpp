// Weights that are transformed while they are multiplied are those of 3x3 taps.
// RULE: method_not_for_it
// EXPECT: tenon: layer 0 (conv<2, 5, algorithm<method::winograd_plain>>): it cannot be computed by winograd_plain, which is for 2-D and 3-D filters of one group, 3x3 taps on the last axes (dilated: whole tiles), one tap in depth, steps of 1, a bias per channel
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct MethodNotForItPlain
    : tenon::model<input<1, 8, 8> | conv<2, 5, algorithm<tenon::method::winograd_plain>>> {};
#else
struct MethodNotForItPlain
    : tenon::model<input<1, 8, 8> | conv<2, 3, algorithm<tenon::method::winograd_plain>>> {};
#endif
