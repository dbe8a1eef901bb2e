// F4. From a chain of the plan to the numbers of its kernels.
#pragma once

#include "tenon/geometry/convolution.hpp"
#include "tenon/kernel/chain.hpp"

namespace tenon {

constexpr chain_link chain_link_of(const step_view& s, simd isa) {
  const window w = on_memory(s.layer());
  const buffer& out = s.out();
  chain_link l{};
  l.layer = direct_of(s, isa).layer;
  l.rows = out.rows;
  l.stride = w.stride[1];
  l.reach = (w.kernel[1] - 1) * w.dilation[1] + 1;
  l.pad = w.pad_lo[1];
  l.pad_left = w.pad_lo[2] * s.in().column_step();
  l.held = out.held;
  l.left = out.halo_left * out.column_step();
  l.right = out.halo_right * out.column_step();
  l.row_step = out.row_step();
  return l;
}

}  // namespace tenon
