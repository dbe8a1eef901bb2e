// A model is not a layer of another one; its expression is.
// RULE: not_a_layer
// EXPECT: tenon: an operand of | is a model, not a layer (at the beginning)
#include "tenon/model.hpp"

using namespace tenon::layers;

struct Trunk : tenon::model<input<1, 8, 8> | conv<4, 3>> {};
#ifdef MUST_FAIL
struct ModelInAChain : tenon::model<Trunk{} | relu> {};
#else
struct ModelInAChain : tenon::model<Trunk::expression | relu> {};
#endif
