// An input alone.
// RULE: no_layers
// EXPECT: tenon: the model has no layers: only input<1, 8, 8>
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NoLayers : tenon::model<input<1, 8, 8>> {};
#else
struct NoLayers : tenon::model<input<1, 8, 8> | identity> {};
#endif
