// Where the time of a network goes: every step of its plan, in order, as a multiple of its floor.
#include <tenon/roofline.hpp>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "harness.hpp"
#include "machine.hpp"
#include "network.hpp"
#include "peak.hpp"
#include "program.hpp"

namespace {

using json = nlohmann::ordered_json;
using clock = std::chrono::steady_clock;

/// What this core does at best: the fastest of a few runs of each.
tenon::machine measured() {
  tenon::machine core;
  core.l2_bytes = static_cast<double>(bench::cache_bytes(2));
  core.l3_bytes = static_cast<double>(bench::cache_bytes(3));
  for (bench::contestant& c : bench::peaks()) {
    for (int i = 0; i < 3; ++i) c.block(10, c.seconds);
    const double least = bench::rank(c.seconds, 0) * 1e9;
    if (c.name.ends_with("fma")) core.gflops = c.flops / least;
    if (c.name.ends_with("L2")) core.l2_gbytes = c.bytes / least;
    if (c.name.ends_with("L3")) core.l3_gbytes = c.bytes / least;
    if (c.name.ends_with("memory")) core.memory_gbytes = c.bytes / least;
  }
  return core;
}

/// Seconds of each step in each run, steps in their order within the network.
std::vector<std::vector<double>> time_steps(bench::network& net, std::size_t steps, int runs) {
  std::vector<std::vector<double>> seconds(steps);
  for (int run = -2; run < runs; ++run) {
    auto before = clock::now();
    for (std::size_t s = 0; s < steps; ++s) {
      net.run_step(static_cast<int>(s));
      const auto now = clock::now();
      if (run >= 0) seconds[s].push_back(std::chrono::duration<double>(now - before).count());
      before = now;
    }
  }
  return seconds;
}

std::string map_text(const tenon::buffer& b) {
  std::string text = std::to_string(b.channels);
  if (b.depth > 1) text += 'x' + std::to_string(b.depth);
  if (b.rows > 1) text += 'x' + std::to_string(b.rows);
  return b.columns > 1 ? text + 'x' + std::to_string(b.columns) : text;
}

/// "conv3x3", and what was fused into it.
std::string layers_text(const tenon::step_view& s) {
  std::string text;
  for (int link = 0; link < links_with(s.what); ++link) {
    const tenon::step& step = link_of(s, link).what;
    for (int k = 0; k < step.covered_count; ++k)
      text += (text.empty() ? "" : " | ") +
              std::string(spell(s.graph.nodes[static_cast<std::size_t>(step.covered[k])].attr).view());
  }
  return text.empty() ? "(copy)" : text;
}

json profile(const bench::network_type& type, const tenon::machine& core, int runs) {
  const auto net = type.make(1);
  const auto seconds = time_steps(*net, type.plan.steps.size(), runs);
  std::printf("\n%s\n%4s  %-13s %-14s %-14s %9s %8s %9s %6s  %s\n", type.name.c_str(), "step", "algorithm",
              "in", "out", "us", "GFLOP/s", "floor us", "times", "layers");
  json steps = json::array();
  double total = 0, total_floor = 0;
  for (std::size_t i = 0; i < type.plan.steps.size(); ++i) {
    const tenon::step_view s{type.graph, type.plan, type.plan.steps[i]};
    if (is_later_link(s.what)) continue;  // a chain is one line
    const tenon::effort effort = tenon::effort_of(s);
    const double us = 1e6 * bench::rank(seconds[i], 0.5), floor = tenon::least_microseconds(s, core);
    const double gflops = 2e-3 * effort.macs / us;
    const tenon::step_view last = link_of(s, links_with(s.what) - 1);
    const std::string how(s.what.chain > 1 ? "chain" : spelling(s.what.how));
    std::printf("%4zu  %-13s %-14s %-14s %9.2f %8.1f %9.2f %6.2f  %s\n", i, how.c_str(),
                map_text(s.in()).c_str(), map_text(last.out()).c_str(), us, gflops, floor, us / floor,
                layers_text(s).c_str());
    steps.push_back({{"step", i},
                     {"layers", layers_text(s)},
                     {"algorithm", how},
                     {"us", us},
                     {"floor_us", floor},
                     {"flops", 2 * effort.macs},
                     {"bytes", effort.bytes()}});
    total += us, total_floor += floor;
  }
  std::printf("sum of the medians %.1f us, floor %.1f us, %.2f times\n", total, total_floor,
              total / total_floor);
  return {{"name", type.name}, {"us", total}, {"floor_us", total_floor}, {"steps", steps}};
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> only;
  int runs = 30;
  CLI::App app("Times every step of a network's plan, as a multiple of its floor.", "profile");
  app.add_option("names", only, "networks; all if none is named")->type_name("NAME");
  app.add_option("--runs", runs, "runs of each")->check(CLI::PositiveNumber)->capture_default_str();
  return bench::run_program(app, argc, argv, [&](const std::string& file) {
    const tenon::machine core = measured();
    std::printf("One core: %.1f GFLOP/s; GB/s from L2 %.1f, from L3 %.1f, from memory %.1f\n", core.gflops,
                core.l2_gbytes, core.l3_gbytes, core.memory_gbytes);
    json nets = json::array();
    for (const bench::network_type& type : bench::all_networks())
      if (type.fused && (only.empty() || std::ranges::find(only, type.name) != only.end()))
        nets.push_back(profile(type, core, runs));
    if (file.empty()) return;
    std::ofstream out(file);
    out << json{{"gflops", core.gflops},
                {"l2_gbytes", core.l2_gbytes},
                {"l3_gbytes", core.l3_gbytes},
                {"memory_gbytes", core.memory_gbytes},
                {"networks", nets}}
               .dump(1)
        << "\n";
    if (!out.flush()) throw std::runtime_error("cannot write " + file);
  });
}
