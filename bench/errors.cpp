// How far layers and networks are from the exact result: their outputs beside those of the reference in
// double.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <tenon/reference.hpp>
#include <zoo/lenet5.hpp>
#include <zoo/wavenet.hpp>

#define TENON_MODEL tenon::fast<zoo::lenet::LeNet5>, tenon::fast<zoo::wavenet::WaveNet>
#include <tenon/instantiate.hpp>

#include "../tests/zoo/seeded.hpp"
#include "figures.hpp"
#include "layer_entry.hpp"
#include "network.hpp"
#include "program.hpp"

namespace {

using json = nlohmann::ordered_json;

/// Relative to the largest exact output.
struct error {
  double most = 0, mean = 0;
};

error error_of(std::span<const float> computed, std::span<const double> exact) {
  if (computed.size() != exact.size()) throw std::runtime_error("outputs of another length");
  double most = 0, sum = 0, largest = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double apart = std::abs(static_cast<double>(computed[i]) - exact[i]);
    most = std::isnan(apart) ? INFINITY : std::max(most, apart);
    sum += apart;
    largest = std::max(largest, std::abs(exact[i]));
  }
  return {most / largest, sum / static_cast<double>(exact.size()) / largest};
}

json entry(const std::string& name, const std::string& how, error e) {
  std::printf("%-32s %-14s %9.2g %9.2g\n", name.c_str(), how.c_str(), e.most, e.mean);
  return {{"name", name}, {"how", how}, {"most", e.most}, {"mean", e.mean}};
}

/// Each shape once, with all its algorithms.
json layers() {
  json all = json::array();
  std::vector<float> input;
  std::vector<double> exact;
  std::string shape;
  for (const bench::layer_type& type : bench::layer_types()) {
    const auto layer = type.make();
    layer->run(0);
    if (type.shape != shape || layer->input() != input) {
      shape = type.shape, input = layer->input();
      std::vector<float> tensors = layer->weights();
      std::ranges::copy(layer->bias(), std::back_inserter(tensors));
      const tenon::detail::feature_map<double> x{type.step.in_shape(), {input.begin(), input.end()}};
      exact = tenon::detail::apply(tenon::detail::layer_inputs<double>{type.step.layer(), tensors, x, {}})
                  .elements;
    }
    all.push_back(entry(type.shape, type.chosen ? type.algorithm + " *" : type.algorithm,
                        error_of(layer->output(), exact)));
  }
  return all;
}

template <class M>
json fast(const std::string& name) {
  const auto weights = zoo::seeded_weights<M>();
  tenon::executable<M> net(weights);
  const auto x = std::make_unique<typename M::input>();
  const tenon::shape& shape = M::input_shape;
  zoo::fill_seeded(x->elements, "input",
                   std::vector<std::int64_t>(shape.extents, shape.extents + shape.rank));
  const auto y = std::make_unique<typename M::output>(net(*x));
  return entry(
      name, "fast",
      error_of(y->elements, tenon::reference<double>(M::network.view(), weights.values(), x->elements)));
}

json networks(tenon::index most_macs) {
  json all = json::array();
  for (const bench::network_type& type : bench::all_networks()) {
    if (type.macs > most_macs) continue;
    const auto net = type.make(1);
    net->run();
    const auto exact = tenon::reference<double>(type.graph, net->weights(), net->input());
    all.push_back(entry(type.name, type.fused ? "standard" : "unfused", error_of(net->output(), exact)));
  }
  all.push_back(fast<tenon::fast<zoo::lenet::LeNet5>>("lenet5"));
  all.push_back(fast<tenon::fast<zoo::wavenet::WaveNet>>("wavenet"));
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  tenon::index most = 10'000;  // all
  CLI::App app("Errors of layers and networks beside double, as parts of the largest output.", "errors");
  app.add_option("--most", most, "networks of at most so many million multiply-accumulates")
      ->capture_default_str();
  return bench::run_program(app, argc, argv, [&](const std::string& file) {
    std::printf("%-32s %-14s %9s %9s\n", "* chosen by the library", "", "largest", "mean");
    bench::write_figures(file, {{"layers", layers()}, {"networks", networks(most * 1'000'000)}});
  });
}
