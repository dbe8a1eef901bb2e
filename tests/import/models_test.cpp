// A network that `tenon import` wrote, named by TENON_MODEL in IMPORTED/model.hpp: on every instruction set
// it passes the self-test of its weight file, and gives what ONNX Runtime gave.
#include IMPORTED_HEADER
#include <tenon/instantiate.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <vector>

#include <hwy/targets.h>

#include <tenon/load.hpp>
#include <tenon/npy.hpp>

#include "../catch.hpp"

namespace {

using net = TENON_MODEL;
const std::string folder = IMPORTED_FOLDER "/";

/// The largest difference, as a part of the largest magnitude expected.
double distance(const std::vector<float>& y, const std::vector<float>& expected) {
  REQUIRE(y.size() == expected.size());
  double worst = 0, largest = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double difference = std::abs(double(y[i]) - double(expected[i]));
    worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
    largest = std::max(largest, std::abs(double(expected[i])));
  }
  return worst / largest;
}

}  // namespace

TEST_CASE("an imported network gives what ONNX Runtime gives") {
  const std::vector<float> x = tenon::read_npy(folder + "x_0.npy", net::input_shape);
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    const auto run = tenon::load<net>(folder + "model.safetensors");
    const auto scratch = std::make_unique<net::workspace>();
    std::vector<std::vector<float>> y;
    std::array<float*, net::output_count> to;
    for (const tenon::shape& s : net::output_shapes) y.emplace_back(static_cast<std::size_t>(s.count()));
    for (std::size_t i = 0; i < y.size(); ++i) to[i] = y[i].data();
    run.run({x.data()}, to, *scratch);
    for (std::size_t i = 0; i < COMPARED; ++i) {
      const double error =
          distance(y[i], tenon::read_npy(folder + "y_" + std::to_string(i) + ".npy", net::output_shapes[i]));
      INFO(run.target() << ", output " << i);
      CHECK(error <= TOLERANCE);
      std::printf("%s: output %zu is off by %.2g of the largest\n", run.target(), i, error);
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}
