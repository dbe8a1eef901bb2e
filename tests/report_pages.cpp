// Writes pages about some networks into the folder that it is given, for report_test.py, and beside each a
// file of what must stand in it.
#include <tenon/report.hpp>

#include <cmath>
#include <fstream>
#include <iostream>

#include "lenet5.hpp"
#include "profiled.hpp"
#include "report_nets.hpp"
#include "zoo/seeded.hpp"

namespace {

template <tenon::Model M>
void write(const std::string& folder, const std::string& name, tenon::report_options options, bool with_input,
           const tenon::weights<M>& weights = zoo::seeded_weights<M>()) {
  std::vector<float> x;
  for (const tenon::shape& s : M::input_shapes)
    for (tenon::index i = 0; i < s.count(); ++i)
      x.push_back(0.5f + 0.5f * std::sin(static_cast<float>(i % 977) * 0.05f) *
                             std::cos(static_cast<float>(i) * 1e-3f));
  if (with_input) options.input = x;
  options.runs = 3;
  tenon::report<M>(weights, folder + '/' + name + ".html", options);
  std::ofstream facts(folder + '/' + name + ".txt");
  int buffers = 0, edges = 0;
  for (const tenon::buffer& b : view_of(tenon::kept_plan<M::schedule>).buffers)
    buffers += b.where == tenon::place::arena && b.last_step >= b.first_step;
  for (const tenon::node& n : M::network.nodes) edges += (n.inputs[0] >= 0) + (n.inputs[1] >= 0);
  facts << M::network.view().nodes.size() << ' ' << edges << ' ' << M::schedule.step_count << ' ' << buffers
        << ' ' << (tenon::detail::runner::of(tenon::executable<M>(weights)).compiled.run_step != nullptr)
        << ' ' << with_input << '\n';
}

}  // namespace

int main(int, char** argv) {
  const std::string folder = argv[1];
  write<LeNet5>(folder, "without_steps", {}, true);
  write<Profiled>(folder, "chain", {.title = "A chain"}, true);
  write<pages::Awkward>(folder, "awkward", {.title = "</title><b>&\"'", .labels = {"<i>one</i>"}}, true);
  auto weights = zoo::seeded_weights<pages::Known>();
  weights["0.weight"][0] = 1, weights["0.weight"][1] = -1;
  write<pages::Known>(folder, "known", {}, true, weights);
  write<pages::Gated>(folder, "gated", {}, true);
  write<pages::ResNet18>(folder, "resnet18", {}, true);
  write<pages::TCN>(folder, "tcn", {}, true);
  write<pages::VoxNet>(folder, "voxnet", {}, false);
  try {
    const std::vector<float> few(3);
    tenon::report_page(tenon::weights<LeNet5>{}, {.input = few});
    std::cerr << "an input of 3 elements was taken\n";
    return 1;
  } catch (const std::invalid_argument&) {
  }
  try {
    tenon::report(tenon::weights<LeNet5>{}, folder + "/no/such/folder.html");
    std::cerr << "a page was written nowhere\n";
    return 1;
  } catch (const std::runtime_error&) {
  }
  return 0;
}
