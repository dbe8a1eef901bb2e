// ONNX Runtime as a contestant: a child process, node with onnxruntime.js, that runs as many images as it is
// told.
#pragma once

#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace bench {

class onnxruntime {
 public:
  /// Starts the child, which reads NAME.onnx from the folder and writes there. Throws std::runtime_error.
  onnxruntime(const std::string& script, const std::string& folder, int threads);
  ~onnxruntime();
  onnxruntime(const onnxruntime&) = delete;
  onnxruntime& operator=(const onnxruntime&) = delete;

  /// Loads NAME.onnx and runs it on an input. Returns the output and the seconds of this first run.
  std::vector<float> load(const std::string& name, std::span<const float> input, double& first_run);

  /// The block of a contestant: see harness.hpp.
  void block(const std::string& name, long count, std::vector<double>& seconds);

  /// What the threads of the child have computed.
  double processor_seconds() const;

  const std::string& version() const { return version_; }

 private:
  /// One line there, the numbers of one line back.
  std::vector<double> ask(const std::string& line);

  std::string folder_, version_;
  int child_;
  std::FILE *to_, *from_;
};

}  // namespace bench
