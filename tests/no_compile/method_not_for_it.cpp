// Winograd's tiles overlap by taps: a stride of as many tears them apart.
// RULE: method_not_for_it
// EXPECT: tenon: layer 0 (conv<2, 3, stride{3}, algorithm<method::winograd_4>>): it cannot be computed by winograd_4, which is for one group, 1 or 3 to 11 taps (up to 5 a step of stride, 4 steps) on the last axes, steps of 1 in depth, a bias per channel, whole tiles where dilated
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct MethodNotForIt
    : tenon::model<input<1, 8, 8> | conv<2, 3, stride{3}, algorithm<tenon::method::winograd_4>>> {};
#else
struct MethodNotForIt : tenon::model<input<1, 8, 8> | conv<2, 3, algorithm<tenon::method::winograd_4>>> {};
#endif
