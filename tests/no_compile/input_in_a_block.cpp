// A block that begins with an input takes nothing from before it.
// RULE: input_not_first
// EXPECT: tenon: the input (input<4, 6, 6>): it stands after layer 0 conv<4, 3>, whose output would be lost
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct InputInABlock
    : tenon::model<input<1, 8, 8> | conv<4, 3> | name<"other">(input<4, 6, 6> | relu) | conv<4, 1>> {};
#else
struct InputInABlock : tenon::model<input<1, 8, 8> | conv<4, 3> |
                                    concat(identity, name<"other">(input<4, 6, 6> | relu)) | conv<4, 1>> {};
#endif
