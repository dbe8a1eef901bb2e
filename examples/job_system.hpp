// A small job system, as a game or a server has one: threads that wait for work. It stands for yours and
// knows nothing of tenon; threads.cpp makes an executor of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

/// Runs one group of jobs at a time, from one thread at a time.
class job_system {
 public:
  /// The calling thread works, too: `workers - 1` threads are started.
  explicit job_system(unsigned workers) {
    for (unsigned w = 1; w < workers; ++w)
      threads_.emplace_back([this, w](std::stop_token stop) { wait_for_jobs(stop, static_cast<int>(w)); });
  }
  ~job_system() {
    for (std::jthread& t : threads_) t.request_stop();
    open_.fetch_add(group);  // an empty group: something to wake up for
    open_.notify_all();
  }

  int worker_count() const { return static_cast<int>(threads_.size()) + 1; }

  using job = void (*)(const void* data, int number, int worker);
  /// Calls f(data, number, worker) for number = 0 .. count - 1 and returns when all calls have.
  void for_each(int count, job f, const void* data) {
    job_ = f;
    data_ = data;
    left_.store(count, std::memory_order_relaxed);
    open_.store((open_.load(std::memory_order_relaxed) / group + 1) * group + static_cast<unsigned>(count),
                std::memory_order_release);
    open_.notify_all();
    work(0);
    while (left_.load(std::memory_order_acquire) > 0) std::this_thread::yield();
  }

 private:
  /// The number of the group above, the jobs that nobody has taken below: who takes one of a group has its
  /// function, because the group is not done before that job is.
  static constexpr std::uint64_t group = std::uint64_t{1} << 32;

  void work(int worker) {
    std::uint64_t now = open_.load(std::memory_order_acquire);
    while (now % group > 0) {
      if (!open_.compare_exchange_weak(now, now - 1, std::memory_order_acquire)) continue;
      job_(data_, static_cast<int>(now % group) - 1, worker);
      left_.fetch_sub(1, std::memory_order_release);
      now = open_.load(std::memory_order_acquire);
    }
  }

  void wait_for_jobs(const std::stop_token& stop, int worker) {
    while (!stop.stop_requested()) {
      work(worker);
      // Groups follow each other closely: look around for some microseconds, then sleep.
      std::uint64_t seen = open_.load(std::memory_order_acquire);
      for (int i = 0; i < 2000 && seen % group == 0; ++i) seen = open_.load(std::memory_order_acquire);
      if (seen % group == 0 && !stop.stop_requested()) open_.wait(seen, std::memory_order_acquire);
    }
  }

  std::atomic<std::uint64_t> open_{0};
  std::atomic<int> left_{0};
  job job_ = nullptr;
  const void* data_ = nullptr;
  std::vector<std::jthread> threads_;
};
