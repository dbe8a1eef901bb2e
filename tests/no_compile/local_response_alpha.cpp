// Less than nothing under a root.
// RULE: number_not_allowed
// EXPECT: tenon: layer 0 (local_response_norm<5, alpha{-1}>): its alpha is -1, but must be 0 or more
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct LocalResponseAlpha : tenon::model<input<8, 4, 4> | local_response_norm<5, alpha{-1}>> {};
#else
struct LocalResponseAlpha : tenon::model<input<8, 4, 4> | local_response_norm<5, alpha{1}>> {};
#endif
