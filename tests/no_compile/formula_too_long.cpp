// The function of an activation has at most 32 operations and operands.
// RULE: formula_too_long
// EXPECT: tenon: layer 2 "twice" (activation): its function has 39 operations and operands, more than 32
#include "tenon/model.hpp"

using namespace tenon::layers;

inline constexpr auto fourth = [](auto x) { return (x * x) * (x * x); };
#ifdef MUST_FAIL
inline constexpr auto polynomial = [](auto x) { return fourth(x) + fourth(x + 1) + fourth(x - 1); };
#else
inline constexpr auto polynomial = [](auto x) { return fourth(x) + fourth(x + 1); };
#endif
struct FormulaTooLong : tenon::model<input<8> | linear<3> | relu | name<"twice">(activation<polynomial>)> {};
