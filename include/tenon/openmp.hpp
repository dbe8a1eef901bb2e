// F1. An executor of OpenMP threads. Who includes this compiles and links with -fopenmp; tenon itself does
// not.
#pragma once

#include "tenon/executor.hpp"

#if defined(_OPENMP)
#include <atomic>

#include <omp.h>
#endif

namespace tenon {

/// Runs parts on the threads of OpenMP, the calling one among them. They are those of the thread that calls:
/// made at its first run, then kept. How they wait for the next run is OpenMP's business: OMP_WAIT_POLICY,
/// and GOMP_SPINCOUNT with GCC's. Inside of a parallel region, and without -fopenmp, there is one worker.
class openmp_executor {
 public:
  /// As many workers as OpenMP has threads (OMP_NUM_THREADS, else the CPUs of this process), or so many.
#if defined(_OPENMP)
  explicit openmp_executor(int workers = omp_get_max_threads()) noexcept
      : workers_(workers > 0 ? workers : 1) {}
#else
  explicit openmp_executor(int = 1) noexcept : workers_(1) {}
#endif

  /// Threads that run parts.
  int workers() const noexcept { return workers_; }

  /// Calls f(part, worker) for all parts; returns when all are done. Each worker begins with parts of its
  /// own, in all runs the same ones: what it reads and writes is likely to be in its caches. Then it helps
  /// others.
  template <class F>
  void run(int parts, const F& f) const {
#if defined(_OPENMP)
    constexpr int most = 64;
    struct alignas(64) share {
      std::atomic<int> next;
    };
    share all[most];
    const int shares = workers_ < most ? workers_ : most;
    const auto begin = [&](int number) {
      return static_cast<int>(static_cast<long long>(parts) * number / shares);
    };
    for (int i = 0; i < shares; ++i) all[i].next.store(begin(i), std::memory_order_relaxed);
#pragma omp parallel num_threads(workers_)
    {
      const int worker = omp_get_thread_num();
      for (int i = 0; i < shares; ++i) {
        const int number = (worker + i) % shares, end = begin(number + 1);
        if (i > 0 && all[number].next.load(std::memory_order_relaxed) >= end) continue;
        for (int part; (part = all[number].next.fetch_add(1, std::memory_order_relaxed)) < end;)
          f(part, worker);
      }
    }
#else
    for (int part = 0; part < parts; ++part) f(part, 0);
#endif
  }

  /// Calls f(worker, count) on `count` threads at the same time: all workers, or as many as OpenMP gives.
  template <class F>
  void together(const F& f) const {
#if defined(_OPENMP)
#pragma omp parallel num_threads(workers_)
    f(omp_get_thread_num(), omp_get_num_threads());
#else
    f(0, 1);
#endif
  }

 private:
  int workers_;
};

}  // namespace tenon
