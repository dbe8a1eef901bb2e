// Two models with one name: what the compiler says of any type that is defined twice.
// EXPECT: redefinition of
// EXPECT: LeNet
#include "tenon/model.hpp"

using namespace tenon::layers;

struct LeNet : tenon::model<input<1, 28, 28> | conv<6, 5> | relu | flatten | linear<10>> {};
#ifdef MUST_FAIL
struct LeNet : tenon::model<input<1, 28, 28> | conv<8, 5> | relu | flatten | linear<10>> {};
#else
struct WideLeNet : tenon::model<input<1, 28, 28> | conv<8, 5> | relu | flatten | linear<10>> {};
#endif
