// What is not linear has no matrix.
// EXPECT: tenon: toeplitz is the matrix of a linear layer, and this layer is not linear
#include "tenon/toeplitz.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
constexpr auto matrix_of_relu = tenon::toeplitz<conv<1, 3> | relu, tenon::shape{1, 8}>();
#else
constexpr auto matrix_of_relu = tenon::toeplitz<conv<1, 3> | avg_pool<2>, tenon::shape{1, 8}>();
#endif
static_assert(matrix_of_relu.columns == 8);
