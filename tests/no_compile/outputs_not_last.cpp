// Nothing stands after the outputs.
// RULE: outputs_not_last
// EXPECT: tenon: outputs(...) must end the model, but sigmoid follows
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct OutputsNotLast : tenon::model<input<1, 8, 8> | outputs(conv<4, 3>, relu) | sigmoid> {};
#else
struct OutputsNotLast : tenon::model<input<1, 8, 8> | outputs(conv<4, 3> | sigmoid, relu | sigmoid)> {};
#endif
