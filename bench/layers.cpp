// Single layers of real networks: hot, and with weights that no cache holds, beside oneDNN.
#include <tenon/peak.hpp>

#include <algorithm>
#include <cmath>

#include "harness.hpp"
#include "layer_entry.hpp"
#include "machine.hpp"
#include "onednn.hpp"
#include "peak.hpp"
#include "program.hpp"

namespace bench {

namespace {

/// Runs of one copy of the weights after the other, so that those of a run were used last long ago.
std::function<void()> in_turns(int copies, std::function<void(int)> run) {
  return [copies, run = std::move(run), next = 0]() mutable {
    run(next);
    next = next + 1 < copies ? next + 1 : 0;
  };
}

/// What rounding may do to sums of at most a few thousand products; Winograd's are larger than the sum.
void compare(const layer_type& type, const std::vector<float>& ours, const std::vector<float>& theirs) {
  double apart = 0, largest = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    apart = std::max(apart, std::abs(static_cast<double>(ours[i]) - theirs.at(i)));
    largest = std::max(largest, std::abs(static_cast<double>(ours[i])));
  }
  if (ours.size() != theirs.size() || !(apart <= 3e-5 * largest))
    throw std::runtime_error(type.shape + ", " + type.algorithm + ": output differs from oneDNN's by " +
                             std::to_string(apart / largest) + " of the largest");
}

void add(std::vector<contestant>& all, const layer_type& type, bool with_peers) {
  const tenon::node& n = type.step.layer();
  const double weight_bytes = static_cast<double>(n.tensor_count) * sizeof(float);
  const double maps = tenon::map_bytes(type.step.in()) + tenon::map_bytes(type.step.out());
  const double flops = 2 * static_cast<double>(type.step.what.macs);
  // Twice the largest cache. Fewer weights than 32 KiB are there before anybody could tell.
  const int copies =
      weight_bytes < 32 * 1024
          ? 1
          : 2 + static_cast<int>(2 * static_cast<double>(tenon::cache_bytes(3)) / weight_bytes);
  const auto enter = [&](const std::string& who, bool chosen, const std::function<void(int)>& run) {
    const std::map<std::string, double> facts{
        {"map_bytes", maps}, {"weight_bytes", weight_bytes}, {"chosen", chosen ? 1 : 0}};
    all.push_back(
        {type.shape + "/" + who + "/hot", runs_of([run] { run(0); }), flops, weight_bytes + maps, facts});
    if (copies == 1) return;
    all.push_back({type.shape + "/" + who + "/cold", runs_of(in_turns(copies, run)), flops,
                   weight_bytes + maps, facts});
  };

  const std::shared_ptr<layer> ours = type.make();
  ours->run(0);
  for (const bool winograd : {false, true}) {
    const tenon::shape& in = type.step.in_shape();
    const std::shared_ptr<onednn_layer> theirs = make_onednn_layer(n, in, winograd);
    if (!theirs || (winograd && n.attr.kind != tenon::op::conv)) continue;
    theirs->fill(ours->input(), ours->weights(), ours->bias(), with_peers ? copies : 1);
    theirs->run(0);
    compare(type, ours->output(), theirs->output());
    if (with_peers)
      enter(winograd ? "onednn winograd" : "onednn", false, [theirs](int copy) { theirs->run(copy); });
  }
  ours->copy_weights(copies);
  enter(type.algorithm, type.chosen, [ours](int copy) { ours->run(copy); });
}

/// One shape after the other, because copies of all weights together would fill the memory of a small
/// machine.
void run(const std::string& only, const std::string& file) {
  note("onednn", onednn_version());
  contests all(file);
  all.hold(peaks());
  const std::vector<layer_type>& types = layer_types();
  for (std::size_t i = 0; i < types.size();) {
    std::vector<contestant> of_shape;
    const std::string& shape = types[i].shape;
    for (bool first = true; i < types.size() && types[i].shape == shape; ++i, first = false)
      if (shape.find(only) != std::string::npos) add(of_shape, types[i], first);
    if (!of_shape.empty()) all.hold(std::move(of_shape));
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  std::string only;
  CLI::App app("Times single layers of real networks.", "layers");
  app.add_option("text", only, "only layers with this in their name, such as \"3x3\"");
  return bench::run_timing_program(app, argc, argv, [&](const std::string& file) { bench::run(only, file); });
}
