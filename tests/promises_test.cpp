// What a run promises: no allocation, no lock, no system call, no exception, the same bits every time, and
// many runs at once.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <thread>

#if defined(__linux__)
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "catch.hpp"
#include "lenet5.hpp"
#include "resnet8.hpp"
#include "twin.hpp"

/// Nearly every kind of step: planar and interleaved layers, copies, norms, pools, sums, activations.
struct Medley : tenon::model<input<2, 12, 13> | batch_norm | conv<6, 3, padding{1}> | tanh | max_pool<2> |
                             (identity + conv<6, 3, depthwise, padding{1}> + (conv<6, 1> | sigmoid)) |
                             batch_norm | hard_swish | avg_pool<2, stride{1}, padding{1}, exclude_padding> |
                             conv<18, 3, groups{2}, stride{2}> | leaky_relu<> | softmax | flatten | relu6 |
                             linear<11> | softmax> {};

#define TENON_MODEL LeNet5, ResNet8, Medley, tenon::unfused<Medley>
#include <tenon/instantiate.hpp>

// ---- Every way to the heap counts itself
// -------------------------------------------------------------------

namespace {
std::atomic<long> heap_calls{0};
}

// What C++ asks for, and what everything else does. Sanitizers have an allocator of their own, which wants to
// be left alone.
#if !TENON_SANITIZED
#if defined(__GLIBC__)
#define TENON_COUNTS_MALLOC 1
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t bytes) { return ++heap_calls, __libc_malloc(bytes); }
void* calloc(std::size_t count, std::size_t bytes) { return ++heap_calls, __libc_calloc(count, bytes); }
void* realloc(void* old, std::size_t bytes) { return ++heap_calls, __libc_realloc(old, bytes); }
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return ++heap_calls, __libc_memalign(alignment, bytes);
}
void free(void* memory) { ++heap_calls, __libc_free(memory); }
}
#endif

void* operator new(std::size_t bytes) {
  ++heap_calls;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  ++heap_calls;
  const auto unit = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { ++heap_calls, std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { ++heap_calls, std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { ++heap_calls, std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  ++heap_calls, std::free(memory);
}
#endif

namespace {

/// A network with seeded weights, and an input.
template <tenon::Model M>
struct ready {
  tenon::executable<M> net{[] {
    tenon::weights<M> w;
    std::ranges::copy(twin::random_weights(M::network.view(), 1), w.values().begin());
    return w;
  }()};

  static typename M::input example(unsigned seed) {
    typename M::input x;
    std::ranges::copy(twin::random_numbers(M::input::count, seed), x.begin());
    return x;
  }
};

/// f.operator()<M>() for each network of this file.
template <class F>
void each_network(F f) {
  f.template operator()<LeNet5>();
  f.template operator()<ResNet8>();
  f.template operator()<Medley>();
  f.template operator()<tenon::unfused<Medley>>();
}

}  // namespace

#if !TENON_SANITIZED
TEST_CASE("calls to the heap are counted", "[promises]") {
  long before = heap_calls;
  { const std::vector<float> counted(100); }
  CHECK(heap_calls - before >= 2);
#if TENON_COUNTS_MALLOC
  before = heap_calls;
  void* volatile memory = std::malloc(100);
  std::free(memory);
  CHECK(heap_calls - before == 2);
#endif
}
#endif

TEST_CASE("a run does not allocate", "[promises]") {
  each_network([]<class M>() {
    twin::on_every_target([] {
      ready<M> it;
      const auto x = it.example(1);
      typename M::output y;
      const auto scratch = std::make_unique<typename M::workspace>();
      const long calls = heap_calls;
      it.net(x, y, *scratch);
      const auto z = it.net(x);
      const long during = heap_calls - calls;
      CHECK(during == 0);
      CHECK(twin::same_bits(y, z));
    });
  });
}

TEST_CASE("a run does not throw", "[promises]") {
  each_network([]<class M>() {
    using net = tenon::executable<M>;
    STATIC_REQUIRE(noexcept(std::declval<net&>()(std::declval<typename net::input>())));
    STATIC_REQUIRE(noexcept(std::declval<const net&>()(std::declval<typename net::input>(),
                                                       std::declval<typename net::output>(),
                                                       std::declval<typename M::workspace&>())));
  });
}

#if defined(__linux__) && !TENON_SANITIZED
TEST_CASE("a run makes no system call", "[promises]") {
  each_network([]<class M>() {
    ready<M> it;
    const auto x = it.example(1);
    typename M::output y;
    const auto scratch = std::make_unique<typename M::workspace>();
    // In strict mode the kernel ends a process at any system call but read, write and exit.
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) _exit(2);
      it.net(x, y, *scratch);
      it.net(x);
      syscall(SYS_exit, 0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
      WARN("skipped: there is no seccomp here");
    else
      CHECK(status == 0);
  });
}
#endif

TEST_CASE("a run gives the same bits every time", "[promises]") {
  each_network([]<class M>() {
    twin::on_every_target([] {
      ready<M> it, twin_of_it;
      const auto first = it.net(it.example(1));
      for (unsigned other = 2; other < 6; ++other) {
        it.net(it.example(other));
        CHECK(twin::same_bits(it.net(it.example(1)), first));
      }
      CHECK(twin::same_bits(twin_of_it.net(it.example(1)), first));
    });
  });
}

TEST_CASE("one executable runs in many threads at once", "[promises]") {
  each_network([]<class M>() {
    ready<M> it;
    const tenon::executable<M>& shared = it.net;
    constexpr unsigned threads = 6, inputs = 4;
    std::vector<typename M::output> serial;
    for (unsigned i = 0; i < inputs; ++i) serial.push_back(it.net(it.example(i)));
    std::atomic<unsigned> ready_threads{0}, wrong{0};
    std::vector<std::thread> crowd;
    for (unsigned t = 0; t < threads; ++t) {
      crowd.emplace_back([&, t] {
        const auto scratch = std::make_unique<typename M::workspace>();
        const auto x = it.example(t % inputs);
        for (++ready_threads; ready_threads < threads;) std::this_thread::yield();
        for (int round = 0; round < 20; ++round) {
          typename M::output y;
          shared(x, y, *scratch);
          wrong += !twin::same_bits(y, serial[t % inputs]);
        }
      });
    }
    for (std::thread& t : crowd) t.join();
    CHECK(wrong == 0);
  });
}

TEST_CASE("NaN and infinities stay where they belong", "[promises]") {
  // What they make of the output is not promised, only that a run ends, writes nowhere else and repeats
  // itself.
  constexpr float infinity = std::numeric_limits<float>::infinity(),
                  nan = std::numeric_limits<float>::quiet_NaN();
  const auto network = Medley::network.view();
  const std::vector<float> weights = twin::random_weights(network, 1);
  std::vector<float> x = twin::random_numbers(Medley::input::count, 2);
  for (std::size_t i = 0; i < x.size(); i += 5) x[i] = i % 3 == 0 ? nan : i % 3 == 1 ? infinity : -infinity;
  twin::on_every_target([&] {
    const twin::runner run = twin::pack<Medley>(weights);
    const std::vector<float> y = run.bare(x);
    CHECK(twin::same_bits(run.fenced(x, {1, nan}), y));
    CHECK(twin::same_bits(run.fenced(x, {0, 1e9f}), y));
  });
}
