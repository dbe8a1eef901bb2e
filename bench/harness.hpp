// Times single runs of several programs that take turns, on Google Benchmark.
#pragma once

#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bench {

/// Who is timed. `block(count, seconds)` makes one or two runs that are not timed, because they find the
/// caches as another contestant left them, then `count` runs, and appends the seconds of each.
struct contestant {
  std::string name;
  std::function<void(long count, std::vector<double>& seconds)> block;
  double flops = 0;  // of one run: 2 for each multiply-accumulate of a direct computation
  double bytes = 0;  // of one run
  std::map<std::string, double> facts{};  // more that is to stand beside the times
  std::vector<double> seconds{};          // of each run, one reading of the clock included
};

/// The block of a program in this process.
std::function<void(long, std::vector<double>&)> runs_of(std::function<void()> run);

/// Takes Google Benchmark's own options (--benchmark_...) out of the arguments. Those that are not given:
/// 30 repetitions of blocks of 2 ms, in random order over all contestants, so that noise and changes of the
/// clock frequency fall on all alike.
void take_options(int& argc, char** argv);

/// Something to be known about all figures, said before the first contest: stands in the context of the JSON
/// file.
void note(const std::string& key, const std::string& value);

/// Contests of a program, one after the other.
class contests {
 public:
  /// `file`: where JSON is written, or empty.
  explicit contests(const std::string& file);
  ~contests();

  /// Lets all run, with the progress on a terminal. Prints a table, and writes for each contestant the median
  /// of its single runs as `real_time`, and least_us, p99_us, max_us, runs, gflops, gbytes.
  void hold(std::vector<contestant> all);

 private:
  class writer;
  std::ofstream file_;
  std::unique_ptr<writer> writer_;
};

/// Nearest rank; `part` of 0.5 is the median. There is at least one.
double rank(std::vector<double> seconds, double part);

}  // namespace bench
