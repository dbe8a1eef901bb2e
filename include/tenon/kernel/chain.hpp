// F1. The part of a chain of convolutions that is the same for every instruction set: its numbers.
#pragma once

#include "tenon/kernel/direct.hpp"

namespace tenon {

/// A convolution of a chain, and how its output lies if the next one reads it. Rows are those of maps: of an
/// output, after a fused pool.
struct chain_link {
  direct_layer layer;
  index rows;           // of the output
  index stride, reach;  // rows of the input from one window to the next, and that one window spans
  index pad, pad_left;  // rows above the input that the first window takes, and elements to the left of it
  index held;           // rows of the output that are in memory at a time, each
  index left, right;    // with so many zeros on either side, in elements,
  index row_step;       // and elements from one to the next

  /// Windows of the output's rows from `row` on begin with this row of the input, which may lie above it.
  constexpr index first_input(index row) const { return row * layer.pool_rows * stride - pad; }
  /// Windows of the output's rows before `end` end before this one.
  constexpr index end_of_inputs(index end) const {
    return (end * layer.pool_rows - 1) * stride - pad + reach;
  }
};

}  // namespace tenon
