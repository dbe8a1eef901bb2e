// F5. From a weight file to a network that was seen to work: self-tests.
#pragma once

#include "tenon/embedded.hpp"
#include "tenon/executable.hpp"

namespace tenon {
namespace detail {

/// How far the outputs are off: of all of them, the largest difference to what is expected as a part of the
/// largest magnitude that is expected of that output; NaN if a difference is. `shapes`: of the outputs, in
/// their order.
double largest_error(std::span<const float> outputs, std::span<const float> expected,
                     std::span<const shape> shapes);

/// Throws weight_error if `error` is more than `tolerance`, or not a number.
void require_within(std::string_view file, const char* target, double error, double tolerance);

/// `count` numbers from -1 to 1, always the same.
std::vector<float> test_numbers(std::size_t count);

constexpr std::size_t elements_of(std::span<const shape> shapes) {
  index count = 0;
  for (const shape& s : shapes) count += s.count();
  return static_cast<std::size_t>(count);
}

/// All outputs of one run, one behind the other.
template <Model M>
std::vector<float> outputs_for(const executable<M>& net, std::span<const float> input) {
  std::vector<float> output(elements_of(M::output_shapes));
  std::array<const float*, M::input_count> x;
  std::array<float*, M::output_count> y;
  index at = 0;
  for (std::size_t i = 0; i < x.size(); at += M::input_shapes[i++].count()) x[i] = input.data() + at;
  at = 0;
  for (std::size_t i = 0; i < y.size(); at += M::output_shapes[i++].count()) y[i] = output.data() + at;
  net.run(x, y, *std::make_unique<typename M::workspace>());
  return output;
}

}  // namespace detail

/// How far a network is off in a self-test: the largest difference of an output to what the test expects, as
/// a part of the largest magnitude of that feature map; NaN if any output is. Allocates. Throws
/// std::invalid_argument if the test has not as many elements as the network's inputs and outputs.
template <Model M>
double self_test_error(const executable<M>& net, const self_test& test) {
  if (test.input.size() != detail::elements_of(M::input_shapes) ||
      test.output.size() != detail::elements_of(M::output_shapes))
    throw std::invalid_argument("self_test_error: the self-test is not of this network's inputs and outputs");
  return detail::largest_error(detail::outputs_for(net, test.input), test.output, M::output_shapes);
}

/// A self-test to be saved with the weights: what `net` gives for `input` (all inputs one behind the other;
/// by default numbers from -1 to 1). Whoever trained the network has better ones: outputs of where it was
/// trained.
template <Model M>
self_test record_self_test(const executable<M>& net, std::span<const float> input = {}) {
  const std::size_t count = detail::elements_of(M::input_shapes);
  self_test test;
  test.input = input.empty() ? detail::test_numbers(count) : std::vector<float>(input.begin(), input.end());
  if (test.input.size() != count)
    throw std::invalid_argument("record_self_test: the input has not as many elements as the network's");
  test.output = detail::outputs_for(net, test.input);
  return test;
}

namespace detail {

/// The network of weights that are read already, after their self-test if there is one.
template <Model M>
executable<M> tested(std::string_view source, const weights<M>& w, const self_test& test) {
  executable<M> net(w);
  if (test) {
    // Activations of a fast<M> are off by more, and layers behind them may make more of it.
    const double least = M::lowered_with.numbers == numerics::fast ? 1e-2 : 0;
    require_within(source, net.target(), self_test_error(net, test),
                   test.tolerance > least ? test.tolerance : least);
  }
  return net;
}

}  // namespace detail

/// A network from its safetensors file, ready to run: the weights are those of the model, and if the file has
/// a self-test, the network has passed it: each output within 1e-5 of the largest magnitude of its feature
/// map, or what the file allows. (fast<M>: within 1e-2.) Throws weight_error, with the measured figure, if
/// not.
template <Model M>
executable<M> load(const std::string& path, const weight_options& options = {}) {
  weights<M> w;
  const self_test test =
      detail::read_weights(path, expected_contents(M::network.view()), w.values(), options);
  return detail::tested(path, w, test);
}

/// The same from the bytes of such a file in memory; `source` names them in errors.
template <Model M>
executable<M> load(std::span<const std::byte> file, std::string_view source = "memory",
                   const weight_options& options = {}) {
  weights<M> w;
  const self_test test =
      detail::read_weights(file, source, expected_contents(M::network.view()), w.values(), options);
  return detail::tested(source, w, test);
}

/// The same from the file that the build has put into the program for `Of` (embed.hpp): M itself, or the
/// network that M is a lowering of, as in load_embedded<fast<LeNet5>, LeNet5>(). Touches no file system.
template <Model M, class Of = M>
executable<M> load_embedded(const weight_options& options = {}) {
  return load<M>(embedded_file<Of>(), "in the program", options);
}

}  // namespace tenon
