// Winograd's tiles overlap by taps: a stride tears them apart.
// RULE: method_not_for_it
// EXPECT: tenon: layer 0 (conv<2, 3, stride{2}, algorithm<method::winograd_4>>): it cannot be computed by winograd_4, which is for filters of 3 or 5 taps along the last axis or two, of one group, with stride 1, a bias per channel, whole tiles where they are dilated, and no dilation of the depth
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct MethodNotForIt
    : tenon::model<input<1, 8, 8> | conv<2, 3, stride{2}, algorithm<tenon::method::winograd_4>>> {};
#else
struct MethodNotForIt : tenon::model<input<1, 8, 8> | conv<2, 3, algorithm<tenon::method::winograd_4>>> {};
#endif
