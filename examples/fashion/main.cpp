// fashion: classifies the test images of Fashion-MNIST with networks that are C++ types.
#include <algorithm>
#include <array>
#include <boost/hana.hpp>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <sstream>
#include <tenon/tenon.hpp>

#include "idx.hpp"
#include "lenet5.hpp"
#include "options.hpp"
#include "report.hpp"
#include "resnet8.hpp"
#include "statistics.hpp"
#include "terminal.hpp"

namespace hana = boost::hana;

namespace {

template <class Model>
struct network {
  const char* name;  // on the command line
  const char* title;
  const char* weights;  // file in the data folder

  static_assert(Model::input_shape == tenon::shape{1, idx::rows, idx::columns});
  static_assert(Model::output_shape == tenon::shape{idx::classes});
};

/// Every network of this program; one line adds another.
constexpr auto networks = hana::make_tuple(  //
    network<LeNet5>{"lenet5", "LeNet-5", "lenet5-fashion.safetensors"},
    network<ResNet8>{"resnet8", "ResNet-8", "resnet8-fashion.safetensors"});

/// Runs the network on all images one by one, and again until the 99th percentile stands on enough runs or
/// their time is over. Only the network is timed, after a warm-up.
template <class Model>
measurement measure(const tenon::executable<Model>& net, const idx::dataset& data,
                    const terminal::style& look, const char* title) {
  using clock = std::chrono::steady_clock;
  using namespace std::chrono_literals;
  const auto workspace = std::make_unique<typename Model::workspace>();
  std::array<float, idx::pixels> image{};
  measurement result{std::vector<scores>(data.size()), {}};
  const auto classify = [&](std::size_t n) { net(image, result.outputs[n], *workspace); };

  const std::size_t runs = std::max<std::size_t>(data.size(), 10'000);
  result.seconds.reserve(runs);
  terminal::progress progress(std::cout, look, title, runs);
  for (const auto warm = clock::now() + 50ms; clock::now() < warm;) classify(0);
  const auto enough = clock::now() + 5s;
  for (std::size_t run = 0; run < data.size() || (run < runs && clock::now() < enough); ++run) {
    const std::size_t n = run % data.size();
    std::ranges::transform(data.picture(n), image.begin(), [](float grey) { return grey / 255; });
    if (progress.step(run)) classify(n);
    const auto start = clock::now();
    classify(n);
    result.seconds.push_back(std::chrono::duration<double>(clock::now() - start).count());
  }
  return result;
}

/// Loads the weights now, and returns what is to be done with them when everything else is loaded too.
template <class Model>
std::function<void()> prepare(const network<Model>& entry, const options& chosen, const terminal::style& look,
                              const idx::dataset& data) {
  const std::string file = chosen.weights.empty() ? chosen.data + "/" + entry.weights : chosen.weights;
  const auto weights = tenon::load_safetensors<Model>(file);
  const auto net = std::make_shared<const tenon::executable<Model>>(weights);
  return [=, &look, &data] {
    std::cout << terminal::bold(look, entry.title) << '\n';
    tenon::summary<Model>(std::cout);
    std::cout << std::endl;
    report(std::cout, look, data, measure(*net, data, look, entry.title), net->target());
  };
}

int run(int argc, char** argv) {
  const auto names =
      hana::unpack(networks, [](const auto&... entry) { return std::vector<std::string>{entry.name...}; });
  const auto chosen = parse_options(argc, argv, names);
  if (!chosen) return EXIT_SUCCESS;

  const auto look = terminal::detect();
  const auto data = idx::read(chosen->images, chosen->labels);
  std::vector<std::function<void()>> jobs;
  hana::for_each(networks, [&](const auto& entry) {
    if (chosen->wants(entry.name)) jobs.push_back(prepare(entry, *chosen, look, data));
  });

  std::cout << data.size() << " images of " << chosen->images << "\n\n";
  for (const auto& job : jobs) job();
  if (!std::cout.flush()) throw std::runtime_error("cannot write to the standard output");
  return EXIT_SUCCESS;
}

/// The first line of a message and, behind it, the first few of the lines that give details.
std::string one_line(const std::string& message) {
  constexpr int most_details = 3;
  std::istringstream lines(message);
  std::string result, line;
  std::getline(lines, result);
  int details = 0;
  while (std::getline(lines, line)) {
    line.erase(0, line.find_first_not_of(" \t-"));
    if (!line.empty() && ++details <= most_details) result += (details == 1 ? ": " : "; ") + line;
  }
  if (details > most_details) result += "; and " + std::to_string(details - most_details) + " more";
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& wrong) {
    std::cerr << "error: " << one_line(wrong.what()) << '\n';
    return EXIT_FAILURE;
  }
}
