// Empty blocks are counted, too.
// RULE: too_many_layers
// EXPECT: tenon: the model has 5000 blocks, more than 1024
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct TooManyBlocks : tenon::model<input<1, 8, 8> | repeat<5000>(tag<"a">) | relu> {};
#else
struct TooManyBlocks : tenon::model<input<1, 8, 8> | repeat<5>(tag<"a">) | relu> {};
#endif
