// What is fused into a convolution, a linear layer, a batch norm or an addition: each network as lowered, and
// with every layer as a step of its own.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

template <auto Activation>
using after_conv = net<input<3, 5, 6> | conv<7, 3> | Activation>;
template <auto Activation>
using after_others = net<input<5> | linear<9> | Activation | batch_norm | Activation>;
inline constexpr auto tangent = identity | tanh;

/// Activations before and after a max pool; only monotone ones commute with it.
template <auto Activation>
using around_pool = net<input<2, 6, 7> | conv<5, 2> | Activation | max_pool<2> | Activation>;

template <auto Pool, tenon::index H = 7, tenon::index W = 9>
using pooled = net<input<2, H, W> | conv<9, 3, padding{1}> | batch_norm | relu | Pool>;

/// A residual block whose shortcut is the network's input, of C channels; wider than any register tile.
template <tenon::index C>
using from_input = net<input<C, 3, 37> | (identity + conv<C, 3, padding{1}>) | relu>;
/// And inside, with a pool at the end and batch norms in between.
template <tenon::index C>
using residual =
    net<input<2, 6, 7> | conv<C, 3, padding{1}> |
        (identity + (conv<C, 3, padding{1}, no_bias> | batch_norm | relu | conv<C, 1> | batch_norm)) | relu |
        max_pool<2>>;
template <tenon::index C>
using depthwise_residual = net<input<C, 5, 6> | (identity + conv<C, 3, depthwise, padding{1}>) | relu6>;
template <tenon::index F>
using linear_residual = net<input<F> | (identity + (linear<F> | relu | linear<F>)) | relu>;

}  // namespace

// clang-format off
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define TENON_MODEL                                                                                                   \
  BOTH(after_conv<relu>), BOTH(after_conv<relu6>), BOTH(after_conv<leaky_relu<>>), BOTH(after_conv<sigmoid>),          \
  BOTH(after_conv<tangent>), BOTH(after_conv<hard_swish>), BOTH(after_conv<leaky_relu<slope{-0.5}>>),                  \
  BOTH(after_others<relu>), BOTH(after_others<relu6>), BOTH(after_others<leaky_relu<slope{0.2}>>),                     \
  BOTH(after_others<sigmoid>), BOTH(after_others<tangent>), BOTH(after_others<hard_swish>),                            \
  BOTH(around_pool<relu>), BOTH(around_pool<hard_swish>), BOTH(around_pool<leaky_relu<slope{-0.5}>>),                  \
  BOTH(around_pool<tangent>),                                                                                          \
  BOTH(pooled<max_pool<2>>), BOTH(pooled<avg_pool<2>>), BOTH(pooled<max_pool<3>>), BOTH(pooled<avg_pool<3>, 6, 7>),    \
  BOTH(pooled<max_pool<extent{1, 2}>>), BOTH(pooled<avg_pool<extent{2, 1}>>), BOTH(pooled<max_pool<extent{9, 1}>, 9>), \
  BOTH(pooled<max_pool<2, ceil_mode>>), BOTH(pooled<max_pool<2, stride{1}>>), BOTH(pooled<max_pool<1>>),               \
  BOTH(from_input<1>), BOTH(from_input<3>), BOTH(from_input<8>), BOTH(from_input<17>),                                 \
  BOTH(residual<3>), BOTH(residual<8>), BOTH(residual<17>), BOTH(depthwise_residual<5>), BOTH(depthwise_residual<18>), \
  BOTH(linear_residual<1>), BOTH(linear_residual<9>), BOTH(linear_residual<20>)
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("fused networks agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
