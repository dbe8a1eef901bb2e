// F4. The floor of a step: what its multiplications and its bytes cost at the very least.
#pragma once

#include "tenon/geometry/step.hpp"

namespace tenon {

/// What one core can do at best. The figures given are those of a server core with AVX-512; `peak` in bench/
/// measures those of a machine.
struct machine {
  double gflops = 200;         ///< 10^9 floating-point operations per second; a multiply-accumulate is two
  double l2_gbytes = 160;      ///< 10^9 bytes per second, read from the core's own L2 cache,
  double l3_gbytes = 28;       ///< from the last-level cache,
  double memory_gbytes = 14;   ///< and from memory
  double l2_bytes = 1 << 20;   ///< capacity
  double l3_bytes = 32 << 20;  ///< and that of the last-level cache

  /// Bytes per nanosecond of the smallest memory that holds this many.
  constexpr double gbytes(double bytes) const {
    return bytes <= l2_bytes ? l2_gbytes : bytes <= l3_bytes ? l3_gbytes : memory_gbytes;
  }
};

/// Bytes of a feature map, without what lies around it.
constexpr double map_bytes(const buffer& b) {
  return static_cast<double>(b.channels * b.positions()) * sizeof(float);
}

/// Tensors of a whole network, in bytes.
constexpr double weight_bytes(graph_view network) {
  index total = 0;
  for (const node& n : network.nodes) total += n.tensor_count;
  return static_cast<double>(total) * sizeof(float);
}

/// What a step does: multiply-accumulates, and the bytes of its maps and weights, each once and as F32. A
/// chain does it with its first step, without the maps between its links: they stay in the core's own cache.
struct effort {
  double macs = 0;     ///< multiply-accumulates
  double maps = 0;     ///< bytes of feature maps
  double weights = 0;  ///< bytes of weights
  /// Of maps and weights.
  constexpr double bytes() const { return maps + weights; }
};

/// What a step does.
constexpr effort effort_of(const step_view& s) {
  effort all;
  if (is_later_link(s.what)) return all;
  all.maps = map_bytes(s.in());
  for (int i = 0; i < links_with(s.what); ++i) {
    const step_view link = link_of(s, i);
    const algorithm how = link.what.how;
    all.macs += static_cast<double>(link.what.macs);
    if (link.out().held == 0) all.maps += map_bytes(link.out());
    if (link.has_residual()) all.maps += map_bytes(link.residual());
    if (has_weights(how) || how == algorithm::affine || how == algorithm::normalise)
      all.weights += static_cast<double>(link.layer().tensor_count) * sizeof(float);
  }
  return all;
}

/// Microseconds that one core needs for a step at the very least, the larger of
///   2 MACs / peak                    multiply-accumulates counted as those of a direct computation
///   bytes / bandwidth
/// Weights come from the smallest cache that holds all weights of the network, or from memory, because
/// between two uses of one all others are used; maps from the smallest that holds those of the step. Winograd
/// takes fewer multiplications, and may pass the first of the two.
constexpr double least_microseconds(const step_view& s, const machine& m) {
  const effort e = effort_of(s);
  const double compute = 2 * e.macs / m.gflops;
  const double traffic = e.maps / m.gbytes(e.maps) + e.weights / m.gbytes(weight_bytes(s.graph));
  return (compute > traffic ? compute : traffic) / 1e3;
}

}  // namespace tenon
