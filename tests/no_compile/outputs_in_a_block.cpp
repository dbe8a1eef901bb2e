// Outputs belong to the model.
// RULE: outputs_not_last
// EXPECT: tenon: outputs(...) must end the model, but it stands inside a block
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OutputsInABlock : tenon::model<input<1, 8, 8> | block(relu | outputs(conv<4, 3>, relu))> {};
#else
struct OutputsInABlock : tenon::model<input<1, 8, 8> | block(relu) | outputs(conv<4, 3>, relu)> {};
#endif
