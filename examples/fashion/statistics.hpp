// What a network made of a dataset, in numbers.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "idx.hpp"

using scores = std::array<float, idx::classes>;  // before the softmax

/// What is measured: the scores of each image, and the seconds of each timed run of a single image.
struct measurement {
  std::vector<scores> outputs;
  std::vector<double> seconds;
};

/// exp(s) / sum of exp(s), computed from the differences to the largest score so that nothing overflows.
std::array<double, idx::classes> softmax(const scores& output);

/// The classes from the most to the least probable; of equal scores the first class leads, NaN comes last.
std::array<std::size_t, idx::classes> ranking(const scores& output);

struct verdict {
  std::size_t image;
  std::size_t truth, answer;
  double margin;  // probability of the answer minus that of the runner-up, or of the truth where the answer
                  // is wrong
  bool right() const { return truth == answer; }
};

std::vector<verdict> judge(const measurement& measured, const idx::dataset& data);

/// confusion[truth][answer] counts images.
using confusion_table = std::array<std::array<std::size_t, idx::classes>, idx::classes>;
confusion_table confusion(const std::vector<verdict>& verdicts);

struct speed {
  double median, p99;        // seconds of one image
  double images_per_second;  // all images one after the other
};
speed timing(std::vector<double> seconds);
