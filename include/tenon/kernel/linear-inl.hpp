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

#include <hwy/cache_control.h>

#include "tenon/kernel/vector-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// One block of outputs.
template <linear_key Key>
HWY_NOINLINE void linear_block(index inputs, const float* HWY_RESTRICT in, const float* HWY_RESTRICT panel,
                               const float* residual, float* HWY_RESTRICT out, size_t last_lanes) {
  constexpr int width = Key.vectors * Key.lanes;
  const tag<Key.lanes, Key.numbers> d;
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
            mul_add(d, x, hn::LoadU(d, panel + s * width + v * Key.lanes), acc[s * vectors + v]);
    }
    panel += split * width;
  }
  for (; i < inputs; ++i) {
    const V x = hn::Set(d, in[i]);
    TENON_UNROLL
    for (int v = 0; v < vectors; ++v) acc[v] = mul_add(d, x, hn::LoadU(d, panel + v * Key.lanes), acc[v]);
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

/// A stretch of a linear layer's inputs.
struct linear_stretch {
  index first, end, inputs;  // of all inputs
  const float* ahead;        // weights to fetch meanwhile, a cache line for each input
};

/// One block of outputs for `Images` vectors at a time: weights are loaded once for all of them. Accumulators
/// wait in `sums` between one stretch and the next, while other vectors meet weights that are in the L1
/// cache. Adds in the order of linear_block: the same bits.
template <linear_key Key, int Images>
HWY_NOINLINE void linear_tile(const linear_stretch& at, const float* const* in,
                              const float* HWY_RESTRICT panel, const float* const* residual,
                              float* const* out, index block, size_t last_lanes, float* HWY_RESTRICT sums) {
  constexpr int vectors = Key.vectors, split = Key.split, width = vectors * Key.lanes;
  constexpr int count = split * vectors;
  const tag<Key.lanes, Key.numbers> d;
  using V = vec<Key.lanes>;
  V acc[Images * count];
  TENON_UNROLL
  for (int i = 0; i < Images * count; ++i) {
    if (at.first > 0)
      acc[i] = hn::LoadU(d, sums + i * Key.lanes);
    else
      acc[i] = i % count < vectors ? hn::LoadU(d, panel + i % count * Key.lanes) : hn::Zero(d);
  }
  const float* x[Images];
  for (int k = 0; k < Images; ++k) x[k] = in[k];
  const float* HWY_RESTRICT w = panel + (1 + at.first) * width;
  const index whole = at.end < at.inputs ? at.end : at.inputs - at.inputs % split;
  index i = at.first;
  for (; i < whole; i += split) {
    TENON_UNROLL
    for (int s = 0; s < split; ++s) {
      V weight[vectors];
      TENON_UNROLL
      for (int v = 0; v < vectors; ++v) weight[v] = hn::LoadU(d, w + s * width + v * Key.lanes);
      TENON_UNROLL
      for (int k = 0; k < Images; ++k) {
        const V value = hn::Set(d, x[k][i + s]);
        TENON_UNROLL
        for (int v = 0; v < vectors; ++v)
          acc[k * count + s * vectors + v] = mul_add(d, value, weight[v], acc[k * count + s * vectors + v]);
      }
      hwy::Prefetch(at.ahead + (i - at.first + s) * 16);
    }
    w += split * width;
  }
  for (; i < at.end; ++i) {
    TENON_UNROLL
    for (int k = 0; k < Images; ++k) {
      const V value = hn::Set(d, x[k][i]);
      TENON_UNROLL
      for (int v = 0; v < vectors; ++v)
        acc[k * count + v] = mul_add(d, value, hn::LoadU(d, w + v * Key.lanes), acc[k * count + v]);
    }
    w += width;
  }
  if (at.end < at.inputs) {
    TENON_UNROLL
    for (int k = 0; k < Images * count; ++k) hn::StoreU(acc[k], d, sums + k * Key.lanes);
    return;
  }
  TENON_UNROLL
  for (int k = 0; k < Images; ++k) {
    TENON_UNROLL
    for (int v = 0; v < vectors; ++v) {
      const bool partial = Key.partial && v == vectors - 1;
      V y = acc[k * count + v];
      TENON_UNROLL
      for (int s = 1; s < split; ++s) y = hn::Add(y, acc[k * count + s * vectors + v]);
      if constexpr (Key.residual) {
        const float* from = residual[k] + block + v * Key.lanes;
        y = hn::Add(y, partial ? load_first(d, from, last_lanes) : hn::LoadU(d, from));
      }
      y = activate<Key.act>(d, y);
      if (partial)
        store_first(y, d, out[k] + block + v * Key.lanes, last_lanes);
      else
        hn::StoreU(y, d, out[k] + block + v * Key.lanes);
    }
  }
}

/// One block of outputs, from number `block` on, of `images` inputs, at most Most.
template <linear_key Key, int Most>
void linear_images(index inputs, index images, const float* const* in, const float* panel,
                   const float* const* residual, float* const* out, index block, size_t last_lanes) {
  constexpr int sums = Key.split * Key.vectors, width = Key.vectors * Key.lanes;
  // As many inputs at a time as leave registers for the weights and a value.
  constexpr int fit = (isa.registers - 1 - Key.vectors) / sums, tile = fit < 1 ? 1 : fit < 4 ? fit : 4;
  // Half of a small L1 cache (32 KiB) of weights, in whole steps of `split` inputs.
  constexpr index stretch = (4096 / width + Key.split) / Key.split * Key.split;
  HWY_ALIGN float memory[Most * sums * Key.lanes];
  for (index first = 0; first < inputs || first == 0; first += stretch) {
    const index end = first + stretch < inputs ? first + stretch : inputs;
    // The first tiles fetch the weights of the next stretch.
    const float* ahead = panel + (1 + end) * width;
    index image = 0;
    for (; image + tile <= images; image += tile) {
      linear_tile<Key, tile>({first, end, inputs, ahead}, in + image, panel, residual + image, out + image,
                             block, last_lanes, memory + image * sums * Key.lanes);
      if (end < inputs) ahead += (end - first) * 16;
    }
    if constexpr (tile > 1)
      for (; image < images; ++image)
        linear_tile<Key, 1>({first, end, inputs, panel}, in + image, panel, residual + image, out + image,
                            block, last_lanes, memory + image * sums * Key.lanes);
  }
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
