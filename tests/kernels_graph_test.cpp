// Pools, norms, softmax, additions and flattens as steps of their own, and the layouts that pass between
// layers.
#include "catch.hpp"
#include "twin.hpp"

namespace {

using namespace tenon::layers;
using twin::net;

/// On the network's own input, where channels lie apart, and after a convolution, where they lie together.
template <auto Layer>
using planar = net<input<3, 7, 8> | Layer>;
template <auto Layer, tenon::index C = 5>
using interleaved = net<input<2, 8, 7> | conv<C, 2> | Layer>;
/// In front of a padded convolution, so that the result has a halo.
template <auto Layer>
using haloed = net<input<2, 8, 7> | conv<5, 2> | Layer | conv<4, 3, padding{1}>>;
template <auto Layer>
using after_flatten = net<input<2, 4, 4> | conv<3, 2> | flatten | Layer>;

inline constexpr auto loose = max_pool<3, stride{2}, padding{1}>;
inline constexpr auto uneven = max_pool<extent{2, 3}, stride{3, 2}, padding{1, 0, 0, 2}>;
inline constexpr auto hanging = max_pool<3, stride{2}, ceil_mode>;
inline constexpr auto mean = avg_pool<3, stride{2}, padding{1}>;
inline constexpr auto inner_mean = avg_pool<3, stride{2}, padding{1}, exclude_padding>;
inline constexpr auto hanging_mean = avg_pool<3, stride{2}, padding{1}, ceil_mode>;
inline constexpr auto inner_hanging_mean =
    avg_pool<extent{2, 3}, stride{3, 2}, padding{1}, ceil_mode, exclude_padding>;

inline constexpr auto doubled = identity + identity;
inline constexpr auto three = identity + relu + sigmoid;
template <tenon::index C>
inline constexpr auto three_ways = conv<C, 1> + conv<C, 3, padding{1}> +
                                   (max_pool<3, stride{1}, padding{1}> | batch_norm);

using tanh_lenet = net<input<1, 28, 28> | conv<6, 5, padding{2}> | tanh | avg_pool<2> | conv<16, 5> | tanh |
                       avg_pool<2> | flatten | linear<120> | tanh | linear<84> | tanh | linear<10> | softmax>;
using mobile = net<input<3, 8, 8> | conv<9, 3, stride{2}, padding{1}, no_bias> | batch_norm | relu6 |
                   conv<9, 3, depthwise, padding{1}, no_bias> | batch_norm | relu6 |
                   (identity + (conv<18, 1> | hard_swish | conv<18, 3, depthwise, padding{1}> | conv<9, 1> |
                                batch_norm)) |
                   global_avg_pool | flatten | dropout | linear<4>>;
/// The residual is a vector that a later layer writes, and the other way round.
using late_vector = net<input<8, 1, 1> | ((flatten | linear<8>)+(conv<8, 1> | global_avg_pool | flatten))>;
using early_vector = net<input<8, 1, 1> | ((conv<8, 1> | global_avg_pool | flatten) + (flatten | linear<8>))>;

/// A map of one channel whose pixels would lie among those of its concatenation.
using lone_channel =
    net<input<3, 28, 28> | conv<1, 3, stride{2}, padding{1}> | concat(identity, conv<4, 3, padding{1}>)>;
/// Vectors that are read as maps of one position with a halo.
using padded_vector = net<input<5> | linear<8> | reshape<8, 1, 1> | conv<4, 3, padding{1}>>;
using padded_parts =
    net<input<8> | concat(linear<6>, linear<4> | relu) | reshape<10, 1, 1> | conv<4, 3, padding{1}>>;
using padded_norm = net<input<8, 1, 1> | concat(layer_norm, conv<4, 1>) | conv<4, 3, padding{1}>>;

}  // namespace

// clang-format off
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define TENON_MODEL                                                                                                   \
  planar<loose>, planar<uneven>, planar<hanging>, planar<mean>, planar<inner_mean>, planar<hanging_mean>,              \
  planar<inner_hanging_mean>, planar<global_avg_pool>, planar<batch_norm>, planar<softmax>, planar<relu>,              \
  planar<doubled>, planar<three>, planar<flatten>, planar<identity | dropout>, planar<flatten | softmax>,              \
  BOTH(planar<three_ways<3>>),                                                                                            \
  interleaved<loose, 17>, interleaved<uneven, 8>, interleaved<hanging>, interleaved<mean>, interleaved<inner_mean, 33>,\
  interleaved<hanging_mean>, interleaved<inner_hanging_mean>, interleaved<global_avg_pool, 18>,                        \
  interleaved<max_pool<3> | batch_norm>, interleaved<softmax, 16>, BOTH(interleaved<doubled>),                         \
  BOTH(interleaved<three>), BOTH(interleaved<three_ways<5>>), interleaved<flatten>, interleaved<dropout>,                 \
  interleaved<softmax | softmax, 17>, BOTH(interleaved<batch_norm | batch_norm | relu>),                               \
  haloed<loose>, haloed<inner_mean>, haloed<softmax>, BOTH(haloed<three>), BOTH(haloed<batch_norm>),                   \
  haloed<global_avg_pool>, haloed<sigmoid | sigmoid>, BOTH(haloed<doubled>),                                           \
  after_flatten<relu>, after_flatten<batch_norm>, after_flatten<softmax>, after_flatten<doubled>,                      \
  after_flatten<flatten | hard_swish>, after_flatten<linear<4> + (relu | linear<4>)>,                                  \
  net<input<9> | doubled>, net<input<9> | softmax>, net<input<9> | batch_norm | relu>, net<input<9> | identity>,       \
  net<input<40> | sigmoid>, net<input<8, 3, 3> | max_pool<3> | conv<8, 3, padding{1}, depthwise>>,                     \
  net<input<4, 6, 13> | conv<8, 3, groups{2}, padding{1}> | relu | max_pool<2>>,                                       \
  net<input<1, 5, 14> | conv<4, 3> | batch_norm | conv<4, 1> | conv<2, 1, groups{2}>>,                                 \
  BOTH(tanh_lenet), BOTH(mobile), BOTH(late_vector), BOTH(early_vector),                                            \
  BOTH(lone_channel), BOTH(padded_vector), BOTH(padded_parts), BOTH(padded_norm)
// clang-format on
#include <tenon/instantiate.hpp>

TEST_CASE("graphs agree with the reference on every target", "[kernels]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}
