// Times single runs of several programs in turns.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace bench {

struct contestant {
  std::string name;
  std::function<void()> run;
  std::vector<double> seconds{};  // of each timed run, one reading of the clock included
};

/// Lets all contestants run in turns, blocks of 2 ms each, until each had `seconds`; so noise and changes of
/// the clock frequency fall on all alike. Every run is timed by itself, except the first two of a block,
/// which find the caches as another contestant left them. A terminal on stderr shows the progress.
void take_turns(std::span<contestant> all, double seconds);

struct timing {
  std::size_t runs;
  double median, p99, least;  // seconds
};
/// Nearest rank. There is at least one run.
timing summarize(std::vector<double> seconds);

/// Seconds that one reading of the clock takes, the median of many.
double clock_reading();

}  // namespace bench
