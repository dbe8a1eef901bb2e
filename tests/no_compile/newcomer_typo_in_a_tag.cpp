// Two letters have changed places.
// RULE: unknown_tag
// EXPECT: tenon: from<"skpi"> recalls a tag that is nowhere set: did you mean "skip"? (tags: "skip", "stem")
#include "tenon/model.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct NewcomerTypoInATag
    : tenon::model<input<4, 8, 8> | tag<"skip"> | conv<4, 1> | tag<"stem"> | concat(identity, from<"skpi">)> {
};
#else
struct NewcomerTypoInATag
    : tenon::model<input<4, 8, 8> | tag<"skip"> | conv<4, 1> | tag<"stem"> | concat(identity, from<"skip">)> {
};
#endif
