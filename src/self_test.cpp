// Self-tests of networks: figures and words.
#include <cmath>
#include <cstdio>

#include "tenon/load.hpp"
#include "weights/words.hpp"

namespace tenon::detail {

double largest_error(std::span<const float> outputs, std::span<const float> expected,
                     std::span<const shape> shapes) {
  double worst = 0;
  std::size_t at = 0;
  for (const shape& s : shapes) {
    double largest = 0, difference = 0;
    for (const std::size_t end = at + static_cast<std::size_t>(s.count()); at < end; ++at) {
      if (std::isnan(expected[at])) continue;
      const double d = std::abs(double(outputs[at]) - expected[at]);
      if (std::isnan(d)) return d;
      difference = std::max(difference, d);
      largest = std::max(largest, std::abs(double(expected[at])));
    }
    if (difference > 0) worst = std::max(worst, difference / largest);
  }
  return worst;
}

void require_within(std::string_view file, const char* target, double error, double tolerance) {
  if (error <= tolerance) return;
  const auto figure = [](double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return std::string(text);
  };
  weight_files::fail(file, "the self-test fails on " + std::string(target) + ": expected outputs within " +
                               figure(tolerance) + " of the largest, found one that is off by " +
                               figure(error));
}

std::vector<float> test_numbers(std::size_t count) {
  std::vector<float> numbers(count);
  std::uint32_t state = 1;
  for (float& x : numbers) {
    state = state * 1'664'525u + 1'013'904'223u;  // Numerical Recipes' generator
    x = static_cast<float>(state >> 8) / 8'388'608.0f - 1;
  }
  return numbers;
}

}  // namespace tenon::detail
