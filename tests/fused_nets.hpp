// Networks that end steps of every kind with an activation.
#pragma once

#include "twin.hpp"

namespace twin {

using tenon::layers::conv, tenon::layers::linear, tenon::layers::max_pool, tenon::layers::batch_norm,
    tenon::layers::identity, tenon::layers::input;

template <auto Activation>
using after_conv = net<input<3, 5, 6> | conv<7, 3> | Activation>;
/// Only monotone ones commute with the pool.
template <auto Activation>
using around_pool = net<input<2, 6, 7> | conv<5, 2> | Activation | max_pool<2> | Activation>;
/// After a linear layer, a batch norm, and a sum.
template <auto Activation>
using after_others =
    net<input<5> | linear<9> | Activation | batch_norm | Activation | (identity + linear<9>) | Activation>;

}  // namespace twin

/// A network as lowered, and with every layer as a step of its own.
#define BOTH(...) __VA_ARGS__, tenon::unfused<__VA_ARGS__>
#define FUSED_NETS(...) \
  BOTH(twin::after_conv<__VA_ARGS__>), twin::around_pool<__VA_ARGS__>, twin::after_others<__VA_ARGS__>
