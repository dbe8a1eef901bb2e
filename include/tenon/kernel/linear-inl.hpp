// Linear layer for one vector: out[o] = act(bias[o] + residual[o] + sum over i of w[i][o] * in[i]).
//
// Vectors lie along outputs, inputs are broadcast, so that no sum runs across lanes. Each weight is read
// once: the layer runs at the speed of the cache or memory that holds the weights. vectors * split
// accumulators are in flight, at least 8, because two FMAs start per cycle and each takes 4.
//   panel of a block of outputs:  bias[vectors * lanes], then w[i][vectors * lanes] for each input i
#if defined(TENON_KERNEL_LINEAR_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#  ifdef TENON_KERNEL_LINEAR_INL_HPP
#    undef TENON_KERNEL_LINEAR_INL_HPP
#  else
#    define TENON_KERNEL_LINEAR_INL_HPP
#  endif

#  include "tenon/kernel/vector-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// One block of outputs.
template <linear_key Key>
HWY_NOINLINE void linear_block(index inputs, const float* HWY_RESTRICT in, const float* HWY_RESTRICT panel,
                               const float* residual, float* HWY_RESTRICT out, size_t last_lanes,
                               float slope) {
  constexpr int width = Key.vectors * Key.lanes;
  const tag<Key.lanes> d;
  using V = vec<Key.lanes>;

  V acc[Key.split * Key.vectors];
  unrolled<Key.split * Key.vectors>([&](auto i) HWY_ATTR {
    if constexpr (i < Key.vectors)
      acc[i] = hn::LoadU(d, panel + i * Key.lanes);
    else
      acc[i] = hn::Zero(d);
  });
  panel += width;

  const index whole = inputs - inputs % Key.split;
  index i = 0;
  for (; i < whole; i += Key.split) {
    unrolled<Key.split>([&](auto s) HWY_ATTR {
      const V x = hn::Set(d, in[i + s]);
      unrolled<Key.vectors>([&](auto v) HWY_ATTR {
        V& sum = acc[s * Key.vectors + v];
        sum = hn::MulAdd(x, hn::LoadU(d, panel + s * width + v * Key.lanes), sum);
      });
    });
    panel += Key.split * width;
  }
  for (; i < inputs; ++i) {
    const V x = hn::Set(d, in[i]);
    unrolled<Key.vectors>(
        [&](auto v) HWY_ATTR { acc[v] = hn::MulAdd(x, hn::LoadU(d, panel + v * Key.lanes), acc[v]); });
    panel += width;
  }

  unrolled<Key.vectors>([&](auto v) HWY_ATTR {
    V y = acc[v];
    unrolled<Key.split - 1>([&](auto s) HWY_ATTR { y = hn::Add(y, acc[(s + 1) * Key.vectors + v]); });
    constexpr bool partial = Key.partial && v == Key.vectors - 1;
    if constexpr (Key.residual) {
      if constexpr (partial)
        y = hn::Add(y, load_first(d, residual + v * Key.lanes, last_lanes));
      else
        y = hn::Add(y, hn::LoadU(d, residual + v * Key.lanes));
    }
    y = activate<Key.act>(d, y, slope);
    if constexpr (partial)
      store_first(y, d, out + v * Key.lanes, last_lanes);
    else
      hn::StoreU(y, d, out + v * Key.lanes);
  });
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
