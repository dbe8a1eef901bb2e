// An outer product held in registers, which is the inner loop of a matrix product at its best:
//
//   acc[r][c] += x[r] * w[c]        x[r] a broadcast from the L1 cache, w[c] a register
//
// Two FMAs start per cycle and each takes 4 cycles (5 on some CPUs), so 8 to 10 must be in flight; CPUs with
// four pipes need 16.
//   16 registers: 5 x 2 accumulators + 2 w + 1 x = 13, and 1 for the product where there is no FMA
//   32 registers: 5 x 4 accumulators + 4 w + 1 x = 25, and 1
#include "tenon/peak.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

// As in tenon/instantiate.hpp: no vectors whose length the compiler does not know.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "peak.cpp"
#include <hwy/foreach_target.h>

#include "tenon/kernel/vector-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

double multiply_adds_on(const float* HWY_RESTRICT inputs, const float* HWY_RESTRICT weights,
                        float* HWY_RESTRICT sums) {
  constexpr int rows = 5, columns = isa.registers == 16 ? 2 : 4, rounds = 4096;
  const tag<isa.lanes> d;
  using V = vec<isa.lanes>;

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

/// Two loads start per cycle; 8 sums are enough for additions that take 4 cycles.
float load_on(const float* HWY_RESTRICT values, std::size_t count) {
  const tag<isa.lanes> d;
  constexpr int sums = 8;
  vec<isa.lanes> sum[sums];
  TENON_UNROLL
  for (int i = 0; i < sums; ++i) sum[i] = hn::Zero(d);
  std::size_t at = 0;
  for (; at + sums * isa.lanes <= count; at += sums * isa.lanes) {
    TENON_UNROLL
    for (int i = 0; i < sums; ++i) sum[i] = hn::Add(sum[i], hn::LoadU(d, values + at + i * isa.lanes));
  }
  TENON_UNROLL
  for (int i = 1; i < sums; ++i) sum[0] = hn::Add(sum[0], sum[i]);
  float rest = 0;
  for (; at < count; ++at) rest += values[at];
  return hn::GetLane(sum[0]) + rest;
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace tenon {

HWY_EXPORT(multiply_adds_on);
HWY_EXPORT(load_on);

double multiply_adds() {
  constexpr std::size_t lanes = 64;  // no vector has more
  static const float inputs[10] = {0.25f, 0.5f, 0.75f, 1.0f, 0.5f, 0.25f, 1.0f, 0.75f, 0.5f, 0.25f};
  static const std::vector<float> weights(4 * lanes, 0.5f);
  std::vector<float> sums(20 * lanes);
  return HWY_DYNAMIC_DISPATCH(multiply_adds_on)(inputs, weights.data(), sums.data());
}

cache_lines::cache_lines(std::size_t bytes) : memory_(bytes / 4096 * 1024 + 16, 1.0f) {}

std::span<const float> cache_lines::values() const {
  const auto first = reinterpret_cast<std::uintptr_t>(memory_.data());
  return std::span(memory_).subspan((64 - first % 64) % 64 / sizeof(float), memory_.size() - 16);
}

float load_all(std::span<const float> values) {
  return HWY_DYNAMIC_DISPATCH(load_on)(values.data(), values.size());
}

std::size_t cache_bytes(int level) {
  for (int number = 0; number < 8; ++number) {
    const std::string folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(number) + '/';
    const auto read = [&](const char* name, auto& value) {
      std::ifstream file(folder + name);
      return static_cast<bool>(file >> value);
    };
    int of_level = 0;
    std::string type;
    std::size_t kibibytes = 0;  // the file says "1024K"
    if (read("level", of_level) && of_level == level && read("type", type) && type != "Instruction" &&
        read("size", kibibytes) && kibibytes > 0)
      return kibibytes << 10;
  }
  constexpr std::size_t usual[] = {32u << 10, 1u << 20, 32u << 20};
  return usual[std::clamp(level, 1, 3) - 1];
}

namespace {

using clock = std::chrono::steady_clock;

/// Nanoseconds of the fastest of some runs: at least three, as many as take `milliseconds`.
template <class F>
double least_ns(int milliseconds, F&& run) {
  double least = 1e18;
  const auto enough = clock::now() + std::chrono::milliseconds(milliseconds);
  for (int runs = 0; runs < 3 || clock::now() < enough; ++runs) {
    const auto before = clock::now();
    run();
    least = std::min(least, std::chrono::duration<double, std::nano>(clock::now() - before).count());
  }
  return least;
}

/// Bytes per nanosecond, read again and again from this many.
double bandwidth(std::size_t bytes, int milliseconds) {
  const cache_lines ones(bytes);
  const std::span<const float> values = ones.values();
  [[maybe_unused]] volatile float sum = 0;
  const std::size_t times = 1 + (std::size_t{1} << 19) / bytes;  // long enough for the clock not to matter
  const double ns = least_ns(milliseconds, [&] {
    for (std::size_t i = 0; i < times; ++i) sum = load_all(values);
  });
  return static_cast<double>(times * values.size_bytes()) / ns;
}

}  // namespace

machine measure_machine() {
  machine core;
  double flops = 0;
  const double ns = least_ns(20, [&] { flops = multiply_adds(); });
  core.gflops = flops / ns;
  const std::size_t l2 = cache_bytes(2), last = std::max(cache_bytes(3), l2);
  core.l2_bytes = static_cast<double>(l2);
  core.l3_bytes = static_cast<double>(last);
  core.l2_gbytes = bandwidth(l2 / 2, 20);
  core.l3_gbytes = bandwidth(last / 2, 50);
  core.memory_gbytes = bandwidth(std::min<std::size_t>(8 * last, 256u << 20), 80);
  return core;
}

}  // namespace tenon

#endif
