// Counts saturate; they do not overflow.
// RULE: too_many_layers
// EXPECT: tenon: the model has 2147483648 layers and joins, more than 1024
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct TooManyLayersByFar
    : tenon::model<input<1, 8, 8> |
                   repeat<1'000'000'000>(repeat<1'000'000'000>(repeat<1'000'000'000>(relu)))> {};
#else
struct TooManyLayersByFar : tenon::model<input<1, 8, 8> | repeat<2>(repeat<3>(repeat<4>(relu)))> {};
#endif
