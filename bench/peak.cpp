#include "peak.hpp"

#include <benchmark/benchmark.h>
#include <tenon/peak.hpp>

#include <memory>
#include <vector>

#include "machine.hpp"

namespace bench {

std::vector<contestant> peaks() {
  std::vector<contestant> all;
  all.push_back({.name = "peak/fma",
                 .block = runs_of([] { tenon::multiply_adds(); }),
                 .flops = tenon::multiply_adds()});
  const auto add = [&](const std::string& name, std::size_t bytes) {
    bytes = bytes / 4096 * 4096;
    const auto values = std::make_shared<const std::vector<float>>(bytes / sizeof(float), 1.0f);
    // Small caches are read often enough for the clock not to matter.
    const std::size_t times = 1 + (1u << 20) / bytes;
    all.push_back({.name = "peak/load " + name,
                   .block = runs_of([=] {
                     for (std::size_t i = 0; i < times; ++i)
                       benchmark::DoNotOptimize(tenon::load_all(*values));
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

}  // namespace bench
