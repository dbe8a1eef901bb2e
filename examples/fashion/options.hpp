// The command line of `fashion`.
#pragma once

#include <optional>
#include <string>
#include <vector>

struct options {
  std::string model = "all";
  std::string images, labels;  // the test images that are there, unless both are given
  std::string weights;         // empty = the model's own, in `data`
  std::string data;            // folder of the weights and of the sample images

  bool wants(const std::string& name) const { return model == "all" || model == name; }
};

/// What the user asked for; nothing after --help, which this prints. `models` are the names that --model
/// knows. Throws std::runtime_error, in one sentence, where the arguments make no sense.
std::optional<options> parse_options(int argc, char** argv, const std::vector<std::string>& models);
