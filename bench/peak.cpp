// An outer product held in registers, which is the inner loop of a matrix product at its best:
//
//   acc[r][c] += x[r] * w[c]        x[r] a broadcast from the L1 cache, w[c] a register
//
// Two FMAs start per cycle and each takes 4 cycles (5 on some CPUs), so 8 to 10 must be in flight; CPUs with
// four pipes need 16.
//   16 registers: 5 x 2 accumulators + 2 w + 1 x = 13, and 1 for the product where there is no FMA
//   32 registers: 5 x 4 accumulators + 4 w + 1 x = 25, and 1
#include "peak.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "machine.hpp"

// As in tenon/instantiate.hpp: no vectors whose length the compiler does not know.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "peak.cpp"
#include <hwy/foreach_target.h>

#include "tenon/kernel/vector-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace bench::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using tenon::HWY_NAMESPACE::isa;

double multiply_adds(const float* HWY_RESTRICT inputs, const float* HWY_RESTRICT weights,
                     float* HWY_RESTRICT sums) {
  constexpr int rows = 5, columns = isa.registers == 16 ? 2 : 4, rounds = 4096;
  const tenon::HWY_NAMESPACE::tag<isa.lanes> d;
  using V = tenon::HWY_NAMESPACE::vec<isa.lanes>;

  V acc[rows * columns], w[columns];
  TENON_UNROLL
  for (int i = 0; i < rows * columns; ++i) acc[i] = hn::Zero(d);
  TENON_UNROLL
  for (int c = 0; c < columns; ++c) w[c] = hn::LoadU(d, weights + c * isa.lanes);
  for (int round = 0; round < rounds; ++round) {
    // Another address each round, so that no product can be taken out of the loop.
    const float* x = inputs + (round & 1) * rows;
    TENON_UNROLL
    for (int r = 0; r < rows; ++r) {
      const V value = hn::Set(d, x[r]);
      TENON_UNROLL
      for (int c = 0; c < columns; ++c) acc[r * columns + c] = hn::MulAdd(value, w[c], acc[r * columns + c]);
    }
  }
  TENON_UNROLL
  for (int i = 0; i < rows * columns; ++i) hn::StoreU(acc[i], d, sums + i * isa.lanes);
  return 2.0 * rounds * rows * columns * isa.lanes;
}

/// Two loads start per cycle; 8 sums are enough for additions that take 4 cycles. `count` is a multiple of 8
/// vectors.
float load(const float* HWY_RESTRICT values, std::size_t count) {
  const tenon::HWY_NAMESPACE::tag<isa.lanes> d;
  constexpr int sums = 8;
  tenon::HWY_NAMESPACE::vec<isa.lanes> sum[sums];
  TENON_UNROLL
  for (int i = 0; i < sums; ++i) sum[i] = hn::Zero(d);
  for (std::size_t at = 0; at < count; at += sums * isa.lanes) {
    TENON_UNROLL
    for (int i = 0; i < sums; ++i) sum[i] = hn::Add(sum[i], hn::LoadU(d, values + at + i * isa.lanes));
  }
  TENON_UNROLL
  for (int i = 1; i < sums; ++i) sum[0] = hn::Add(sum[0], sum[i]);
  return hn::GetLane(sum[0]);
}

}  // namespace bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace bench {

HWY_EXPORT(multiply_adds);
HWY_EXPORT(load);

double multiply_adds() {
  constexpr std::size_t lanes = 64;  // no vector has more
  static const float inputs[10] = {0.25f, 0.5f, 0.75f, 1.0f, 0.5f, 0.25f, 1.0f, 0.75f, 0.5f, 0.25f};
  static const std::vector<float> weights(4 * lanes, 0.5f);
  static std::vector<float> sums(20 * lanes);
  return HWY_DYNAMIC_DISPATCH(multiply_adds)(inputs, weights.data(), sums.data());
}

float load(std::span<const float> values) { return HWY_DYNAMIC_DISPATCH(load)(values.data(), values.size()); }

std::vector<contestant> peaks() {
  std::vector<contestant> all;
  all.push_back({.name = "peak/fma", .block = runs_of([] { multiply_adds(); }), .flops = multiply_adds()});
  const auto add = [&](const std::string& name, std::size_t bytes) {
    bytes = bytes / 4096 * 4096;
    const auto values = std::make_shared<const std::vector<float>>(bytes / sizeof(float), 1.0f);
    // Small caches are read often enough for the clock not to matter.
    const std::size_t times = 1 + (1u << 20) / bytes;
    all.push_back({.name = "peak/load " + name,
                   .block = runs_of([=] {
                     for (std::size_t i = 0; i < times; ++i) benchmark::DoNotOptimize(load(*values));
                   }),
                   .bytes = static_cast<double>(times * bytes)});
  };
  add("L1", cache_bytes(1) / 2);
  add("L2", cache_bytes(2) / 2);
  add("L3", cache_bytes(3) / 2);
  add("memory", 8 * cache_bytes(3));
  return all;
}

}  // namespace bench

#endif