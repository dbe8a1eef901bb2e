// Convolutions in Winograd tiles whose weights are transformed while they are multiplied, against the
// reference.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using tenon::index;
using twin::net;

template <index C, auto... Options>
inline constexpr auto plain = conv<C, 3, algorithm<tenon::method::winograd_plain>, Options...>;

/// Channels around the lengths of vectors, and around those that are multiplied at a time.
template <index IC, index OC>
using channels = net<input<IC, 6, 9> | plain<OC, padding{1}>>;
/// Tiles of all numbers up to 9, whole ones and with every rest.
template <index H, index W>
using rests = net<input<5, H, W> | plain<18, padding{1}> | plain<3>>;
template <auto Pool>
using pooled = net<input<20, 9, 8> | plain<10, padding{1}, no_bias> | batch_norm | relu | Pool>;
template <index C>
using residual = net<input<C, 7, 8> |
                     (identity + (plain<C, padding{1}> | relu | plain<C, padding{1}> | batch_norm)) | relu>;

constexpr int plain_steps(tenon::plan_view plan) {
  int steps = 0;
  for (const tenon::step& s : plan.steps) steps += s.how == tenon::algorithm::winograd_plain;
  return steps;
}
/// Each of the networks has such a convolution.
template <class... Ms>
constexpr bool all_plain = ((plain_steps(view_of(Ms::schedule)) > 0) && ...);

/// Chosen where tiles are few and weights many.
template <index Channels, index Extent>
constexpr bool chosen =
    plain_steps(
        view_of(net<input<Channels, Extent, Extent> | conv<Channels, 3, padding{1}, no_bias>>::schedule)) > 0;
/// More channels than the cache has room for as one tile.
static_assert(plain_steps(view_of(net<input<4608, 8, 8> | conv<64, 3, padding{1}>>::schedule)) > 0);
static_assert(chosen<512, 7> && chosen<384, 8> && !chosen<256, 14> && !chosen<128, 28> && !chosen<64, 56>);

}  // namespace

// clang-format off
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define TENON_MODEL                                                                                            \
  channels<1, 3>, channels<7, 9>, channels<8, 16>, channels<16, 17>, channels<17, 33>, channels<33, 15>,        \
  channels<70, 40>, rests<7, 7>, rests<8, 8>, rests<3, 5>, rests<4, 9>, rests<12, 7>, rests<12, 16>, rests<9, 12>, \
  net<input<100, 22, 23> | plain<9, padding{1}>>, net<input<512, 7, 7> | plain<80, padding{1}> | relu>, net<input<340, 24, 20> | plain<18, padding{1}>>,         \
  net<input<4, 16, 24> | plain<5, dilation{2, 3}, padding{2, 3}>>, net<input<3, 9, 10> | plain<9, same> | plain<5, flipped>>,\
  BOTH(pooled<max_pool<2>>), BOTH(pooled<avg_pool<2>>), BOTH(pooled<max_pool<extent{1, 4}>>),                   \
  BOTH(pooled<max_pool<3>>), BOTH(residual<8>), BOTH(residual<18>), net<input<5, 1, 1> | plain<9, padding{1}>>, \
  net<input<2, 4, 8, 9> | conv<9, extent{1, 3, 3}, algorithm<tenon::method::winograd_plain>> | sigmoid>,        \
  net<input<3, 9, 10> | plain<9, padding{1}, cyclic> | plain<5, padding{1}, reflect>>,                          \
  net<input<5, 7, 6> | concat(plain<9, padding{1}> | tag<"a">, plain<7, padding{1}>) | plain<6>>
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("convolutions in Winograd tiles of plain weights agree with the reference on every target",
          "[kernels]") {
  STATIC_REQUIRE(all_plain<TENON_MODEL>);
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
