// Times steps of a network by the clock of the system.
#include "tenon/profile.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "run_memory.hpp"
#include "table.hpp"

namespace tenon {
namespace {

using clock = std::chrono::steady_clock;

double microseconds(clock::duration d) { return std::chrono::duration<double, std::micro>(d).count(); }

/// Of at least one.
double median(std::vector<double> times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

/// What two readings of the clock, one behind the other, differ by.
double cost_of_clock() {
  std::vector<double> times(1001);
  for (double& time : times) {
    const auto before = clock::now();
    time = microseconds(clock::now() - before);
  }
  return median(times);
}

}  // namespace

namespace detail {

network_profile profile(const runner& net, const float* const* in, std::span<const shape> outputs,
                        const profile_options& options) {
  require_steps(net);
  network_profile result;
  result.target = net.compiled.target;
  result.core = options.core ? *options.core : measure_machine();
  for (std::size_t i = 0; i < net.schedule.steps.size(); ++i) {
    const step_view s{net.network, net.schedule, net.schedule.steps[i]};
    if (is_later_link(s.what)) continue;
    step_profile p;
    p.first = static_cast<int>(i), p.count = links_with(s.what);
    for (int link = 0; link < p.count; ++link)
      p.layers += (link > 0 ? " | " : "") + computed_by(link_of(s, link));
    p.algorithm = p.count > 1 ? "chain" : algorithm_text(s);
    p.in = map_text(s.in()), p.out = map_text(link_of(s, p.count - 1).out());
    p.done = effort_of(s);
    p.floor_microseconds = tenon::least_microseconds(s, result.core);
    result.steps.push_back(p);
  }

  run_memory memory(net.schedule, outputs);
  const double clock_takes = cost_of_clock();
  std::vector<double> whole;
  std::vector<std::vector<double>> times(result.steps.size());
  const auto timed = [&](std::vector<double>& into, bool keep, auto&& run) {
    const auto before = clock::now();
    run();
    const double time = microseconds(clock::now() - before) - clock_takes;
    if (keep) into.push_back(std::max(time, 0.0));
  };
  const auto enough = clock::now() + std::chrono::milliseconds(300);
  const auto goes_on = [&](int run) {
    return options.runs > 0 ? run < options.runs : run < 10 || (run < 10'000 && clock::now() < enough);
  };
  for (int run = -2; goes_on(run); ++run) {  // the first two warm up
    timed(whole, run >= 0, [&] { net.compiled.run(net.packed, in, memory.out(), memory.arena()); });
    for (std::size_t i = 0; i < times.size(); ++i)
      timed(times[i], run >= 0, [&] {
        net.compiled.run_step(result.steps[i].first, net.packed, in, memory.out(), memory.arena());
      });
  }
  result.runs = static_cast<int>(whole.size());
  result.microseconds = median(whole);
  for (std::size_t i = 0; i < times.size(); ++i) {
    step_profile& p = result.steps[i];
    p.microseconds = median(times[i]);
    p.least_microseconds = *std::min_element(times[i].begin(), times[i].end());
    if (p.microseconds > 0) p.gflops = p.flops() / p.microseconds / 1e3;
    p.percent_of_peak = 100 * p.gflops / result.core.gflops;
  }
  return result;
}

}  // namespace detail

double network_profile::sum() const {
  double total = 0;
  for (const step_profile& s : steps) total += s.microseconds;
  return total;
}

double network_profile::floor_sum() const {
  double total = 0;
  for (const step_profile& s : steps) total += s.floor_microseconds;
  return total;
}

std::ostream& operator<<(std::ostream& out, const network_profile& times) {
  using detail::fixed;
  detail::table<11> t({"Step", "Computes", "Algorithm", "<In", "<Out", "<us", "<% of time", "<GFLOP/s",
                       "<% of peak", "<Floor us", "<Times floor"});
  const double sum = times.sum();
  for (const step_profile& s : times.steps) {
    const bool counts = s.done.macs > 0;
    t.add({std::to_string(s.first) + (s.count > 1 ? "-" + std::to_string(s.first + s.count - 1) : ""),
           s.layers, s.algorithm, s.in, s.out, fixed(s.microseconds),
           fixed(sum > 0 ? 100 * s.microseconds / sum : 0), counts ? fixed(s.gflops) : "-",
           counts ? fixed(s.percent_of_peak) : "-", fixed(s.floor_microseconds), fixed(s.times_floor())});
  }
  t.print(out);
  double flops = 0;
  for (const step_profile& s : times.steps) flops += s.flops();
  const double gflops = times.microseconds > 0 ? flops / times.microseconds / 1e3 : 0;
  const machine& core = times.core;
  return out << "A run: " << fixed(times.microseconds) << " us (" << fixed(gflops) << " GFLOP/s, "
             << fixed(100 * gflops / core.gflops) << " % of peak); its steps: " << fixed(sum)
             << " us, their floors " << fixed(times.floor_sum()) << " us; medians of " << times.runs
             << " runs on " << times.target << '\n'
             << "One core: " << fixed(core.gflops) << " GFLOP/s; GB/s from L2 " << fixed(core.l2_gbytes)
             << ", from the last-level cache " << fixed(core.l3_gbytes) << ", from memory "
             << fixed(core.memory_gbytes) << '\n';
}

}  // namespace tenon
