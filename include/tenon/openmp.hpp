// F1. An executor of OpenMP threads, for whoever compiles and links with -fopenmp; tenon itself does not.
// Without, the calling thread does all.
#pragma once

#include "tenon/executor.hpp"

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace tenon {

/// Runs parts on the threads of OpenMP, the calling one among them. They are those of the thread that calls:
/// made at its first run, then kept. How they wait for the next run is OpenMP's business: OMP_WAIT_POLICY,
/// and GOMP_SPINCOUNT with GCC's. Inside of a parallel region one thread does all parts.
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

  /// Calls f(part, worker) for all parts, each worker first for those of a stretch of its own; returns when
  /// all are done.
  template <class F>
  void run(int parts, const F& f) const {
#if defined(_OPENMP)
    constexpr int most = 64;
    struct alignas(64) share {
      std::atomic<int> taken{0};
    };
    share all[most];
#pragma omp parallel num_threads(workers_)
    {
      const int worker = omp_get_thread_num();
      detail::take_parts<false>(
          parts, workers_ < most ? workers_ : most, worker,
          [&](int number) -> std::atomic<int>& { return all[number].taken; },
          [&](int part, int) { f(part, worker); });
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
