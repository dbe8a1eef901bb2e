// What ONNX Runtime gives for a network of the zoo: goldens/NAME.txt, described in make_goldens.py.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace zoo {

struct golden {
  struct sample {
    std::size_t position;
    double value;
  };
  long long parameters = 0, macs = 0;
  std::size_t outputs = 0;
  double largest = 0;  // magnitude of an output
  double rounding =
      0;  // distance of ONNX Runtime's outputs from those computed in double, relative to `largest`
  std::vector<sample> values;
  std::vector<double> means;  // of equal parts of the outputs
};

/// Throws std::runtime_error if the file is missing or not as described.
inline golden read_golden(const std::string& path) {
  std::ifstream file(path);
  golden g;
  std::string word;
  while (file >> word) {
    if (word[0] == '#') {
      std::getline(file, word);
    } else if (word == "parameters") {
      file >> g.parameters;
    } else if (word == "macs") {
      file >> g.macs;
    } else if (word == "outputs") {
      file >> g.outputs;
    } else if (word == "largest") {
      file >> g.largest;
    } else if (word == "rounding") {
      file >> g.rounding;
    } else if (word == "value") {
      golden::sample& s = g.values.emplace_back();
      file >> s.position >> s.value;
    } else if (word == "mean") {
      file >> g.means.emplace_back();
    } else {
      throw std::runtime_error(path + ": what is \"" + word + "\"?");
    }
  }
  if (!file.eof() || g.values.empty()) throw std::runtime_error(path + ": cannot be read");
  return g;
}

}  // namespace zoo
