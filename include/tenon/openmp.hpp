// F1. An executor of OpenMP threads. Who includes this compiles and links with -fopenmp; tenon itself does
// not.
#pragma once

#include "tenon/executor.hpp"

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace tenon {

/// Runs parts on the threads of OpenMP, the calling one among them. They are those of the thread that calls:
/// made at its first run, then kept. How they wait for the next part is OpenMP's business: OMP_WAIT_POLICY,
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

  /// Calls f(part, worker) for all parts; returns when all are done.
  template <class F>
  void run(int parts, const F& f) const {
#if defined(_OPENMP)
#pragma omp parallel for schedule(dynamic) num_threads(workers_)
    for (int part = 0; part < parts; ++part) f(part, omp_get_thread_num());
#else
    for (int part = 0; part < parts; ++part) f(part, 0);
#endif
  }

 private:
  int workers_;
};

}  // namespace tenon
