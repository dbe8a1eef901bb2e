// The kernel is missing, and an option stands in its place.
// RULE: not_a_number
// EXPECT: tenon: layer 0 (conv<6, ?>): its kernel must be a whole number or extent{...}, but something else stands in its place
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OptionForKernel : tenon::model<input<1, 8, 8> | conv<6, stride{2}>> {};
#else
struct OptionForKernel : tenon::model<input<1, 8, 8> | conv<6, 2>> {};
#endif
