#include "sampler.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace bench {
namespace {

using clock = std::chrono::steady_clock;
double between(clock::time_point from, clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

void take_turns(std::span<contestant> all, double seconds) {
  constexpr double block = 2e-3;
  constexpr int untimed = 2;
  const bool terminal = isatty(STDERR_FILENO) == 1;
  const int rounds = std::max(1, static_cast<int>(std::ceil(seconds / block)));
  for (int round = 0; round < rounds; ++round) {
    for (contestant& c : all) {
      for (int i = 0; i < untimed; ++i) c.run();
      const auto block_start = clock::now();
      clock::time_point end;
      do {
        const auto start = clock::now();
        c.run();
        end = clock::now();
        c.seconds.push_back(between(start, end));
      } while (between(block_start, end) < block);
    }
    if (terminal && round % 16 == 0) std::fprintf(stderr, "\rtiming: %3d %%", 100 * round / rounds);
  }
  if (terminal) std::fprintf(stderr, "\r%13s\r", "");
}

timing summarize(std::vector<double> seconds) {
  std::ranges::sort(seconds);
  const std::size_t n = seconds.size();
  return {n, seconds[n / 2], seconds[n * 99 / 100], seconds[0]};
}

double clock_reading() {
  std::vector<double> seconds(1001);
  for (double& s : seconds) {
    const auto start = clock::now();
    s = between(start, clock::now());
  }
  return summarize(seconds).median;
}

}  // namespace bench
