// batch_norm<6> is read as a comparison, here as the compiler sees it.
// RULE: written_without_brackets
// EXPECT: tenon: batch_norm is written without <...>; with options it is batch_norm_with<...>
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OptionsWithoutWith : tenon::model<input<1, 8, 8> | (batch_norm < 6) | relu> {};
#else
struct OptionsWithoutWith : tenon::model<input<1, 8, 8> | batch_norm_with<epsilon{6}> | relu> {};
#endif
