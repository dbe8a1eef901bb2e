// Nothing follows the one error: what is said about a wrong model is not judged.
// RULE: linear_needs_vector
// EXPECT: tenon: layer 1 (linear<10>): it takes a vector, but its input is the feature map 6x4x4 from layer 0 conv<6, 5>: flatten is missing
#include "tenon/tenon.hpp"

using namespace tenon::layers;

#ifdef MUST_FAIL
struct FollowedByAssertions : tenon::model<input<1, 8, 8> | conv<6, 5> | linear<10>> {};
#else
struct FollowedByAssertions : tenon::model<input<1, 8, 8> | conv<6, 5> | flatten | linear<10>> {};
#endif
static_assert(FollowedByAssertions::input_shape == tenon::shape{1, 8, 8});
static_assert(tenon::shape{10} == FollowedByAssertions::output_shape);
static_assert(FollowedByAssertions::parameter_count == 1126);
static_assert(FollowedByAssertions::mac_count == 3360);
static_assert(FollowedByAssertions::connection_count == 3466);
static_assert(FollowedByAssertions::receptive_field == tenon::extents{8, 8});
static_assert(FollowedByAssertions::arena_bytes <= 16 * 1024);
static_assert(16 * 1024 > FollowedByAssertions::weight_bytes);
static_assert(FollowedByAssertions::output_shape.count() == 10);
static_assert(FollowedByAssertions::receptive_field.values[0] == 8);
static_assert(FollowedByAssertions::weight_bytes / 4 == FollowedByAssertions::parameter_count);
static_assert(FollowedByAssertions::arena_bytes > FollowedByAssertions::output_shape.count());
constexpr tenon::index macs = FollowedByAssertions::mac_count;
constexpr tenon::shape shape_of_output = FollowedByAssertions::output_shape;
static_assert(macs > 0 && shape_of_output.rank == 1);
float scores_of_all[FollowedByAssertions::output_shape.count()];
static_assert(tenon::Model<FollowedByAssertions>);
static_assert(tenon::is_affine<FollowedByAssertions> &&
              !tenon::is_translation_invariant<FollowedByAssertions>);
static_assert(FollowedByAssertions::receptive_field.count == 2 &&
              FollowedByAssertions::input_shape.rank == 3);

struct Unfused : tenon::unfused<FollowedByAssertions> {};
static_assert(Unfused::output_shape == tenon::shape{10});

[[maybe_unused]] static FollowedByAssertions::output scores(const FollowedByAssertions::input&,
                                                            FollowedByAssertions::workspace&) {
  return {};
}
[[maybe_unused]] static FollowedByAssertions::output run(const tenon::weights<FollowedByAssertions>& weights,
                                                         const FollowedByAssertions::input& x) {
  tenon::executable<FollowedByAssertions> net(weights);
  return net(x);
}
