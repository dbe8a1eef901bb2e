#include "harness.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "machine.hpp"

namespace bench {
namespace {

using clock = std::chrono::steady_clock;

double seconds_of(const std::function<void()>& run) {
  const auto start = clock::now();
  run();
  return std::chrono::duration<double>(clock::now() - start).count();
}

/// A reading of the clock, the median of many.
double clock_reading() {
  std::vector<double> seconds(1001);
  for (double& s : seconds) s = seconds_of([] {});
  return rank(seconds, 0.5);
}

std::map<std::string, contestant*> contestants;
std::size_t blocks_done = 0, blocks_planned = 0, repetitions = 30;

void show_progress() {
  static const bool terminal = isatty(STDERR_FILENO) == 1;
  ++blocks_done;
  if (terminal && blocks_planned > 0)
    std::fprintf(stderr, "\rtiming: %3zu %%", std::min<std::size_t>(99, 100 * blocks_done / blocks_planned));
}

void time_block(benchmark::State& state, contestant& c) {
  while (state.KeepRunningBatch(state.max_iterations)) {
    const std::size_t before = c.seconds.size();
    c.block(static_cast<long>(state.max_iterations), c.seconds);
    state.SetIterationTime(
        std::accumulate(c.seconds.begin() + static_cast<std::ptrdiff_t>(before), c.seconds.end(), 0.0));
  }
  show_progress();
}

void print_table(const std::vector<contestant>& all) {
  std::size_t width = 0;
  for (const contestant& c : all) width = std::max(width, c.name.size());
  std::printf("%-*s %11s %11s %11s %11s %8s %9s %8s\n", static_cast<int>(width), "", "median us", "p99 us",
              "max us", "least us", "runs", "GFLOP/s", "GB/s");
  for (const contestant& c : all) {
    if (c.seconds.empty()) continue;  // left out by --benchmark_filter
    const double median = rank(c.seconds, 0.5);
    std::printf("%-*s %11.2f %11.2f %11.2f %11.2f %8zu", static_cast<int>(width), c.name.c_str(),
                1e6 * median, 1e6 * rank(c.seconds, 0.99), 1e6 * rank(c.seconds, 1), 1e6 * rank(c.seconds, 0),
                c.seconds.size());
    if (c.flops > 0)
      std::printf(" %9.1f", c.flops / median / 1e9);
    else
      std::printf(" %9s", "");
    if (c.bytes > 0) std::printf(" %8.1f", c.bytes / median / 1e9);
    std::printf("\n");
  }
}

}  // namespace

std::function<void(long, std::vector<double>&)> runs_of(std::function<void()> run) {
  return [run = std::move(run)](long count, std::vector<double>& seconds) {
    if (seconds_of(run) < 1e-3) run();
    for (long i = 0; i < count; ++i) seconds.push_back(seconds_of(run));
  };
}

void take_options(int& argc, char** argv) {
  // The JSON names the program, which lies elsewhere on each machine.
  const std::string program = std::filesystem::path(argv[0]).filename().string();
  static std::vector<std::string> given{program, "--benchmark_enable_random_interleaving=true",
                                        "--benchmark_repetitions=30", "--benchmark_min_time=0.002"};
  std::vector<char*> own;
  for (int i = 1; i < argc; ++i)
    if (std::string(argv[i]).starts_with("--benchmark_"))
      given.push_back(argv[i]);
    else
      own.push_back(argv[i]);
  std::copy(own.begin(), own.end(), argv + 1);
  argc = 1 + static_cast<int>(own.size());

  for (const std::string& option : given)
    if (const std::string key{"--benchmark_repetitions="}; option.starts_with(key))
      repetitions = std::stoul(option.substr(key.size()));
  std::vector<char*> theirs;
  for (std::string& option : given) theirs.push_back(option.data());
  int count = static_cast<int>(theirs.size());
  benchmark::Initialize(&count, theirs.data());
  if (benchmark::ReportUnrecognizedArguments(count, theirs.data())) std::exit(1);
}

void note(const std::string& key, const std::string& value) { benchmark::AddCustomContext(key, value); }

/// Writes one entry for each contestant, made of all its single runs, instead of one for each repetition.
class contests::writer : public benchmark::JSONReporter {
 public:
  explicit writer(std::ostream& out) { SetOutputStream(&out); }

  /// The file has one context, one list and one end, however many contests there are.
  bool ReportContext(const Context& context) override {
    return std::exchange(begun_, true) || JSONReporter::ReportContext(context);
  }
  void Finalize() override {}
  void end() {
    if (begun_) JSONReporter::Finalize();
  }

  void ReportRuns(const std::vector<Run>& repetitions) override {
    if (repetitions.empty() || repetitions.front().run_type != Run::RT_Iteration) return;
    Run all = repetitions.front();
    const contestant& c = *contestants.at(all.run_name.function_name);
    const double median = rank(c.seconds, 0.5);
    all.run_name = {};
    all.run_name.function_name = c.name;
    all.repetitions = 1;
    all.iterations = 1;
    all.real_accumulated_time = all.cpu_accumulated_time = median;
    all.counters.clear();
    const auto count = [&](const std::string& name, double value) { all.counters[name] = value; };
    count("least_us", 1e6 * rank(c.seconds, 0));
    count("p99_us", 1e6 * rank(c.seconds, 0.99));
    count("max_us", 1e6 * rank(c.seconds, 1));
    count("runs", static_cast<double>(c.seconds.size()));
    if (c.flops > 0) count("gflops", c.flops / median / 1e9);
    if (c.bytes > 0) count("gbytes", c.bytes / median / 1e9);
    for (const auto& [name, value] : c.facts) count(name, value);
    JSONReporter::ReportRuns({all});
  }

 private:
  bool begun_ = false;
};

contests::contests(const std::string& file) {
  for (const auto& [name, value] : context()) note(name, value);
  note("clock_reading_ns", std::to_string(std::lround(1e9 * clock_reading())));
  if (!file.empty()) file_.open(file);
  if (!file_.good()) throw std::runtime_error("cannot write " + file);
  writer_ = std::make_unique<writer>(file_);
}

contests::~contests() { writer_->end(); }

void contests::hold(std::vector<contestant> all) {
  contestants.clear();
  blocks_done = 0;
  blocks_planned = repetitions * all.size();
  for (contestant& c : all) {
    contestants[c.name] = &c;
    benchmark::RegisterBenchmark(c.name.c_str(), [&c](benchmark::State& state) { time_block(state, c); })
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  }
  benchmark::RunSpecifiedBenchmarks(writer_.get());
  benchmark::ClearRegisteredBenchmarks();
  if (isatty(STDERR_FILENO) == 1) std::fprintf(stderr, "\r%13s\r", "");
  print_table(all);
  std::fflush(stdout);
}

double rank(std::vector<double> seconds, double part) {
  const auto at =
      std::min(seconds.size() - 1, static_cast<std::size_t>(part * static_cast<double>(seconds.size())));
  std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(at), seconds.end());
  return seconds[at];
}

}  // namespace bench
