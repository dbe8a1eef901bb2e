// F5. What a user holds and runs. Declared here; its code comes from the one file that includes
// instantiate.hpp.
#pragma once

#include <concepts>
#include <memory>
#include <new>
#include <tuple>

#include "tenon/executor.hpp"
#include "tenon/weights.hpp"

namespace tenon {
namespace detail {

/// A network compiled for one instruction set.
struct program {
  void (*run)(const float* packed, const float* const* in, float* const* out, float* arena) noexcept;
  /// The same in parts. `others` is scratch memory of all workers but the first; `room` workers have some.
  void (*share)(const float* packed, const float* const* in, float* const* out, float* arena, float* others,
                int room, const any_executor&) noexcept;
  /// `n` inputs one behind the other, with memory for those of a block; in parts if there is an executor.
  void (*run_batch)(const float* packed, const float* const* in, float* const* out, index n, float* arena,
                    float* images, float* others, int room, const any_executor*) noexcept;
  /// One step; steps in their order, each once, are a run. Null unless TENON_PROFILE was defined where the
  /// network was compiled.
  void (*run_step)(int step, const float* packed, const float* const* in, float* const* out,
                   float* arena) noexcept;
  simd isa;
  const char* target;
};

/// The program of M for the best instruction set of this CPU. Defined in tenon/instantiate.hpp: if the linker
/// misses it, no file says `#define TENON_MODEL M` and includes that header.
template <class M>
program choose_program();

struct free_aligned {
  std::align_val_t alignment{64};
  void operator()(float* p) const { ::operator delete(p, alignment); }
};
using packed_weights = std::unique_ptr<float[], free_aligned>;

/// Weights in the order in which the kernels of `isa` read them, batch norms folded in. Large ones are packed
/// on all cores. The time that it took is left in `seconds`.
packed_weights pack_weights(graph_view network, plan_view schedule, simd isa, std::span<const float> natural,
                            double* seconds = nullptr);

/// An executable without its type: what is needed to run it and look at its steps.
struct runner {
  graph_view network;
  plan_view schedule;
  program compiled;
  const float* packed;

  template <class Executable>
  static runner of(const Executable& net);
};

}  // namespace detail

/// A network with its weights, ready to run on this CPU. Construction allocates, packs the weights and
/// chooses the instruction set; running does none of it: no allocation, no lock, no exception, and on one
/// thread no system call.
template <Model M>
class executable {
 public:
  /// The network that it runs.
  using model = M;
  /// Elements of input and output number `Number`.
  /// @{
  template <int Number>
  using input_at = std::span<const float, M::template input_at<Number>::count>;
  template <int Number>
  using output_at = std::span<float, M::template output_at<Number>::count>;
  using input = input_at<0>;
  using output = output_at<0>;
  /// @}

  /// Packs the weights, large ones by as many threads as there are cores, and chooses the best instruction
  /// set that this CPU has. Throws std::bad_alloc.
  explicit executable(const weights<M>& w)
      : program_(detail::choose_program<M>()),
        packed_(detail::pack_weights(M::network.view(), view_of(kept_plan<M::schedule>), program_.isa,
                                     w.values(), &packing_seconds_)),
        workspace_(std::make_unique<typename M::workspace>()) {}

  /// Runs the network on one input of M::input_shape, elements in the order channels, rows, columns. Input,
  /// output and workspace need no alignment and must not overlap. May be called from many threads at once,
  /// each with a workspace of its own. What a NaN makes of the output is not promised: a relu or a max pool
  /// may drop it. Infinities and subnormal numbers are computed with as IEEE 754 says, unless the caller has
  /// set the CPU to flush the latter to zero. But a Winograd convolution adds inputs before it multiplies: an
  /// infinity, or a number above 1e36, may make NaN of all outputs of its tile, also of those whose windows
  /// it is not in; algorithm<method::direct> does not.
  void operator()(input x, output y, typename M::workspace& scratch) const noexcept
      requires(M::input_count == 1 && M::output_count == 1) {
    run({x.data()}, {y.data()}, scratch);
  }

  /// The same of a network with several inputs or outputs: where each begins, in the order in which they
  /// stand in the expression.
  void run(const std::array<const float*, M::input_count>& x, const std::array<float*, M::output_count>& y,
           typename M::workspace& scratch) const noexcept {
    program_.run(packed_.get(), x.data(), y.data(), scratch.arena);
  }

  /// The same in parts, on the workers of an executor (executor.hpp). Same bits as without, for every number
  /// of workers. How the network is cut is decided when it is compiled: steps and networks too small to gain
  /// run on the calling thread and do not touch the executor. Allocates and locks nothing; what the executor
  /// does is its own. Workers of a TeamExecutor spin while they wait for each other, then yield. With
  /// `M::worker_bytes` > 0 pass a M::workspace_for<Workers>; an executor that has more workers than it has
  /// memory for gets some steps in so many parts only.
  template <std::derived_from<typename M::workspace> Workspace, Executor E>
  void run(const std::array<const float*, M::input_count>& x, const std::array<float*, M::output_count>& y,
           Workspace& scratch, E&& executor) const noexcept {
    program_.share(packed_.get(), x.data(), y.data(), scratch.arena, scratch.scratch_of_others(),
                   Workspace::workers, detail::any_executor(executor));
  }
  /// The same of a network with one input and one output.
  template <std::derived_from<typename M::workspace> Workspace, Executor E>
  requires(M::input_count == 1 && M::output_count == 1) void run(input x, output y, Workspace& scratch,
                                                                 E&& executor) const noexcept {
    run(std::array{x.data()}, std::array{y.data()}, scratch, executor);
  }

  /// Runs the network on n inputs that lie one behind the other, each as in a single run; so do the outputs.
  /// Gives what n single runs give, on one instruction set the same bits. Takes M::batch_images at a time
  /// where that saves reading weights again: linear layers, and convolutions with more weights than pixels. n
  /// may be any number from 0 on. Of several inputs or outputs, each has n of its own one behind the other.
  void run_batch(const std::array<const float*, M::input_count>& x,
                 const std::array<float*, M::output_count>& y, index n,
                 typename M::batch_workspace& scratch) const noexcept {
    program_.run_batch(packed_.get(), x.data(), y.data(), n, scratch.arena, scratch.images, nullptr, 1,
                       nullptr);
  }
  /// The same in parts on the workers of an executor. One that has more than 16 gets some steps in 16 parts
  /// only.
  template <Executor E>
  void run_batch(const std::array<const float*, M::input_count>& x,
                 const std::array<float*, M::output_count>& y, index n, typename M::batch_workspace& scratch,
                 E&& executor) const noexcept {
    const detail::any_executor any(executor);
    program_.run_batch(packed_.get(), x.data(), y.data(), n, scratch.arena, scratch.images, scratch.others,
                       M::batch_workspace::workers, &any);
  }

  /// The same with whole inputs shared out among the workers, each of which runs some of them by itself: for
  /// networks that are too small to be cut, and whenever there are many inputs. An executor that has more
  /// workers than `scratch` has memory for uses so many of them.
  template <class Scratch, Executor E>
  requires std::same_as<Scratch, typename M::template batch_workspace_for<Scratch::workers>>
  void run_batch(const std::array<const float*, M::input_count>& x,
                 const std::array<float*, M::output_count>& y, index n, Scratch& scratch,
                 E&& executor) const noexcept {
    const index all = executor.workers(), workers = all < Scratch::workers ? all : Scratch::workers;
    // Fewer than a block where not all workers would get one.
    const index share = (n + workers - 1) / workers;
    const index block = share < M::batch_images ? share : M::batch_images;
    if (n <= 0) return;
    const int parts = static_cast<int>((n + block - 1) / block);
    const auto run_part = [&](int part, int worker) {
      const index first = part * block, count = n - first < block ? n - first : block;
      auto in = x;
      auto out = y;
      for (int k = 0; k < M::input_count; ++k) in[k] += first * M::input_shapes[k].count();
      for (int k = 0; k < M::output_count; ++k) out[k] += first * M::output_shapes[k].count();
      auto& own = scratch.each[worker];
      program_.run_batch(packed_.get(), in.data(), out.data(), count, own.arena, own.images, nullptr, 1,
                         nullptr);
    };
    // Where there is less memory than workers, a bundle of parts for each piece of it.
    const int bundles = static_cast<int>(workers < parts ? workers : parts);
    const auto run_bundle = [&](int number, int) {
      for (int part = number; part < parts; part += bundles) run_part(part, number);
    };
    if (bundles == 1)
      run_bundle(0, 0);
    else if (all > workers)
      executor.run(bundles, part_task(run_bundle));
    else
      executor.run(parts, part_task(run_part));
  }

  /// One input with the executable's own workspace: one thread at a time. Takes an array or span for each
  /// input; gives M::output, or a tuple of all outputs.
  template <class... Inputs>
  requires(sizeof...(Inputs) == M::input_count) auto operator()(const Inputs&... x) noexcept {
    return on_own_workspace(std::make_integer_sequence<int, M::input_count>{}, x...);
  }

  /// The instruction set chosen, as Highway names it: "AVX3", "AVX2", "SSE4", "NEON", ...
  const char* target() const noexcept { return program_.target; }

  /// How long the constructor took to pack the weights. Those of large networks are packed on all cores.
  double packing_seconds() const noexcept { return packing_seconds_; }

 private:
  friend struct detail::runner;

  template <int... Number, class... Inputs>
  auto on_own_workspace(std::integer_sequence<int, Number...>, const Inputs&... x) noexcept {
    const std::array<const float*, M::input_count> in{input_at<Number>(x).data()...};
    if constexpr (M::output_count == 1) {
      typename M::output y;
      run(in, {y.data()}, *workspace_);
      return y;
    } else {
      return [&]<int... Out>(std::integer_sequence<int, Out...>) {
        std::tuple<typename M::template output_at<Out>...> y;
        run(in, {std::get<Out>(y).data()...}, *workspace_);
        return y;
      }
      (std::make_integer_sequence<int, M::output_count>{});
    }
  }

  detail::program program_;
  double packing_seconds_ = 0;
  detail::packed_weights packed_;
  std::unique_ptr<typename M::workspace> workspace_;
};

template <class Executable>
detail::runner detail::runner::of(const Executable& net) {
  using M = typename Executable::model;
  return {M::network.view(), view_of(kept_plan<M::schedule>), net.program_, net.packed_.get()};
}

}  // namespace tenon
