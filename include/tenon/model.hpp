// F5. A network as a type: its constants, and the types of its input, output and scratch memory.
#pragma once

#include <array>

#include "tenon/diagnostic.hpp"
#include "tenon/lower.hpp"
#include "tenon/lower/batch.hpp"
#include "tenon/receptive_field.hpp"
#include "tenon/tensor.hpp"

namespace tenon {
namespace detail {

template <class E>
inline constexpr auto graph_of = infer(make_graph<E>());

template <class E>
consteval auto error_text() {
  if constexpr (!graph_of<E>.error) {
    return text<1>{};
  } else {
    constexpr sentence said = explain_error(graph_of<E>.view(), graph_of<E>.error);
    return text_of<said.length>(said.chars);
  }
}

/// (A network's weights are at most 2^31 - 1, and no weight is used more often than a tensor has elements: no
/// sum overflows.)
constexpr index sum_over(std::span<const node> nodes, index node::*count) {
  index total = 0;
  for (const node& n : nodes) total += n.*count;
  return total;
}

/// Elements of the largest memory that a step or a chain has for itself.
constexpr index scratch_elements(plan_view plan) {
  index most = 0, chained = 0;
  for (const step& s : plan.steps) {
    if (s.chain > 1) chained = 0;
    if (s.scratch < 0 && plan.buffers[s.out].held == 0) continue;
    const index elements = own_elements(plan.buffers[s.scratch < 0 ? s.out : s.scratch]);
    chained = s.band > 0 ? chained + elements : elements;
    most = chained > most ? chained : most;
  }
  return most;
}

constexpr int count_inputs(std::span<const node> nodes) {
  int count = 0;
  for (const node& n : nodes) count += n.attr.kind == op::input;
  return count;
}
template <std::size_t Count>
constexpr std::array<shape, Count> shapes_of_inputs(std::span<const node> nodes) {
  std::array<shape, Count> shapes;
  std::size_t i = 0;
  for (const node& n : nodes)
    if (n.attr.kind == op::input) shapes[i++] = n.out;
  return shapes;
}

/// The facts of a right model.
template <auto Expression, lowering Options, bool Right>
struct model_of {
  static constexpr auto expression = Expression;
  static constexpr lowering lowered_with = Options;

  /// The network as data, and as what runs. See graph.hpp and plan.hpp. (The type of the plan is spelled:
  /// with `auto` whoever asks for a shape would have the network lowered, too.)
  static constexpr const auto& network = detail::graph_of<std::remove_const_t<decltype(Expression)>>;
  static constexpr decltype(lower(network, Options)) schedule = lower(network, Options);

  static constexpr int input_count = detail::count_inputs(network.nodes);
  static constexpr int output_count = static_cast<int>(network.view().outputs.size());
  /// In the order in which they stand in the expression.
  static constexpr std::array<shape, input_count> input_shapes =
      detail::shapes_of_inputs<input_count>(network.nodes);
  static constexpr std::array<shape, output_count> output_shapes = [] {
    std::array<shape, output_count> shapes;
    for (int i = 0; i < output_count; ++i) shapes[i] = network.nodes[network.outputs[i]].out;
    return shapes;
  }();
  /// Of the first input and output; most networks have one of each.
  static constexpr shape input_shape = input_shapes[0];
  static constexpr shape output_shape = output_shapes[0];
  /// Trained numbers, as PyTorch counts parameters: running means and variances are not among them.
  static constexpr index parameter_count = detail::sum_over(network.nodes, &node::parameters);
  /// Multiply-accumulates of convolutions and linear layers for one input.
  static constexpr index mac_count = detail::sum_over(network.nodes, &node::macs);
  /// Uses of trained numbers: the multiply-accumulates and the biases added. (LeCun 1989 counts both.)
  static constexpr index connection_count = detail::sum_over(network.nodes, &node::connections);
  /// Input elements, along each spatial axis, that one output element depends on; padding counts. See
  /// receptive_field.hpp; of several inputs and outputs, those of the first.
  static constexpr extents receptive_field = tenon::receptive_field(network.view());
  /// Scratch memory of one run, in bytes.
  static constexpr index arena_bytes = schedule.arena_elements * index(sizeof(float));
  /// Scratch memory of each further thread of a run, in elements.
  static constexpr index worker_elements = detail::scratch_elements(view_of(schedule));
  /// The same in bytes; 0 for networks without Winograd, Strassen and chains.
  static constexpr index worker_bytes = worker_elements * index(sizeof(float));
  /// All tensors a weight file holds for this model, running means and variances among them, in bytes as F32.
  static constexpr index weight_bytes =
      detail::sum_over(network.nodes, &node::tensor_count) * index(sizeof(float));

  using input = tensor<input_shape>;
  using output = tensor<output_shape>;
  template <int Number>
  using input_at = tensor<input_shapes[Number]>;
  template <int Number>
  using output_at = tensor<output_shapes[Number]>;

  /// Scratch memory: each thread that runs the network has its own.
  struct workspace {
    alignas(64) float arena[arena_bytes == 0 ? 1 : arena_bytes / sizeof(float)];
    static constexpr int workers = 1;
    float* scratch_of_others() { return arena; }  // there is none
  };
  /// The same for a run in parts on so many threads.
  template <int Workers>
  requires(Workers > 0) struct workspace_for : workspace {
    static constexpr index elements = (Workers - 1) * worker_elements;
    static constexpr int workers = Workers;
    alignas(64) float others[elements == 0 ? 1 : elements];
    float* scratch_of_others() { return others; }
  };
  /// And for run_batch, on up to 16 threads: how many inputs it takes together, and memory for them.
  static constexpr batch_plan batch = batch_of(network.view(), view_of(schedule));
  static constexpr index batch_images = batch.images;
  struct batch_workspace : workspace_for<16> {
    alignas(64) float images[batch.elements == 0 ? 1 : batch.elements];
  };
  /// For a batch whose images are shared out among so many threads, each with memory for whole images.
  template <int Workers>
  requires(Workers > 0) struct batch_workspace_for {
    struct of_worker : workspace {
      alignas(64) float images[batch.elements == 0 ? 1 : batch.elements];
    };
    static constexpr int workers = Workers;
    of_worker each[Workers];
  };
};

/// Stands for every constant of a wrong model: it agrees with all that is said about it, and goes wherever
/// the constant goes, so that the one error has no others in its wake.
struct unknown {
  constexpr operator index() const { return 1; }
};
template <class T>
concept Unknown = std::is_base_of_v<unknown, T>;

#define TENON_OF_UNKNOWN(type, value, sign)          \
  template <Unknown U, class T>                      \
  constexpr type operator sign(const U&, const T&) { \
    return value;                                    \
  }                                                  \
  template <class T, Unknown U>                      \
  requires(!Unknown<T>) constexpr type operator sign(const T&, const U&) { return value; }
TENON_OF_UNKNOWN(bool, true, ==)
TENON_OF_UNKNOWN(bool, true, <)
TENON_OF_UNKNOWN(bool, true, >)
TENON_OF_UNKNOWN(bool, true, <=)
TENON_OF_UNKNOWN(bool, true, >=)
TENON_OF_UNKNOWN(unknown, unknown{}, +)
TENON_OF_UNKNOWN(unknown, unknown{}, -)
TENON_OF_UNKNOWN(unknown, unknown{}, *)
TENON_OF_UNKNOWN(unknown, unknown{}, /)
#undef TENON_OF_UNKNOWN

struct unknown_shape : unknown {
  unknown rank, extents[max_rank];
  constexpr operator shape() const { return shape(1); }
  constexpr unknown count() const { return {}; }
  constexpr unknown channels() const { return {}; }
  constexpr unknown positions() const { return {}; }
  constexpr unknown spatial(int) const { return {}; }
};
struct unknown_extents : unknown {
  unknown count, values[extents::capacity];
  constexpr unknown at(int) const { return {}; }
  constexpr operator extents() const { return {}; }
};

template <auto Expression, lowering Options>
struct model_of<Expression, Options, false> {
  static constexpr auto expression = Expression;
  static constexpr lowering lowered_with = Options;
  static constexpr const auto& network = graph_of<std::remove_const_t<decltype(Expression)>>;
  static constexpr decltype(lower(network, Options)) schedule = lower(network, Options);
  static constexpr int input_count = 1, output_count = 1;
  static constexpr unknown_shape input_shape{}, output_shape{};
  static constexpr unknown parameter_count{}, mac_count{}, connection_count{}, arena_bytes{}, weight_bytes{},
      worker_elements{}, worker_bytes{};
  static constexpr unknown_extents receptive_field{};
  static constexpr std::array<shape, 1> input_shapes{shape(1)}, output_shapes{shape(1)};
  using input = tensor<shape(1)>;
  using output = tensor<shape(1)>;
  template <int>
  using input_at = tensor<shape(1)>;
  template <int>
  using output_at = tensor<shape(1)>;
  struct workspace {
    float arena[1];
    static constexpr int workers = 1;
    float* scratch_of_others() { return arena; }
  };
  template <int>
  struct workspace_for : workspace {};
  static constexpr batch_plan batch{0, 1, 0, 0};
  static constexpr unknown batch_images{};
  struct batch_workspace : workspace {
    float images[1], others[1];
  };
  template <int Workers>
  struct batch_workspace_for {
    static constexpr int workers = Workers;
    batch_workspace each[Workers];
  };
};

/// False for a wrong expression, after its one error.
template <class E>
inline constexpr bool is_right = decltype(verdict<error_text<E>()>())::value;

/// What stands in the brackets of model<...>: an expression; after a comma, what lowering may do.
template <auto First, auto... More>
constexpr auto expression_of_model() {
  using E = std::remove_const_t<decltype(First)>;
  constexpr bool alone = (std::is_same_v<const lowering, const decltype(More)> && ...);
  if constexpr (!Expression<E>)
    return misplaced<"tenon::model", operand_name<E>>{};
  else if constexpr (!alone)
    return chain_of<E, wrongly_joined<"a comma">>{};
  else
    return First;
}
template <auto...>
inline constexpr lowering options_of_model{};
template <lowering Options>
inline constexpr lowering options_of_model<Options> = Options;

constexpr lowering with(lowering options, numerics numbers) {
  options.numbers = numbers;
  return options;
}

}  // namespace detail

/// A network named by a type of its own: struct LeNet : tenon::model<input<1, 28, 28> | ... > {};
/// A wrong expression is one compile error whose first line says which layer breaks which rule.
template <auto Expression, auto... Options>
struct model
    : detail::model_of<detail::expression_of_model<Expression, Options...>(),
                       detail::options_of_model<Options...>,
                       detail::is_right<decltype(detail::expression_of_model<Expression, Options...>())>> {};

/// The same network with every layer as a step of its own: nothing folded, nothing fused.
template <class Model>
struct unfused : model<Model::expression, lowering{.fuse = false}> {};

/// The same network with the same bits on every instruction set, in one run or many, on any number of
/// threads, NaNs excepted. As fast where there is an FMA instruction, but for a few layers; on targets
/// without one it is emulated, in several times as long. As with all numbers here: the caller has the
/// rounding mode and the treatment of subnormal numbers as IEEE 754 has them.
template <class Model>
struct reproducible : model<Model::expression, detail::with(Model::lowered_with, numerics::reproducible)> {};

/// The same network with cheaper activations: tanh off by less than 2^-14, sigmoid by less than 2^-15,
/// silu(x) and gelu_tanh(x) by less than 2^-15 |x|, more than the 1e-5 that others keep. See
/// kernel/math-inl.hpp.
template <class Model>
struct fast : model<Model::expression, detail::with(Model::lowered_with, numerics::fast)> {};

/// A type declared as a network.
template <class M>
concept Model = requires {
  M::network.error;
}
&&std::is_base_of_v<detail::model_of<M::expression, M::lowered_with, !M::network.error>, M>;

}  // namespace tenon
