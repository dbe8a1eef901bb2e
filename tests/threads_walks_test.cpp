// All other steps, and whole networks, in parts on several threads.
#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <tenon/kernel/piece.hpp>
#include <tenon/openmp.hpp>

#include "in_parts.hpp"

namespace {

using namespace tenon::layers;
using in_parts::cut;

// clang-format off
template <auto... Layers> using map = cut<(input<3, 17, 19> | ... | Layers)>;
template <auto... Layers> using line = cut<(input<3, 150> | ... | Layers)>;
template <auto... Layers> using box = cut<(input<2, 9, 10, 11> | ... | Layers)>;
inline constexpr auto conv33 = conv<33, 3, padding{1}>;

/// As it is: only what is worth it is cut.
struct Net : tenon::model<input<3, 64, 64> | conv<16, 3, stride{2}, padding{1}> | batch_norm | relu
  | (identity + (conv<16, 3, padding{1}, depthwise> | relu | conv<16, 1>)) | conv<64, 3, padding{1}> | relu | max_pool<2>
  | flatten | linear<40>> {};
/// Nothing of it is; in a batch its linear layer is by itself.
struct Small : tenon::model<input<1, 6, 6> | conv<4, 3> | relu> {};
struct SmallScores : tenon::model<input<1, 6, 6> | conv<4, 3> | relu | flatten | linear<10>> {};

#define TENON_MODEL \
  map<conv33 , concat(conv<20, 3, padding{1}>, conv<9, 1>, max_pool<3, stride{1}, padding{1}>)>, \
  map<max_pool<3, stride{2}, padding{1}>>, map<conv33 , avg_pool<3, stride{2}, padding{1}>>, \
  map<conv33 , adaptive_avg_pool<5>>, map<conv<40, 1> , global_max_pool>, map<global_avg_pool>, \
  map<conv<70, 1> , global_max_pool>, map<conv<70, 1> , (identity * (global_avg_pool | conv<70, 1> | sigmoid)) , conv<9, 3, padding{1}>>, \
  map<conv33 , sigmoid , batch_norm , max_pool<2, stride{1}> , prelu>, map<batch_norm , sigmoid>, map<prelu>, map<instance_norm>, \
  map<group_norm<3>>, map<conv33 , layer_norm>, map<conv33 , softmax>, map<conv33 , local_response_norm<5>>, \
  map<conv33 , upsample<2, bilinear>>, map<upsample<3>>, map<conv<36, 1> , pixel_shuffle<2>>, map<pad<padding{2}, reflect>>, \
  map<conv33 , crop<2>>, map<(identity * (conv<3, 1> | sigmoid))>, box<max_pool<2>>, \
  cut<concat(name<"a">(input<3, 9, 8>), name<"b">(input<2, 9, 8>) | relu) | outputs(conv<20, 3>, identity)>, Net, Small, SmallScores
// clang-format on

}  // namespace

#include <tenon/instantiate.hpp>

TEST_CASE("other steps in parts agree with the reference", "[threads]") {
  CHECK(twin::check_all<TENON_MODEL>() > 0);
}

TEST_CASE("other steps in parts in any order give the bits of a serial run", "[threads]") {
  in_parts::check_order<tenon_models>();
}

TEST_CASE("other steps in parts at the same time give the bits of a serial run", "[threads]") {
  in_parts::check_threads<tenon_models>();
}

TEST_CASE("OpenMP's threads give the bits of a serial run", "[threads]") {
  in_parts::trial<Net> it;
  for (const int workers : {1, 2, 3}) CHECK(it.agrees<3>(tenon::openmp_executor(workers)));
}

TEST_CASE("a team of more threads than tenon lets walk together gets steps one by one", "[threads]") {
  struct large : tenon::openmp_executor {
    large() noexcept : openmp_executor(2) {}
    int workers() const { return 100; }
    void together(const tenon::team_task&) const { throw std::logic_error("too many to wait for"); }
  };
  static_assert(tenon::TeamExecutor<large>);
  in_parts::trial<Net> it;
  CHECK(it.agrees<100>(large{}));
}

TEST_CASE("a team runs again and again", "[threads]") {
  in_parts::trial<Net> it;
  for (int i = 0; i < 300; ++i) CHECK(it.agrees<2>(tenon::openmp_executor(2)));
}

TEST_CASE("OpenMP's threads are a team", "[threads]") {
  static_assert(tenon::TeamExecutor<tenon::openmp_executor>);
  for (const int workers : {1, 2, 3}) {
    std::atomic<int> calls = 0, wrong = 0;
    tenon::openmp_executor(workers).together([&](int worker, int count) {
      wrong += worker < 0 || worker >= count || count > workers;
      // They run at the same time: each sees all others.
      ++calls;
      while (calls < count) std::this_thread::yield();
    });
    CHECK(wrong == 0);
    CHECK((calls >= 1 && calls <= workers));
  }
}

TEST_CASE("OpenMP's threads run each part once", "[threads]") {
  for (const int workers : {1, 2, 3, 70})
    for (const int parts : {0, 1, 2, 7, 100}) {
      INFO(parts << " parts, " << workers << " workers");
      std::vector<std::atomic<int>> calls(static_cast<std::size_t>(parts));
      std::vector<std::atomic<int>> at_work(static_cast<std::size_t>(workers));
      std::atomic<int> wrong = 0;
      tenon::openmp_executor(workers).run(parts, [&](int part, int worker) {
        if (worker < 0 || worker >= workers) return void(++wrong);
        auto& own = at_work[static_cast<std::size_t>(worker)];
        wrong += own++ != 0;
        ++calls[static_cast<std::size_t>(part)];
        --own;
      });
      CHECK(wrong == 0);
      CHECK(std::ranges::all_of(calls, [](const auto& n) { return n == 1; }));
    }
}

TEST_CASE("OpenMP's threads begin with parts of their own", "[threads]") {
  const tenon::openmp_executor two(2);
  const bool alone = two.workers() == 1;  // compiled without OpenMP
  std::array<std::atomic<int>, 2> first{-1, -1};
  two.run(10, [&](int part, int worker) {
    int none = -1;
    first[static_cast<std::size_t>(worker)].compare_exchange_strong(none, part);
    // Until the other one has begun.
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!alone && (first[0] < 0 || first[1] < 0) && std::chrono::steady_clock::now() < end)
      std::this_thread::yield();
  });
  CHECK(first[0] == 0);
  CHECK(first[1] == (alone ? -1 : 5));
}

TEST_CASE("parts are taken some at a time of the own stretch, one by one of others", "[threads]") {
  for (const int shares : {1, 2, 3, 5}) {
    for (const int parts : {0, 1, 2, 7, 32}) {
      for (int worker = 0; worker < shares; ++worker) {
        std::vector<std::atomic<int>> taken(static_cast<std::size_t>(shares));
        const auto counter = [&](int share) -> std::atomic<int>& {
          return taken[static_cast<std::size_t>(share)];
        };
        const int begin = parts * worker / shares, end = parts * (worker + 1) / shares;
        int next = begin, calls = 0;
        tenon::detail::take_parts<true>(parts, shares, worker, counter, [&](int first, int count) {
          const bool own = begin <= first && first < end;
          CHECK(count == (own ? (end - first) / 2 + 1 : 1));
          CHECK(first == next % parts);  // in order, round and round
          next = first + count, calls += count;
        });
        CHECK(calls == parts);
        tenon::detail::take_parts<true>(parts, shares, 0, counter, [](int, int) { FAIL("nothing is left"); });
      }
    }
  }
}

TEST_CASE("parts that two threads want at once are taken once", "[threads]") {
  constexpr int parts = 9, rounds = 5'000;
  std::atomic<int> taken[2]{}, calls[parts]{};
  int wrong = 0;
  std::barrier meeting(2, [&]() noexcept {
    for (std::atomic<int>& n : calls) wrong += n.exchange(0) != 1;
    for (std::atomic<int>& n : taken) n = 0;
  });
  const auto work = [&](int worker) {
    for (int round = 0; round < rounds; ++round) {
      tenon::detail::take_parts<true>(
          parts, 2, worker, [&](int share) -> std::atomic<int>& { return taken[share]; },
          [&](int first, int count) {
            for (int part = first; part < first + count; ++part) ++calls[part];
          });
      meeting.arrive_and_wait();
    }
  };
  std::jthread other(work, 1);
  work(0);
  other.join();
  CHECK(wrong == 0);
}

TEST_CASE("a slice of several parts takes what they take one by one", "[threads]") {
  constexpr int units = 45, tile = 4;
  const auto ranges = [](const tenon::slice& s) {
    return std::array{s.along(units), s.blocks(units), s.along(units, tile), s.blocks(units, tile),
                      s.along_map().along(units)};
  };
  for (const auto& [along, blocks] : {std::pair(1, 7), std::pair(9, 1), std::pair(5, 3)}) {
    const tenon::cut how{tenon::cut_axis::rows, along, blocks};
    for (int part = 0; part < how.parts(); ++part) {
      const auto one = ranges({.how = how, .part = part});
      const int longest = along > 1 ? along - part % along : blocks - part;
      if (part == 0) CHECK((one[0].first == 0 && one[1].first == 0));
      if (part + 1 == how.parts()) CHECK((one[0].end == units && one[1].end == units && one[2].end == units));
      if (longest > 1) {
        const auto next = ranges({.how = how, .part = part + 1});
        for (std::size_t i = 0; i < one.size(); ++i)
          if ((i % 2 == 0) == (along > 1)) CHECK(next[i].first == one[i].end);
      }
      for (int count = 2; count <= longest; ++count) {
        const auto all = ranges({.how = how, .part = part, .count = count});
        const auto last = ranges({.how = how, .part = part + count - 1});
        for (std::size_t i = 0; i < all.size(); ++i) {
          CHECK(all[i].first == one[i].first);
          CHECK(all[i].end == last[i].end);
        }
      }
    }
  }
}

TEST_CASE("a network that is too small to gain leaves the executor alone", "[threads]") {
  struct : in_parts::backwards {
    void together(const tenon::team_task&) { ++runs; }
  } team{{4}};
  static_assert(tenon::TeamExecutor<decltype(team)>);
  twin::on_every_target([&] {
    in_parts::trial<Small> it;
    in_parts::trial<SmallScores> scores;
    in_parts::backwards executor{4};
    CHECK(it.agrees<4>(executor));
    CHECK(it.agrees<4>(team));
    CHECK(scores.agrees<4>(team));
    CHECK(executor.runs + team.runs == 0);

    const std::vector<float> x(5 * SmallScores::input::count);
    std::vector<float> y(5 * SmallScores::output::count);
    const auto memory = std::make_unique<SmallScores::batch_workspace>();
    scores.net.run_batch({x.data()}, {y.data()}, 5, *memory, team);
    CHECK(team.runs == 0);
  });
}

TEST_CASE("memory of other threads", "[threads]") {
  STATIC_REQUIRE(Small::worker_bytes == 0);
  STATIC_REQUIRE(std::is_base_of_v<Net::workspace, Net::workspace_for<4>>);
  STATIC_REQUIRE(Net::workspace_for<4>::workers == 4);
  STATIC_REQUIRE(tenon::Executor<in_parts::backwards>);
  STATIC_REQUIRE(tenon::Executor<const in_parts::pool_executor>);
  STATIC_REQUIRE(tenon::Executor<const tenon::openmp_executor>);
  STATIC_REQUIRE(!tenon::Executor<std::mutex>);
}
