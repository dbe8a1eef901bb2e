// F1. Who runs the parts of a network: threads of a pool that the user has, by a small concept.
#pragma once

#include <atomic>
#include <concepts>

namespace tenon {

namespace detail {

/// A function of two numbers, which must outlive this reference to it.
class function_of_two {
 public:
  template <class F>
  requires std::invocable<const F&, int, int>
  explicit constexpr function_of_two(const F& f) noexcept
      : state_(&f), call_([](const void* state, int a, int b) { (*static_cast<const F*>(state))(a, b); }) {}

 protected:
  void call(int a, int b) const { call_(state_, a, b); }

 private:
  const void* state_;
  void (*call_)(const void* state, int a, int b);
};

}  // namespace detail

/// What an executor is given to run: calls of the network for its parts. Refers to what the network keeps
/// alive until all parts are done; copies are cheap. Any number of threads may call it at once, for different
/// parts.
class part_task : detail::function_of_two {
 public:
  using function_of_two::function_of_two;
  /// Runs one part. `worker` is the number of the worker that does: memory of its own goes by it.
  void operator()(int part, int worker) const { call(part, worker); }
};

/// What a team is given to run: a whole run of the network, for each of `count` workers.
class team_task : detail::function_of_two {
 public:
  using function_of_two::function_of_two;
  /// Runs the share of one of `count` workers, who all are at it at the same time.
  void operator()(int worker, int count) const { call(worker, count); }
};

/// A pool of workers:
///   workers()      how many there are, at least 1; the calling thread is one of them if it helps
///   run(parts, f)  calls f(part, worker) once for each part 0 .. parts - 1, in any order, possibly at once,
///                  with 0 <= worker < workers(), no worker in two calls at a time; returns when all are
///                  done, and what they wrote is seen by the caller
/// Neither may throw. Parts take some microseconds, so sleeping and waking between two calls of run costs
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
///   together(f)    calls f(worker, count) once for each worker 0 .. count - 1, 1 <= count <= workers(),
///                  all at the same time, each on a thread of its own, as they wait for each other; worker 0
///                  on the calling thread. Returns when all are done, and what they wrote is seen by the
///                  caller. May not throw
/// With more than 16 workers each step is handed over all the same: so many do not wait for each other well.
/// openmp.hpp has one.
template <class E>
concept TeamExecutor = Executor<E> && requires(E& executor, const team_task& f) {
  executor.together(f);
};

namespace detail {

/// Calls f(first, count) for parts 0 .. parts - 1, `count` neighbours at a time, that nobody else has begun:
/// `worker` first takes those of its own of `shares` equal stretches, in all runs the same ones, so that what
/// it reads and writes is likely to be in its caches; then it helps others, part by part. With `Several`, f
/// takes less time for several parts at once than for each by itself: of its own it takes one more than half
/// of those that are left, and others may help with the rest. taken(i) is the counter of stretch i, zero
/// before anyone calls this.
template <bool Several, class Taken, class F>
void take_parts(int parts, int shares, int worker, const Taken& taken, const F& f) {
  const auto begin = [&](int share) {
    return static_cast<int>(static_cast<long long>(parts) * share / shares);
  };
  for (int i = 0; i < shares; ++i) {
    const int share = (worker + i) % shares, first = begin(share), size = begin(share + 1) - first;
    std::atomic<int>& counter = taken(share);
    for (int at = counter.load(std::memory_order_relaxed); at < size;) {
      const int count = Several && i == 0 ? (size - at) / 2 + 1 : 1;
      if (!counter.compare_exchange_weak(at, at + count, std::memory_order_relaxed)) continue;
      f(first + at, count);
      at = counter.load(std::memory_order_relaxed);
    }
  }
}

/// An executor whose type is forgotten.
class any_executor {
 public:
  template <Executor E>
  explicit any_executor(E& executor) noexcept
      : self_(const_cast<void*>(static_cast<const void*>(&executor))),
        workers_(executor.workers()),
        run_([](void* self, int parts, const part_task& f) { static_cast<E*>(self)->run(parts, f); }) {
    if constexpr (TeamExecutor<E>)
      together_ = [](void* self, const team_task& f) { static_cast<E*>(self)->together(f); };
  }

  int workers() const noexcept { return workers_; }
  void run(int parts, const part_task& f) const { run_(self_, parts, f); }
  bool is_team() const noexcept { return together_ != nullptr; }
  void together(const team_task& f) const { together_(self_, f); }

 private:
  void* self_;
  int workers_;
  void (*run_)(void* self, int parts, const part_task&);
  void (*together_)(void* self, const team_task&) = nullptr;
};

}  // namespace detail
}  // namespace tenon
