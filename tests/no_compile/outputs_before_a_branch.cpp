// A branch that looks elsewhere stands after them.
// RULE: outputs_not_last
// EXPECT: tenon: outputs(...) must end the model, but another branch follows
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OutputsBeforeABranch
    : tenon::model<input<1, 8, 8> | tag<"x"> | outputs(conv<4, 3>, relu) | from<"x">> {};
#else
struct OutputsBeforeABranch : tenon::model<input<1, 8, 8> | tag<"x"> | outputs(conv<4, 3>, relu, from<"x">)> {
};
#endif
