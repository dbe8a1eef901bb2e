// Threads that go through the steps of a network together: each runs its share of the parts of a step, helps
// the others, and waits until all are done.
#if defined(TENON_KERNEL_TEAM_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_TEAM_INL_HPP
#undef TENON_KERNEL_TEAM_INL_HPP
#else
#define TENON_KERNEL_TEAM_INL_HPP
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <atomic>
#include <thread>

#include "tenon/executor.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// What the members of a team see of each other: a stretch of memory for each, so that a core has its own to
/// itself until others look at it.
struct team {
  static constexpr int most = 16;
  struct alignas(128) member {
    std::atomic<unsigned> met{0};  // how often it has arrived where all meet
    std::atomic<int> taken[2]{};   // parts of its share that somebody has begun, of this unit and of the next
  };
  member members[most];
};

/// One of the `count` workers of a team, on a thread of its own. All of them call the same functions in the
/// same order.
class teammate {
 public:
  teammate(team& all, int worker, int count) : members_(all.members), worker_(worker), count_(count) {
    HWY_DASSERT(0 <= worker && worker < count && count <= team::most);
  }

  int worker() const { return worker_; }
  int count() const { return count_; }

  /// The first `workers` call f(first, count) for `parts` parts, some neighbours at a time, each part once:
  /// first those of the own stretch, then what others have not begun.
  template <class F>
  void share(int parts, int workers, const F& f) {
    if (worker_ >= workers) return;
    detail::take_parts<true>(
        parts, workers, worker_,
        [&](int whose) -> std::atomic<int>& { return members_[whose].taken[met_ % 2]; }, f);
  }

  /// Returns when all have come here: what they wrote before is seen after. Ends a unit.
  void meet() {
    // The counters of the next unit are those of the unit before this one, which all have left.
    ++met_;
    members_[worker_].taken[met_ % 2].store(0, std::memory_order_relaxed);
    members_[worker_].met.store(met_, std::memory_order_release);
    for (int other = 0; other < count_; ++other) wait_for(members_[other].met);
  }

 private:
  void wait_for(const std::atomic<unsigned>& met) const {
    // A thread that does not come may have to get this core. (A pause takes 10 to 40 ns on x86.)
    constexpr int patience = 2'000;
    for (int i = 0; static_cast<int>(met.load(std::memory_order_acquire) - met_) < 0; ++i)
      if (i < patience)
        hwy::Pause();
      else
        std::this_thread::yield();
  }

  team::member* members_;
  int worker_, count_;
  unsigned met_ = 0;
};

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
