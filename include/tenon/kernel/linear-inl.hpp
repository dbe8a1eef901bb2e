// Linear layer for one vector: out[o] = act(bias[o] + residual[o] + sum over i of w[i][o] * in[i]).
//
// Vectors lie along outputs, inputs are broadcast, so that no sum runs across lanes. Each weight is read
// once: the layer runs at the speed of the cache or memory that holds the weights. vectors * split
// accumulators are in flight, at least 8, because two FMAs start per cycle and each takes 4.
//   panel of a block of outputs:  bias[vectors * lanes], then w[i][vectors * lanes] for each input i
#if defined(TENON_KERNEL_LINEAR_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_LINEAR_INL_HPP
#undef TENON_KERNEL_LINEAR_INL_HPP
#else
#define TENON_KERNEL_LINEAR_INL_HPP
#endif

#include "tenon/kernel/vector-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// One block of outputs.
template <linear_key Key>
HWY_NOINLINE void linear_block(index inputs, const float* HWY_RESTRICT in, const float* HWY_RESTRICT panel,
                               const float* residual, float* HWY_RESTRICT out, size_t last_lanes) {
  constexpr int width = Key.vectors * Key.lanes;
  const tag<Key.lanes> d;
  using V = vec<Key.lanes>;

  constexpr int vectors = Key.vectors, split = Key.split;
  V acc[split * vectors];
  TENON_UNROLL
  for (int i = 0; i < split * vectors; ++i)
    acc[i] = i < vectors ? hn::LoadU(d, panel + i * Key.lanes) : hn::Zero(d);
  panel += width;

  const index whole = inputs - inputs % split;
  index i = 0;
  for (; i < whole; i += split) {
    TENON_UNROLL
    for (int s = 0; s < split; ++s) {
      const V x = hn::Set(d, in[i + s]);
      TENON_UNROLL
      for (int v = 0; v < vectors; ++v)
        acc[s * vectors + v] =
            hn::MulAdd(x, hn::LoadU(d, panel + s * width + v * Key.lanes), acc[s * vectors + v]);
    }
    panel += split * width;
  }
  for (; i < inputs; ++i) {
    const V x = hn::Set(d, in[i]);
    TENON_UNROLL
    for (int v = 0; v < vectors; ++v) acc[v] = hn::MulAdd(x, hn::LoadU(d, panel + v * Key.lanes), acc[v]);
    panel += width;
  }

  TENON_UNROLL
  for (int v = 0; v < vectors; ++v) {
    const bool partial = Key.partial && v == vectors - 1;
    V y = acc[v];
    TENON_UNROLL
    for (int s = 1; s < split; ++s) y = hn::Add(y, acc[s * vectors + v]);
    if constexpr (Key.residual) {
      const float* from = residual + v * Key.lanes;
      y = hn::Add(y, partial ? load_first(d, from, last_lanes) : hn::LoadU(d, from));
    }
    y = activate<Key.act>(d, y);
    if (partial)
      store_first(y, d, out + v * Key.lanes, last_lanes);
    else
      hn::StoreU(y, d, out + v * Key.lanes);
  }
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
