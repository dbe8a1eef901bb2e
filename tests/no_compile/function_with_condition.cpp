// A comparison of symbols is no bool: all elements are computed alike.
// EXPECT: tenon: in the function of an activation write where(x > 0, a, b), not x > 0 ? a : b
#include "tenon/formula.hpp"
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
inline constexpr auto leaky = [](auto x) { return x > 0 ? x : 0.1 * x; };
#else
inline constexpr auto leaky = [](auto x) { return where(x > 0, x, 0.1 * x); };
#endif
struct FunctionWithCondition : tenon::model<input<8> | activation<leaky>> {};
