// F1. The part of normalisations, softmax and resizing that is the same for every instruction set: numbers.
#pragma once

#include "tenon/shape.hpp"

namespace tenon {

/// Sets of `count` neighbouring elements, each normalised by its mean and variance. Every element of a set
/// has a weight and a bias of its own, the same for all sets; or pieces of `piece` elements share one, and
/// the pieces of all sets are counted through.
struct norm_layer {
  index sets, count, piece;
  bool own_weights;  // of each element of a set
  index weights;     // their number, and that of biases; 0 if there are none
  float epsilon;
};

/// Softmax along an axis of `extent` elements, `inner` apart.
struct softmax_layer {
  index outer, extent, inner;
};

/// x / (bias + scale * sum of squares of the channels from c - before to c + behind)^beta
struct response_layer {
  index before, behind;
  float scale, bias, beta;
};

/// Linear interpolation along depth, rows and columns.
struct resize_axis {
  index in, out, in_step, out_step;
};
struct resize_layer {
  resize_axis axes[3];
  bool align_corners;
};

}  // namespace tenon
