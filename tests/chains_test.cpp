// Chains of convolutions, whose layers advance together: against the reference, in parts, and by the bits of
// the same network without chains.
#include "in_parts.hpp"

namespace {

using namespace tenon::layers;

/// Every map between two convolutions is in a chain, if `Memory` bytes are enough for it.
template <auto Expression, tenon::index Memory>
struct chained
    : tenon::model<Expression, tenon::lowering{.share_from = 0, .chain_from = 1, .chain_memory = Memory}> {};
template <auto Expression>
struct apart : tenon::model<Expression, tenon::lowering{.chain_from = 1'000'000'000}> {};

// clang-format off
inline constexpr auto map = input<3, 21, 18>;
template <auto... Layers> using roomy = chained<(map | ... | Layers), 100'000>;
template <auto... Layers> using tight = chained<(map | ... | Layers), 14'500>;
inline constexpr auto inverted = conv<20, 3, padding{1}> | relu6 | conv<20, 3, padding{1}, depthwise> | conv<24, 1>;
/// Channels that fill no whole vectors: two taps may share one.
inline constexpr auto narrow = conv<20, 1> | conv<8, 1> | conv<20, 1> | conv<12, 1>;
inline constexpr auto residual = conv<16, 3, padding{1}> |
  (identity + (conv<40, 1> | relu | conv<40, 3, padding{1}, depthwise> | conv<16, 1>)) | relu;

#define TENON_MODEL \
  /* a row at a time, and all of them */ \
  tight<inverted>, roomy<inverted>, apart<map | inverted>, \
  /* strides, windows of many rows, and rows that no window takes */ \
  tight<conv<20, 1> , conv<20, 3, stride{2}, padding{1}, depthwise> , conv<9, 1>>, \
  tight<conv<8, 1> , conv<8, 5, padding{2}, depthwise> , conv<8, 1, stride{3}> , conv<8, 1>>, \
  tight<conv<8, 1> , conv<8, 3, dilation{3}, padding{3}, depthwise> , relu , conv<7, 4, stride{2}>>, \
  /* more padding than a window has rows, and none */ \
  tight<conv<12, 1> , conv<12, 3, padding{2}, depthwise> , conv<5, extent{2, 1}, padding{3, 0}>>, \
  tight<conv<12, 2> , conv<12, 3, depthwise> , conv<5, 2>>, \
  /* residuals, groups and pools */ \
  tight<residual>, apart<map | residual>, tight<narrow>, roomy<narrow>, apart<map | narrow>, \
  tight<conv<24, 4> , relu , avg_pool<2> , conv<12, 1, groups{3}> , conv<10, 2> , max_pool<2>>
// clang-format on

template <class M>
constexpr int chains() {
  int count = 0;
  for (const tenon::step& s : view_of(M::schedule).steps) count += s.chain > 1;
  return count;
}

/// Do both give the same bits on every target?
template <class A, class B>
void check_same() {
  twin::on_every_target([] {
    INFO(twin::title(A::network.view()));
    CHECK(twin::same_bits(in_parts::trial<A>().serial, in_parts::trial<B>().serial));
  });
}

}  // namespace

#include <tenon/instantiate.hpp>

TEST_CASE("chains agree with the reference", "[chains]") { CHECK(twin::check_all<TENON_MODEL>() > 0); }

TEST_CASE("chains give the bits of steps one after the other", "[chains]") {
  STATIC_REQUIRE(chains<tight<inverted>>() == 1);
  STATIC_REQUIRE(chains<apart<map | inverted>>() == 0);
  STATIC_REQUIRE(tight<inverted>::arena_bytes < roomy<inverted>::arena_bytes);
  check_same<tight<inverted>, apart<map | inverted>>();
  check_same<roomy<inverted>, apart<map | inverted>>();
  check_same<tight<residual>, apart<map | residual>>();
  check_same<tight<narrow>, apart<map | narrow>>();
  check_same<roomy<narrow>, apart<map | narrow>>();
}

TEST_CASE("chains in parts give the bits of a serial run", "[chains]") {
  int links = 0;
  in_parts::each(tenon_models{}, [&]<class M>() {
    for (const tenon::step& s : view_of(M::schedule).steps) links += s.chain;
  });
  CHECK(links == 36);
  in_parts::check_order<tenon_models>();
}
