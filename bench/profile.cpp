// Where the time of a network goes: every step of its plan, in order, as a multiple of its floor.
#include <tenon/peak.hpp>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "figures.hpp"
#include "network.hpp"
#include "program.hpp"

namespace {

using json = nlohmann::ordered_json;
json profile(const bench::network_type& type, const tenon::machine& core, int runs) {
  const tenon::network_profile times = type.make(1)->profile({.runs = runs, .core = core});
  std::cout << '\n' << type.name << '\n' << times << std::flush;
  json steps = json::array();
  for (const tenon::step_profile& s : times.steps)
    steps.push_back({{"step", s.first},
                     {"layers", s.layers},
                     {"algorithm", s.algorithm},
                     {"us", s.microseconds},
                     {"floor_us", s.floor_microseconds},
                     {"flops", s.flops()},
                     {"bytes", s.done.bytes()}});
  return {{"name", type.name},
          {"us", times.sum()},
          {"whole_us", times.microseconds},
          {"floor_us", times.floor_sum()},
          {"steps", steps}};
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> only;
  int runs = 30;
  CLI::App app("Times every step of a network's plan, as a multiple of its floor.", "profile");
  app.add_option("names", only, "networks; all if none is named")->type_name("NAME");
  app.add_option("--runs", runs, "runs of each")->check(CLI::PositiveNumber)->capture_default_str();
  return bench::run_program(app, argc, argv, [&](const std::string& file) {
    const tenon::machine core = tenon::measure_machine();
    json nets = json::array();
    for (const bench::network_type& type : bench::all_networks())
      if (type.fused && (only.empty() || std::ranges::find(only, type.name) != only.end()))
        nets.push_back(profile(type, core, runs));
    bench::write_figures(file, {{"gflops", core.gflops},
                                {"l2_gbytes", core.l2_gbytes},
                                {"l3_gbytes", core.l3_gbytes},
                                {"memory_gbytes", core.memory_gbytes},
                                {"networks", nets}});
  });
}
