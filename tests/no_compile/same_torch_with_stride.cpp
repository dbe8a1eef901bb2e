// PyTorch refuses it, too.
// RULE: padding_needs_stride_one
// EXPECT: tenon: layer 0 (conv<4, 3, stride{2}, same_torch>): same_torch needs a stride of 1, but it is 2
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct SameTorchWithStride : tenon::model<input<2, 8, 8> | conv<4, 3, same_torch, stride{2}>> {};
#else
struct SameTorchWithStride : tenon::model<input<2, 8, 8> | conv<4, 3, same, stride{2}>> {};
#endif
