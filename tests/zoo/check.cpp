// One network of examples/zoo, named by TENON_MODEL in ZOO_HEADER, against what ONNX Runtime gives for the
// same tensors and the same input (goldens/ZOO_NAME.txt). Each network is a program of its own: memory and
// time to compile are those of one.
#include ZOO_HEADER
#include <hwy/targets.h>

#include <tenon/instantiate.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>

#include "../catch.hpp"
#include "golden.hpp"
#include "seeded.hpp"

namespace {

using net = TENON_MODEL;

/// How far a program may be from ONNX Runtime, in units of the distance of ONNX Runtime from the exact
/// result: both round at every step, but not the same sums. A sum of n terms in one accumulator meets sqrt(n
/// / b) times the error of one in pieces of b terms, and Winograd's terms are larger than those of the sum
/// they stand for. The most seen is 5 (VGG-19).
constexpr double most_rounding = 16;

/// Networks of more multiply-accumulates run on the best instruction set only.
constexpr tenon::index small = 1'000'000'000;

/// The largest |output - golden|, as a fraction of the largest output.
double distance(const zoo::golden& expected, std::span<const float> y) {
  double worst = 0;
  const auto compare = [&](double got, double wanted) {
    const double error = std::abs(got - wanted) / expected.largest;
    worst = std::isnan(error) ? INFINITY : std::max(worst, error);
  };
  for (const auto [position, value] : expected.values) compare(y[position], value);
  const std::size_t parts = expected.means.size();
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t begin = i * y.size() / parts, end = (i + 1) * y.size() / parts;
    const auto part = y.subspan(begin, end - begin);
    compare(std::accumulate(part.begin(), part.end(), 0.0) / static_cast<double>(part.size()),
            expected.means[i]);
  }
  return worst;
}

void check_on_this_target(const zoo::golden& expected, const tenon::weights<net>& weights,
                          std::span<const float, net::input::count> x) {
  const tenon::executable<net> run(weights);
  const auto scratch = std::make_unique<net::workspace>();
  std::vector<float> y(net::output::count);
  run(x, std::span<float, net::output::count>(y), *scratch);
  const double error = distance(expected, y);
  INFO(run.target() << ", rounding of ONNX Runtime " << expected.rounding);
  CHECK(error <= most_rounding * expected.rounding);
  std::printf("%s: %.2g of the largest output, %.2g times the rounding of ONNX Runtime\n", run.target(),
              error, error / expected.rounding);
}

}  // namespace

TEST_CASE("a network of the zoo gives what ONNX Runtime gives") {
  const zoo::golden expected = zoo::read_golden(ZOO_FOLDER "/goldens/" ZOO_NAME ".txt");
  CHECK(net::parameter_count == expected.parameters);
  CHECK(net::mac_count == expected.macs);
  REQUIRE(net::output::count == expected.outputs);

  const tenon::shape shape = net::input_shape;
  const std::vector<std::int64_t> extents(shape.extents, shape.extents + shape.rank);
  std::vector<float> x(net::input::count);
  zoo::fill_seeded(x, "input", extents);
  const tenon::weights<net> weights = zoo::seeded_weights<net>();
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    check_on_this_target(expected, weights, std::span<const float, net::input::count>(x));
    if (net::mac_count > small) break;
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST_CASE("a weight file with the names of the network's own library fits") {
  // Written by make_goldens.py --keep FOLDER, up to 600 MB each: not part of the project.
  const char* folder = std::getenv("ZOO_WEIGHTS");
  if (!folder) return;
  const auto loaded = tenon::load_safetensors<net>(std::string(folder) + "/" ZOO_NAME ".safetensors");
  const tenon::weights<net> seeded = zoo::seeded_weights<net>();
  CHECK(std::equal(loaded.values().begin(), loaded.values().end(), seeded.values().begin()));
}
