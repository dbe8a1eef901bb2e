// Outputs are no operand.
// RULE: outputs_not_last
// EXPECT: tenon: outputs(...) must end the model, but it is an operand of +
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OutputsInASum : tenon::model<input<4, 8, 8> | (identity + outputs(conv<4, 1>, relu))> {};
#else
struct OutputsInASum : tenon::model<input<4, 8, 8> | outputs(identity + conv<4, 1>, relu)> {};
#endif
