// A layer that does not fit has no matrix; the error is that of a model.
// RULE: kernel_larger_than_input
// EXPECT: tenon: layer 0 (conv<1, 9>): the kernel spans 9 but the padded feature map is only 8 (1x8 from the input)
#include "tenon/toeplitz.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
constexpr auto matrix = tenon::toeplitz<conv<1, 9>, tenon::shape{1, 8}>();
#else
constexpr auto matrix = tenon::toeplitz<conv<1, 8>, tenon::shape{1, 8}>();
#endif
static_assert(matrix.columns == 8);
