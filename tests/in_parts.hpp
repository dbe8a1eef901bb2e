// Networks in parts on several threads: the same bits as on one thread, for every number of workers, every
// order of parts and every instruction set; and no part writes where another one does.
#pragma once

#include <atomic>
#include <stdexcept>
#include <thread>

#include "catch.hpp"
#include "job_system.hpp"
#include "twin.hpp"

namespace in_parts {

/// Every step is cut, however small it is.
template <auto Expression>
struct cut : tenon::model<Expression, tenon::lowering{.share_from = 0}> {};

/// Parts from the last to the first, each on another worker. Counts runs, and calls of each part.
struct backwards {
  int count;
  int runs = 0, wrong = 0;

  int workers() const { return count; }
  void run(int parts, const tenon::part_task& f) {
    ++runs;
    wrong += parts < 2;
    for (int part = parts - 1; part >= 0; --part) f(part, (part * 7 + runs) % count);
  }
};

/// Threads that start together, take parts one by one, and hand over in between.
struct crowd {
  int count;

  int workers() const { return count; }
  void run(int parts, const tenon::part_task& f) const {
    std::atomic<int> next{0};
    const auto work = [&](int worker) {
      for (int part; (part = next++) < parts;) {
        f(part, worker);
        std::this_thread::yield();
      }
    };
    std::vector<std::jthread> threads;
    for (int worker = 1; worker < count; ++worker) threads.emplace_back(work, worker);
    work(0);
  }
};

/// Threads that go through a network together; `count` of them come, of those that were promised.
struct gang {
  int promised, count = promised;

  int workers() const { return promised; }
  void run(int, const tenon::part_task&) const { throw std::logic_error("a team gets no single steps"); }
  void together(const tenon::team_task& f) const {
    std::vector<std::jthread> threads;
    for (int worker = 1; worker < count; ++worker)
      threads.emplace_back([&f, worker, this] { f(worker, count); });
    f(0, count);
  }
};
static_assert(tenon::TeamExecutor<gang> && !tenon::TeamExecutor<crowd>);

struct pool_executor {
  job_system& pool;
  int workers() const { return pool.worker_count(); }
  void run(int parts, const tenon::part_task& f) const {
    pool.for_each(
        parts,
        [](const void* data, int part, int worker) {
          (*static_cast<const tenon::part_task*>(data))(part, worker);
        },
        &f);
  }
};

/// A network with seeded weights, inputs one behind the other, and the output of one thread.
template <tenon::Model M>
struct trial {
  tenon::executable<M> net{[] {
    tenon::weights<M> w;
    std::ranges::copy(twin::random_weights(M::network.view(), 1), w.values().begin());
    return w;
  }()};
  std::vector<float> x = twin::random_numbers(twin::total(M::input_shapes), 2);
  std::vector<float> serial = std::vector<float>(twin::total(M::output_shapes));
  std::array<const float*, M::input_count> in;

  trial() {
    const float* at = x.data();
    for (int i = 0; i < M::input_count; ++i) in[i] = at, at += M::input_shapes[i].count();
    const auto memory = std::make_unique<typename M::workspace>();
    net.run(in, ports(serial.data()), *memory);
  }
  static std::array<float*, M::output_count> ports(float* y) {
    std::array<float*, M::output_count> out;
    for (int i = 0; i < M::output_count; ++i) out[i] = y, y += M::output_shapes[i].count();
    return out;
  }
  /// Does a run on `executor` give the bits of the serial one, and write nowhere else, whatever the workspace
  /// held before?
  template <int Room, class E>
  bool agrees(E&& executor) {
    struct yard {
      float before[twin::fence::width];
      typename M::template workspace_for<Room> memory;
      float after[twin::fence::width];
    };
    const auto arena = std::make_unique<yard>();
    std::fill_n(reinterpret_cast<float*>(arena.get()), sizeof(yard) / sizeof(float), twin::fence::post());
    twin::fenced y(serial.size(), 1);
    net.run(in, ports(y.data()), arena->memory, executor);
    return twin::same_bits({y.data(), serial.size()}, serial) && y.intact() &&
           twin::fence::stands(arena->before) && twin::fence::stands(arena->after);
  }
};

template <class F, class... Models>
void each(boost::mp11::mp_list<Models...>, F f) {
  (f.template operator()<Models>(), ...);
}

/// For each network of a list, on every target.
template <class Models>
void check_order() {
  int runs = 0;
  twin::on_every_target([&] {
    each(Models{}, [&]<class M>() {
      INFO(twin::title(M::network.view()));
      trial<M> it;
      for (const int workers : {1, 2, 3, 5}) {
        backwards executor{workers};
        CHECK(it.template agrees<5>(executor));
        CHECK(it.template agrees<2>(executor));  // less memory than workers
        CHECK(it.template agrees<1>(executor));
        CHECK(executor.wrong == 0);
        runs += executor.runs;
      }
    });
  });
  CHECK(runs > 100);
}

template <class Models>
void check_threads() {
  job_system two(2), three(3), five(5);
  twin::on_every_target([&] {
    each(Models{}, [&]<class M>() {
      INFO(twin::title(M::network.view()));
      trial<M> it;
      CHECK(it.template agrees<3>(crowd{3}));
      CHECK(it.template agrees<2>(gang{2}));
      CHECK(it.template agrees<5>(gang{5}));
      CHECK(it.template agrees<2>(gang{5}));  // less memory than workers
      CHECK(it.template agrees<1>(gang{3}));
      CHECK(it.template agrees<3>(gang{3, 2}));  // fewer workers than were promised
      CHECK(it.template agrees<3>(gang{3, 1}));
      for (int round = 0; round < 3; ++round) {
        CHECK(it.template agrees<2>(pool_executor{two}));
        CHECK(it.template agrees<3>(pool_executor{three}));
        CHECK(it.template agrees<5>(pool_executor{five}));
        CHECK(it.template agrees<2>(pool_executor{five}));
      }
    });
  });
}

}  // namespace in_parts
