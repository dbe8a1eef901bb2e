// F1. Loops over the elements of feature maps that lie in memory in different ways.
#pragma once

#include "tenon/shape.hpp"

namespace tenon {

/// Up to three maps walked together: out[...] = f(a[...], b[...]). Steps are in elements, 0 where a map has
/// one element for all of an axis. The last loop is the innermost.
struct nest {
  static constexpr int max_loops = 10;
  struct loop {
    index extent, a, b, out;
  };
  int count = 0;
  loop loops[max_loops]{};
  index a_first = 0, b_first = 0, out_first = 0;  // where the walk begins

  constexpr void add(index extent, index a, index b, index out) {
    if (extent > 1) loops[count++] = {extent, a, b, out};
  }
  /// Puts the smallest steps of the output innermost, and makes one loop of those that are one in memory.
  constexpr nest& settle() {
    for (int i = 1; i < count; ++i) {
      const loop l = loops[i];
      int at = i;
      for (; at > 0 && loops[at - 1].out < l.out; --at) loops[at] = loops[at - 1];
      loops[at] = l;
    }
    int kept = 0;
    for (int i = 0; i < count; ++i) {
      const loop& in = loops[i];
      loop* before = kept > 0 ? &loops[kept - 1] : nullptr;
      if (before && before->a == in.extent * in.a && before->b == in.extent * in.b &&
          before->out == in.extent * in.out)
        *before = {before->extent * in.extent, in.a, in.b, in.out};
      else
        loops[kept++] = in;
    }
    count = kept;
    if (count == 0) loops[count++] = {1, 1, 1, 1};
    return *this;
  }
  constexpr const loop& innermost() const { return loops[count - 1]; }
  /// The loop whose elements lie side by side in a, where those of the innermost lie side by side in the
  /// output: both together transpose a matrix. Or -1.
  constexpr int transposed() const {
    const loop& l = innermost();
    if (l.out != 1 || l.a <= 1 || l.extent < 4) return -1;
    for (int i = count - 2; i >= 0; --i)
      if (loops[i].a == 1 && loops[i].extent >= 4) return i;
    return -1;
  }
};

}  // namespace tenon
