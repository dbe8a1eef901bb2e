#include "statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

std::array<double, idx::classes> softmax(const scores& output) {
  const float largest = *std::ranges::max_element(output);
  std::array<double, idx::classes> result{};
  std::ranges::transform(output, result.begin(),
                         [=](float score) { return std::exp(double{score} - largest); });
  const double sum = std::accumulate(result.begin(), result.end(), 0.0);
  for (double& probability : result) probability /= sum;
  return result;
}

std::array<std::size_t, idx::classes> ranking(const scores& output) {
  std::array<std::size_t, idx::classes> order{};
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto descending = [&](std::size_t c) {
    return std::pair(std::isnan(output[c]) ? HUGE_VALF : -output[c], c);
  };
  std::ranges::sort(order, {}, descending);
  return order;
}

std::vector<verdict> judge(const measurement& measured, const idx::dataset& data) {
  std::vector<verdict> verdicts;
  for (std::size_t image = 0; image < data.size(); ++image) {
    const auto probability = softmax(measured.outputs[image]);
    const auto order = ranking(measured.outputs[image]);
    const std::size_t truth = data.label(image), answer = order[0];
    const std::size_t rival = truth == answer ? order[1] : truth;
    verdicts.push_back({image, truth, answer, probability[answer] - probability[rival]});
  }
  return verdicts;
}

confusion_table confusion(const std::vector<verdict>& verdicts) {
  confusion_table table{};
  for (const verdict& v : verdicts) ++table[v.truth][v.answer];
  return table;
}

speed timing(std::vector<double> seconds) {
  std::ranges::sort(seconds);
  const std::size_t n = seconds.size();
  const double total = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  return {seconds[n / 2], seconds[n * 99 / 100], static_cast<double>(n) / total};
}
