// Whole networks, one thread, one image: fused beside unfused, and beside the measured peak of the core.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>

#include "classic_lenet5.hpp"
#include "idx.hpp"
#include "lenet5.hpp"
#include "machine.hpp"
#include "peak.hpp"
#include "resnet8.hpp"
#include "sampler.hpp"

namespace {

using json = nlohmann::ordered_json;

struct options {
  std::string data = BENCH_DATA;
  std::string instruction_set;  // empty: the best of this CPU
  std::string json_file, peer_folder;
  double seconds = 2;
  bool only_fused = false;
  bool check = false;
};

/// A network with everything a run needs.
template <class M>
struct ready {
  explicit ready(const tenon::weights<M>& w) : network(w) {}

  void run() { std::as_const(network)(input, output, *scratch); }

  tenon::executable<M> network;
  typename M::input input;
  typename M::output output{};
  std::unique_ptr<typename M::workspace> scratch = std::make_unique<typename M::workspace>();
};

/// What is known of a network apart from its types.
struct entry {
  std::string name;
  bool fused;
  double flops;  // of one run: 2 for each multiply-accumulate of convolutions and linear layers
  std::function<void()> run;
  std::span<const float> input, output;
};

/// All weights from a fixed stream: uniform, a filter's variance is 1 / its inputs, as for tanh.
template <class M>
tenon::weights<M> random_weights() {
  tenon::weights<M> w;
  std::mt19937 stream(1998);
  for (const tenon::tensor_spec& tensor : w.specs()) {
    double inputs = tensor.shape.size() > 1 ? 1 : 100;
    for (std::size_t axis = 1; axis < tensor.shape.size(); ++axis)
      inputs *= static_cast<double>(tensor.shape[axis]);
    const double range = std::sqrt(3 / inputs);
    for (float& value : w[tensor.name])
      value = static_cast<float>(range * (std::ldexp(static_cast<double>(stream()), -31) - 1));
  }
  return w;
}

template <class M>
tenon::weights<M> trained_weights(const options& chosen, const std::string& file) {
  return tenon::load_safetensors<M>(chosen.data + "/" + file);
}

/// The first picture of the sample.
template <class M>
void load_picture(const options& chosen, typename M::input& input) {
  const auto pixels = idx::read_images(chosen.data + "/sample-images-idx3-ubyte.gz");
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<float>(pixels.at(i)) / 255.0f;
}

/// Writes what another engine needs to run the same network on the same picture and to compare the outcome:
/// NAME.safetensors, NAME.input.f32 and NAME.output.f32 (elements only, of the machine's own byte order).
template <class M>
void write_for_peers(const std::string& folder, const std::string& name, const tenon::weights<M>& w,
                     const ready<M>& r) {
  json header;
  std::size_t at = 0;
  for (const tenon::tensor_spec& tensor : w.specs()) {
    std::size_t bytes = sizeof(float);
    for (const auto extent : tensor.shape) bytes *= static_cast<std::size_t>(extent);
    header[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {at, at + bytes}}};
    at += bytes;
  }
  const std::string text = header.dump();
  const std::uint64_t length = text.size();

  const auto write = [&](const char* ending, std::span<const float> values, bool with_header) {
    std::ofstream file(folder + "/" + name + ending, std::ios::binary);
    if (with_header) {
      file.write(reinterpret_cast<const char*>(&length), sizeof length);
      file << text;
    }
    file.write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size_bytes()));
    if (!file.flush()) throw std::runtime_error("cannot write into " + folder);
  };
  write(".safetensors", w.values(), true);
  write(".input.f32", r.input.elements, false);
  write(".output.f32", r.output.elements, false);
}

/// Makes M and, beside it, the same network unfused.
template <class M>
void enter(std::vector<entry>& entries, const options& chosen, const std::string& name,
           const auto& weights_of) {
  const auto add = [&]<class N>(std::type_identity<N>, bool fused) {
    const tenon::weights<N> w = weights_of.template operator()<N>();
    const auto r = std::make_shared<ready<N>>(w);
    load_picture<N>(chosen, r->input);
    r->run();
    if (fused && !chosen.peer_folder.empty()) write_for_peers(chosen.peer_folder, name, w, *r);
    entries.push_back({name, fused, 2.0 * static_cast<double>(N::mac_count), [r] { r->run(); },
                       r->input.elements, r->output.elements});
  };
  add(std::type_identity<M>{}, true);
  if (!chosen.only_fused) add(std::type_identity<tenon::unfused<M>>{}, false);
}

std::vector<entry> all_networks(const options& chosen) {
  std::vector<entry> entries;
  enter<LeNet5>(entries, chosen, "lenet5",
                [&]<class M>() { return trained_weights<M>(chosen, "lenet5-fashion.safetensors"); });
  enter<ClassicLeNet5>(entries, chosen, "classic_lenet5", []<class M>() { return random_weights<M>(); });
  enter<ResNet8>(entries, chosen, "resnet8",
                 [&]<class M>() { return trained_weights<M>(chosen, "resnet8-fashion.safetensors"); });
  return entries;
}

/// Fused and unfused differ by rounding only: at most 1e-5 of the largest output, what tests ask of every
/// network beside its reference.
void compare_outputs(std::span<const entry> entries) {
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const entry &a = entries[i - 1], &b = entries[i];
    if (a.name != b.name) continue;
    float difference = 0, largest = 0;
    for (std::size_t k = 0; k < a.output.size(); ++k) {
      difference = std::max(difference, std::abs(a.output[k] - b.output[k]));
      largest = std::max(largest, std::abs(a.output[k]));
    }
    if (!(difference <= 1e-5f * largest))
      throw std::runtime_error(a.name + ": fused and unfused outputs differ");
  }
}

struct result {
  std::string name;
  bool fused;
  double mmac;
  bench::timing time;
  double gflops, of_peak;
};

void print_table(std::span<const result> results) {
  std::printf(
      "| network | MMAC | | median µs | p99 µs | min µs | GFLOP/s | %% of peak | fused is faster by |\n"
      "|---|---:|---|---:|---:|---:|---:|---:|---:|\n");
  for (std::size_t i = 0; i < results.size(); ++i) {
    const result& r = results[i];
    std::printf("| %s | %.2f | %s | %.2f | %.2f | %.2f | %.1f | %.1f | ", r.name.c_str(), r.mmac,
                r.fused ? "fused" : "unfused", r.time.median * 1e6, r.time.p99 * 1e6, r.time.least * 1e6,
                r.gflops, 100 * r.of_peak);
    if (r.fused && i + 1 < results.size() && !results[i + 1].fused)
      std::printf("%.2f |\n", results[i + 1].time.median / r.time.median);
    else
      std::printf("|\n");
  }
}

json as_json(std::span<const result> results) {
  json list = json::array();
  for (const result& r : results)
    list.push_back({{"name", r.name},
                    {"variant", r.fused ? "fused" : "unfused"},
                    {"mmac", r.mmac},
                    {"runs", r.time.runs},
                    {"median_us", r.time.median * 1e6},
                    {"p99_us", r.time.p99 * 1e6},
                    {"min_us", r.time.least * 1e6},
                    {"gflops", r.gflops},
                    {"percent_of_peak", 100 * r.of_peak}});
  return list;
}

/// Whether each network that was also timed unfused is faster fused, by the median.
bool fused_wins(std::span<const result> results) {
  bool all = true;
  for (std::size_t i = 0; i + 1 < results.size(); ++i) {
    if (!results[i].fused || results[i + 1].fused || results[i].time.median < results[i + 1].time.median)
      continue;
    std::fprintf(stderr, "%s: fused is not faster than unfused\n", results[i].name.c_str());
    all = false;
  }
  return all;
}

int run(const options& chosen) {
  if (!chosen.instruction_set.empty()) bench::use_instruction_set(chosen.instruction_set);
  const std::vector<entry> entries = all_networks(chosen);
  compare_outputs(entries);

  std::vector<bench::contestant> contestants;
  double peak_flops = 0;
  contestants.push_back({"peak", [&] { peak_flops = bench::multiply_adds(); }});
  for (const entry& e : entries) contestants.push_back({e.name, e.run});
  bench::take_turns(contestants, chosen.seconds);

  const double peak = peak_flops / bench::summarize(contestants[0].seconds).least;
  std::vector<result> results;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const entry& e = entries[i];
    const bench::timing time = bench::summarize(contestants[i + 1].seconds);
    const double speed = e.flops / time.median;
    results.push_back({e.name, e.fused, e.flops / 2e6, time, speed / 1e9, speed / peak});
  }

  const std::string set =
      chosen.instruction_set.empty() ? bench::instruction_sets().front() : chosen.instruction_set;
  std::printf("%s, %s, %s, commit %s, %s\n\n", bench::cpu_model().c_str(), set.c_str(),
              bench::compiler().c_str(), bench::commit().c_str(), bench::date().c_str());
  std::printf(
      "One thread, one image. Multiply-adds of one core: %.1f GFLOP/s measured. A reading of the clock, %.0f "
      "ns,"
      " is part of every time.\n\n",
      peak / 1e9, bench::clock_reading() * 1e9);
  print_table(results);

  if (!chosen.json_file.empty()) {
    std::ofstream file(chosen.json_file);
    file << json{{"cpu", bench::cpu_model()},   {"instruction_set", set}, {"compiler", bench::compiler()},
                 {"commit", bench::commit()},   {"date", bench::date()},  {"peak_gflops", peak / 1e9},
                 {"networks", as_json(results)}}
                .dump(2)
         << "\n";
    if (!file.flush()) throw std::runtime_error("cannot write " + chosen.json_file);
  }
  return chosen.check && !fused_wins(results) ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  options chosen;
  CLI::App app("Times whole networks on one thread, fused beside unfused.", "networks");
  app.add_option("--target", chosen.instruction_set, "instruction set; the best of this CPU if not given")
      ->check(CLI::IsMember(bench::instruction_sets()))
      ->type_name("NAME");
  app.add_option("--seconds", chosen.seconds, "time for each network")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--json", chosen.json_file, "also write the figures here")->type_name("FILE");
  app.add_option("--data", chosen.data, "folder of the weights and the sample images")->type_name("DIR");
  app.add_option("--peers", chosen.peer_folder, "write weights, input and output of each network there")
      ->check(CLI::ExistingDirectory)
      ->type_name("DIR");
  app.add_flag("--only-fused", chosen.only_fused, "leave the unfused networks out");
  app.add_flag("--check", chosen.check, "exit status 1 if a network is not faster fused than unfused");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(chosen);
  } catch (const std::exception& wrong) {
    std::cerr << "error: " << wrong.what() << "\n";
    return 1;
  }
}
