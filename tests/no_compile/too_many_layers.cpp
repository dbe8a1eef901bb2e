// A number that was meant for something else.
// RULE: too_many_layers
// EXPECT: tenon: the model has 300001 layers and joins, more than 1024
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct TooManyLayers : tenon::model<input<1, 8, 8> | repeat<100000>(conv<1, 1> | batch_norm | relu)> {};
#else
struct TooManyLayers : tenon::model<input<1, 8, 8> | repeat<10>(conv<1, 1> | batch_norm | relu)> {};
#endif
