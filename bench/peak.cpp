#include "peak.hpp"

#include <benchmark/benchmark.h>
#include <tenon/peak.hpp>

#include <atomic>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "machine.hpp"

namespace bench {
namespace {

/// Yields at times: on a busy machine both threads may have to share a core.
void wait_for(const std::atomic<int>& value, int wanted) {
  for (int spins = 1; value != wanted; ++spins)
    if (spins % 1024 == 0) std::this_thread::yield();
}

void go_and_return(int count) {
  alignas(64) std::atomic<int> there = 0;
  alignas(64) std::atomic<int> back = 0;
  const std::jthread other([&] {
    for (int i = 1; i <= count; back = i++) wait_for(there, i);
  });
  for (int i = 1; i <= count; ++i) {
    there = i;
    wait_for(back, i);
  }
}

}  // namespace

std::vector<contestant> peaks() {
  std::vector<contestant> all;
  all.push_back({.name = "peak/fma",
                 .block = runs_of([] { tenon::multiply_adds(); }),
                 .flops = tenon::multiply_adds()});
  const auto add = [&](const std::string& name, std::size_t bytes) {
    const auto ones = std::make_shared<const tenon::cache_lines>(bytes);
    const std::span<const float> values = ones->values();
    bytes = values.size_bytes();
    // Small caches are read often enough for the clock not to matter.
    const std::size_t times = 1 + (1u << 20) / bytes;
    all.push_back({.name = "peak/load " + name,
                   .block = runs_of([ones, values, times] {
                     for (std::size_t i = 0; i < times; ++i)
                       benchmark::DoNotOptimize(tenon::load_all(values));
                   }),
                   .bytes = static_cast<double>(times * bytes)});
  };
  using tenon::cache_bytes;
  add("L1", cache_bytes(1) / 2);
  add("L2", cache_bytes(2) / 2);
  add("L3", cache_bytes(3) / 2);
  add("memory", 8 * cache_bytes(3));
  return all;
}

contestant round_trips() {
  return {.name = "peak/300000 round trips", .block = runs_of([] { go_and_return(300'000); })};
}

}  // namespace bench
