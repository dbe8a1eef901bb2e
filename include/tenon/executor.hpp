// F1. Who runs the parts of a network: threads of a pool that the user has, by a small concept.
#pragma once

#include <concepts>

namespace tenon {

/// What an executor is given to run: calls of the network for its parts. Refers to what the network keeps
/// alive until all parts are done; copies are cheap. Any number of threads may call it at once, for different
/// parts.
class part_task {
 public:
  /// Calls f(part, worker), or f(worker, count) for a team. `f` must outlive the task.
  template <class F>
  requires std::invocable<const F&, int, int>
  explicit constexpr part_task(const F& f) noexcept
      : state_(&f), call_([](const void* state, int part, int worker) {
          (*static_cast<const F*>(state))(part, worker);
        }) {}

  /// Runs one part. `worker` is the number of the worker that does: memory of its own goes by it.
  void operator()(int part, int worker) const { call_(state_, part, worker); }

 private:
  const void* state_;
  void (*call_)(const void* state, int part, int worker);
};

/// A pool of workers:
///   workers()      how many there are, at least 1; the calling thread is one of them if it helps
///   run(parts, f)  calls f(part, worker) once for each part 0 .. parts - 1, in any order, possibly at once,
///                  with 0 <= worker < workers(), no worker in two calls at a time; returns when all are
///                  done, and what they wrote is seen by the caller
/// Neither may throw. Parts take some ten microseconds, so sleeping and waking between two calls of run costs
/// more than it saves. Neighbouring parts work on neighbouring data, in one step as in the next: where cores
/// share no cache, a pool that gives each worker the same stretch of the parts every time can be a tenth
/// faster than one that gives the next part to whoever is free. examples/threads.cpp shows how a pool becomes
/// one.
template <class E>
concept Executor = requires(E& executor, int parts, const part_task& f) {
  { executor.workers() } -> std::convertible_to<int>;
  executor.run(parts, f);
};

/// An executor whose workers can be had all at once, for a whole run of a network: they share out its parts
/// themselves and wait for each other between its steps, which takes less than to hand them each step.
///   together(f)    calls f(worker, count) once for each worker 0 .. count - 1, all at the same time, each on
///                  a thread of its own, as they wait for each other; 1 <= count <= workers(); returns when
///                  all are done, and what they wrote is seen by the caller
/// openmp.hpp has one.
template <class E>
concept TeamExecutor = Executor<E> && requires(E& executor, const part_task& f) {
  executor.together(f);
};

namespace detail {

/// An executor whose type is forgotten.
class any_executor {
 public:
  template <Executor E>
  explicit any_executor(E& executor) noexcept
      : self_(const_cast<void*>(static_cast<const void*>(&executor))),
        workers_(executor.workers()),
        run_([](void* self, int parts, const part_task& f) { static_cast<E*>(self)->run(parts, f); }) {
    if constexpr (TeamExecutor<E>)
      together_ = [](void* self, const part_task& f) { static_cast<E*>(self)->together(f); };
  }

  int workers() const noexcept { return workers_; }
  void run(int parts, const part_task& f) const { run_(self_, parts, f); }
  bool is_team() const noexcept { return together_ != nullptr; }
  void together(const part_task& f) const { together_(self_, f); }

 private:
  void* self_;
  int workers_;
  void (*run_)(void* self, int parts, const part_task&);
  void (*together_)(void* self, const part_task&) = nullptr;
};

}  // namespace detail
}  // namespace tenon
