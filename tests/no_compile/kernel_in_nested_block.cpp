// The path of names leads to the layer, as in PyTorch; the error counts layers from 0.
// RULE: kernel_larger_than_input
// EXPECT: tenon: layer 3 "layer1.1.conv" (conv<4, 3>): the kernel spans 3x3 but the padded feature map is only 2x2 (4x2x2 from layer 2 max_pool<2>)
#include "tenon/model.hpp"

using namespace tenon::layers;

constexpr auto stage = name<"conv">(conv<4, 3>) | relu | name<"pool">(max_pool<2>);

#ifdef MUST_FAIL
struct KernelInNestedBlock : tenon::model<input<4, 6, 6> | name<"layer1">(repeat<2>(stage))> {};
#else
struct KernelInNestedBlock : tenon::model<input<4, 10, 10> | name<"layer1">(repeat<2>(stage))> {};
#endif
