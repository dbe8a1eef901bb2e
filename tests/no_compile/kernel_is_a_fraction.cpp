// An extent is a whole number.
// RULE: not_a_number
// EXPECT: tenon: layer 0 (conv<16, ?>): its kernel must be a whole number or extent{...}, but something else stands in its place
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct KernelIsAFraction : tenon::model<input<1, 8, 8> | conv<16, 2.5>> {};
#else
struct KernelIsAFraction : tenon::model<input<1, 8, 8> | conv<16, 3>> {};
#endif
