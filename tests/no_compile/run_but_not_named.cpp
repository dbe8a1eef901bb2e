// The file that compiles networks runs one that it does not name in TENON_MODEL.
// EXPECT: tenon: this file compiles other models but runs this one: name it in TENON_MODEL, or run it elsewhere
#define HWY_COMPILE_ONLY_STATIC
#include "tenon/tenon.hpp"

using namespace tenon::layers;

struct Named : tenon::model<input<8> | linear<2>> {};
struct Run : tenon::model<input<8> | linear<4>> {};

#ifdef MUST_FAIL
#define TENON_MODEL Named
#else
#define TENON_MODEL Named, Run
#endif
#include "tenon/instantiate.hpp"

[[maybe_unused]] static Run::output run_but_not_named(const tenon::weights<Run>& weights,
                                                      const Run::input& x) {
  tenon::executable<Run> net(weights);
  return net(x);
}
