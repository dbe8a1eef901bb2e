// Runs ONNX's backend tests: networks that generate.py made of them, against the tensors of each test.
#pragma once

#include <limits>

#include "../catch.hpp"
#include "../twin.hpp"

namespace onnx {

/// Bounds of a clip that has none. Source: ONNX operator Clip.
inline constexpr float lowest = std::numeric_limits<float>::lowest(),
                       highest = std::numeric_limits<float>::max();

/// One run of a network: all its inputs one behind the other, and what all its outputs must be.
struct run {
  std::vector<float> input;
  std::vector<double> output;
};

/// A test: all tensors of the network one behind the other, as in weights<M>::values(), and a run for each
/// element of the batch.
struct test {
  std::vector<float> weights;
  std::vector<run> runs;
};

/// The test "node/test_add" for a network. Throws std::runtime_error where they do not fit: each input,
/// output and parameter has the shape that the network gives it, inputs and outputs with the batch in front
/// if there is one, and there are no others.
test load(const std::string& title, tenon::graph_view network);

/// Where output and expectation part, in words; empty where |error| <= tolerance * max(1, |expected|)
/// throughout.
std::string compare(std::span<const double> output, std::span<const double> expected, double tolerance);

/// ONNX's own runner allows 1e-3 * |expected| + 1e-7. The expected outputs are those of float32 programs: the
/// reference in double is up to 4e-7 away from them.
inline constexpr double reference_tolerance = 1e-6;
/// float32 on both sides, with sums of up to 144 products and chains of functions such as e^-log.
inline constexpr double kernel_tolerance = 1e-5;

/// One run on the target that is chosen: all outputs one behind the other.
template <tenon::Model M>
std::vector<double> execute(const tenon::executable<M>& net, const run& r) {
  const auto scratch = std::make_unique<typename M::workspace>();
  std::vector<float> y(r.output.size());
  std::array<const float*, M::input_count> in;
  std::array<float*, M::output_count> out;
  const float* x = r.input.data();
  for (int i = 0; i < M::input_count; ++i) in[i] = x, x += M::input_shapes[i].count();
  float* to = y.data();
  for (int i = 0; i < M::output_count; ++i) out[i] = to, to += M::output_shapes[i].count();
  net.run(in, out, *scratch);
  return {y.begin(), y.end()};
}

template <tenon::Model M>
void check_reference(const test& t) {
  for (std::size_t i = 0; i < t.runs.size(); ++i) {
    INFO(M::title << ", run " << i << " of " << t.runs.size() << ", reference");
    const auto output = tenon::reference<double>(M::network.view(), t.weights, t.runs[i].input);
    CHECK(compare(output, t.runs[i].output, reference_tolerance) == "");
  }
}

template <tenon::Model M>
void check_kernels(const test& t) {
  tenon::weights<M> weights;
  std::copy(t.weights.begin(), t.weights.end(), weights.values().begin());
  twin::on_every_target([&] {
    const tenon::executable<M> net(weights);
    for (std::size_t i = 0; i < t.runs.size(); ++i) {
      INFO(M::title << ", run " << i << " of " << t.runs.size() << ", on " << net.target());
      CHECK(compare(execute(net, t.runs[i]), t.runs[i].output, kernel_tolerance) == "");
    }
  });
}

/// The reference, and the kernels on every target of this CPU, give what the test says.
template <tenon::Model M>
void check() try {
  const test t = load(M::title, M::network.view());
  check_reference<M>(t);
  check_kernels<M>(t);
} catch (const std::runtime_error& error) {
  FAIL_CHECK(error.what());
}

template <tenon::Model... Ms>
void check_all() {
  (check<Ms>(), ...);
}

}  // namespace onnx
