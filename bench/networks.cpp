// Whole networks, one image at a time, beside their peers.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <set>
#include <thread>

#include "harness.hpp"
#include "libtorch.hpp"
#include "machine.hpp"
#include "network.hpp"
#include "onednn.hpp"
#include "onnxruntime.hpp"
#include "peak.hpp"
#include "program.hpp"

namespace {

using bench::contestant;

struct options {
  std::vector<std::string> only;
  std::string onnx_folder;
  std::string script = BENCH_FOLDER "/onnxruntime.js";
  int threads = 1;
  bool list = false;

  bool wants(const std::string& name) const {
    return only.empty() || std::ranges::find(only, name) != only.end();
  }
};

double seconds_of(const std::function<void()>& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The largest difference, as a part of the largest magnitude; infinite for outputs of other lengths.
double difference(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return INFINITY;
  double apart = 0, largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double distance = std::abs(static_cast<double>(a[i]) - b[i]);
    apart = std::isnan(distance) ? INFINITY : std::max(apart, distance);
    largest = std::max(largest, std::abs(static_cast<double>(a[i])));
  }
  return apart / largest;
}

/// What computes the same differs by rounding: of deep networks both sides are some 1e-5 from the exact
/// result.
double agreement(const std::string& name, const std::string& who, std::span<const float> a,
                 std::span<const float> b) {
  const double apart = difference(a, b);
  if (!(apart <= 1e-4))
    throw std::runtime_error(name + ": outputs differ from those of " + who + " by " + std::to_string(apart) +
                             " of the largest");
  return apart;
}

class field {
 public:
  explicit field(const options& chosen) : chosen_(chosen) {
    bench::note("onednn", bench::onednn_version());
    bench::note("libtorch", bench::libtorch_version());
    if (!chosen.onnx_folder.empty()) start_onnxruntime();
    for (const bench::network_type& type : bench::all_networks())
      if (chosen.wants(type.name)) add(type);
    if (chosen.threads == 1)
      std::ranges::move(bench::peaks(), std::back_inserter(all_));
    else
      all_.push_back(bench::round_trips());
  }

  void compete(const std::string& file) {
    if (chosen_.threads > 1)
      for (contestant& c : all_) c.block = after_a_rest(std::move(c.block));
    bench::contests(file).hold(std::move(all_));
  }

 private:
  /// Until the threads of all contestants sleep: after their last run they spin, for 30 ms and more.
  decltype(contestant::block) after_a_rest(decltype(contestant::block) block) {
    return [this, block = std::move(block)](long count, std::vector<double>& seconds) {
      for (double before = -1; processor_seconds() - before > 5e-4;) {
        before = processor_seconds();
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
      block(count, seconds);
    };
  }

  /// What all threads of this process and of ONNX Runtime's have computed.
  double processor_seconds() const {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC + (peer_ ? peer_->processor_seconds() : 0);
  }

  void start_onnxruntime() {
    peer_ = std::make_unique<bench::onnxruntime>(chosen_.script, chosen_.onnx_folder, chosen_.threads);
    bench::note("onnxruntime", peer_->version());
    double first;
    const float zero[1] = {};
    peer_->load("empty", zero, first);
    time_onnxruntime("empty", 0, {});
  }

  void time_onnxruntime(const std::string& name, double flops, std::map<std::string, double> facts) {
    all_.push_back(
        {name + "/onnxruntime",
         [this, name](long count, std::vector<double>& seconds) { peer_->block(name, count, seconds); },
         flops, 0, std::move(facts)});
  }

  void add(const bench::network_type& type) {
    const std::shared_ptr<bench::network> net = type.make(chosen_.threads);
    bench::evict_caches();
    const double first = seconds_of([&] { net->run(); });
    const double flops = 2 * static_cast<double>(type.macs);
    contestant ours{type.name + (type.fused ? "/tenon" : "/unfused"),
                    bench::runs_of([net] { net->run(); }),
                    flops,
                    0,
                    {{"mmac", static_cast<double>(type.macs) / 1e6}, {"first_us", 1e6 * first}}};
    if (type.fused) {
      output_.assign(net->output().begin(), net->output().end());
      add_onnxruntime(type, *net, flops);
    } else {
      ours.facts["difference"] = agreement(type.name, "the unfused network", output_, net->output());
    }
    all_.push_back(std::move(ours));
    if (type.fused) {
      add_libtorch(type, *net, flops);
      add_onednn(type);
    }
  }

  void add_libtorch(const bench::network_type& type, const bench::network& net, double flops) {
    const std::vector<float> weights = net.weights();
    const auto theirs = bench::make_libtorch(type.graph, weights, net.input(), chosen_.threads);
    if (!theirs.run) return;
    const double apart = agreement(type.name, "libtorch", output_, theirs.output());
    all_.push_back({type.name + "/libtorch", bench::runs_of(theirs.run), flops, 0, {{"difference", apart}}});
  }

  void add_onnxruntime(const bench::network_type& type, const bench::network& net, double flops) {
    if (!peer_) return;
    if (!std::filesystem::exists(chosen_.onnx_folder + "/" + type.name + ".onnx")) {
      std::fprintf(stderr, "note: no %s.onnx: not timed in ONNX Runtime\n", type.name.c_str());
      return;
    }
    double first;
    const std::vector<float> theirs = peer_->load(type.name, net.input(), first);
    const double apart = agreement(type.name, "ONNX Runtime", output_, theirs);
    time_onnxruntime(type.name, flops, {{"first_us", 1e6 * first}, {"difference", apart}});
  }

  void add_onednn(const bench::network_type& type) {
    for (const bool winograd : {false, true}) {
      const auto chain = bench::onednn_convolutions(type.graph, winograd, chosen_.threads);
      if (chain.run)
        all_.push_back({type.name + (winograd ? "/onednn_winograd" : "/onednn"),
                        bench::runs_of(chain.run),
                        2 * static_cast<double>(chain.macs),
                        0,
                        {}});
    }
  }

  const options& chosen_;
  std::unique_ptr<bench::onnxruntime> peer_;
  std::vector<float> output_;  // of the last fused network
  std::vector<contestant> all_;
};

}  // namespace

int main(int argc, char** argv) {
  options chosen;
  CLI::App app("Times whole networks, one image at a time, beside their peers.", "networks");
  app.add_option("names", chosen.only, "networks; all if none is named")->type_name("NAME");
  app.add_option("--threads", chosen.threads, "threads of each run")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--onnx", chosen.onnx_folder, "time ONNX Runtime, too: NAME.onnx lies there (see models.py)")
      ->check(CLI::ExistingDirectory)
      ->type_name("DIR");
  app.add_flag("--list", chosen.list, "only print the names");
  return bench::run_timing_program(app, argc, argv, [&](const std::string& file) {
    if (!chosen.list) return field(chosen).compete(file);
    std::set<std::string> names;
    for (const bench::network_type& type : bench::all_networks()) names.insert(type.name);
    for (const std::string& name : names) std::puts(name.c_str());
  });
}
