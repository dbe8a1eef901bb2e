// The block halves the map, the shortcut does not.
// RULE: residual_shapes_differ
// EXPECT: tenon: the addition: it adds 16x8x8 from layer 0 identity and 16x4x4 from layer 2 batch_norm: the shapes must be equal
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NewcomerUnequalResidual
    : tenon::model<input<16, 8, 8> | (identity + (conv<16, 3, stride{2}, padding{1}> | batch_norm)) | relu> {
};
#else
struct NewcomerUnequalResidual
    : tenon::model<input<16, 8, 8> | (identity + (conv<16, 3, padding{1}> | batch_norm)) | relu> {};
#endif
