// F1. Functions of one number that follow a layer, as plain data: which activation, and its numbers.
#pragma once

#include "tenon/formula.hpp"

namespace tenon {

/// In the order of `op`.
enum class activation : unsigned char {
  none,
  relu,
  relu6,
  leaky_relu,
  sigmoid,
  tanh,
  hard_swish,
  elu,
  selu,
  celu,
  gelu,
  gelu_tanh,
  silu,
  mish,
  hard_sigmoid,
  softplus,
  softsign,
  thresholded_relu,
  clip,
  exp,
  log,
  multiply_by,
  add_constant,
  user,
};

inline constexpr float selu_scale = 1.0507009873554805f;  ///< factor of selu above zero,
inline constexpr float selu_slope = 1.7580993408473766f;  ///< and of exp(x) - 1 below

/// An activation with its numbers: a constant of the micro-kernel that applies it.
struct function {
  activation kind = activation::none;  ///< which one
  float alpha = 0;                     ///< its first number
  float beta = 0;                      ///< its second number
  formula user;                        ///< of activation::user: what it computes

  /// Is there one?
  constexpr explicit operator bool() const { return kind != activation::none; }
  /// The same activation with the same numbers.
  friend constexpr bool operator==(const function&, const function&) = default;
};

/// Monotone activations commute with the maximum, so they may be applied once per window of a max pool.
constexpr bool is_monotone(const function& f) {
  switch (f.kind) {
    case activation::hard_swish:
    case activation::gelu:
    case activation::gelu_tanh:
    case activation::silu:
    case activation::mish:
    case activation::user:
      return false;
    case activation::leaky_relu:
    case activation::elu:
    case activation::multiply_by:
    case activation::hard_sigmoid:
      return f.alpha >= 0;
    case activation::celu:
      return f.alpha > 0;
    case activation::thresholded_relu:
      return f.alpha >= 0;
    default:
      return true;
  }
}

}  // namespace tenon
