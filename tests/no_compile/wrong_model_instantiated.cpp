// The file that compiles the network repeats nothing of what is wrong with it.
// RULE: linear_needs_vector
// EXPECT: tenon: layer 1 (linear<10>): it takes a vector, but its input is the feature map 2x4x4 from layer 0 conv<2, 5>: flatten is missing
#define HWY_COMPILE_ONLY_STATIC
#include "tenon/tenon.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct WrongModelInstantiated : tenon::model<input<1, 8, 8> | conv<2, 5> | linear<10>> {};
#else
struct WrongModelInstantiated : tenon::model<input<1, 8, 8> | conv<2, 5> | flatten | linear<10>> {};
#endif
#define TENON_MODEL WrongModelInstantiated
#include "tenon/instantiate.hpp"
