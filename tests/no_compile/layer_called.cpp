// A layer is no function.
// RULE: layer_called
// EXPECT: tenon: a layer stands without brackets: relu, not relu() (after layer 0 conv<4, 3>)
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct LayerCalled : tenon::model<input<1, 8, 8> | conv<4, 3> | relu() | flatten> {};
#else
struct LayerCalled : tenon::model<input<1, 8, 8> | conv<4, 3> | relu | flatten> {};
#endif
