// What the function gives is a symbol, not a number, even if it is a constant.
// RULE: function_without_formula
// EXPECT: tenon: layer 1 (activation): its function does not turn a tenon::symbol x into another one
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
inline constexpr auto half = [](auto) { return 0.5f; };
#else
inline constexpr auto half = [](auto x) { return decltype(x)(0.5f); };
#endif
struct FunctionOfNothing : tenon::model<input<8> | linear<3> | activation<half>> {};
