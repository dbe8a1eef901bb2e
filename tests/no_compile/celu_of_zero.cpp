// Its formula divides by alpha.
// RULE: number_not_allowed
// EXPECT: tenon: layer 0 (celu_with<alpha{0}>): its alpha is 0, but must be other than 0
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct CeluOfZero : tenon::model<input<1, 8, 8> | celu_with<alpha{0}>> {};
#else
struct CeluOfZero : tenon::model<input<1, 8, 8> | celu_with<alpha{0.5}>> {};
#endif
