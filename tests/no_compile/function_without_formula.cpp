// The function of an activation is called with a symbol, not with a number.
// RULE: function_without_formula
// EXPECT: tenon: layer 0 (activation): its function does not turn a tenon::symbol x into another one
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
inline constexpr auto square = [](float x) { return x * x; };
#else
inline constexpr auto square = [](auto x) { return x * x; };
#endif
struct FunctionWithoutFormula : tenon::model<input<8> | activation<square>> {};
