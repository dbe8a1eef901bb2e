// Times of steps, and what is asked of the machine.
#include <tenon/profile.hpp>

#include <algorithm>
#include <sstream>

#include "catch.hpp"
#include "lenet5.hpp"
#include "profiled.hpp"

TEST_CASE("the machine can do something", "[profile]") {
  const tenon::machine core = tenon::measure_machine();
  INFO(core.gflops << " GFLOP/s, " << core.l2_gbytes << ", " << core.l3_gbytes << ", " << core.memory_gbytes);
  CHECK(core.gflops > 0.1);
  CHECK(core.l2_gbytes > 0.1);
  CHECK(core.l3_gbytes > 0.1);
  CHECK(core.memory_gbytes > 0.1);
  CHECK(core.l2_bytes >= 64 << 10);
  CHECK(core.l3_bytes >= core.l2_bytes);
  CHECK(tenon::cache_bytes(1) >= 8 << 10);
  const std::vector<float> ones(4096, 1.0f);
  CHECK(tenon::load_all(ones) > 0);
  CHECK(tenon::multiply_adds() > 1e4);
}

TEST_CASE("a profile has a row for each step", "[profile]") {
  const tenon::weights<Profiled> weights;
  const tenon::executable<Profiled> net(weights);
  const Profiled::input x{};
  const auto times = tenon::profile(net, x, {.runs = 20, .core = tenon::machine{.gflops = 50}});
  CHECK(times.runs == 20);
  CHECK(times.target == net.target());
  CHECK(times.core.gflops == 50);
  CHECK(times.microseconds > 0);
  REQUIRE(!times.steps.empty());
  double macs = 0, done = 0;
  int next = 0;
  for (const tenon::step_profile& s : times.steps) {
    CHECK(s.first == next);
    next = s.first + s.count;
    macs += s.done.macs;
    CHECK(s.least_microseconds <= s.microseconds);
    CHECK(s.floor_microseconds > 0);
    CHECK(s.gflops * s.microseconds * 1e3 == Approx(s.flops()));
    CHECK(s.percent_of_peak == Approx(2 * s.gflops));
    done += s.microseconds;
  }
  CHECK(next == Profiled::schedule.step_count);
  CHECK(macs == static_cast<double>(Profiled::mac_count));
  CHECK(times.sum() == Approx(done));
  CHECK(std::ranges::any_of(times.steps, [](const auto& s) { return s.algorithm == "chain"; }));

  std::ostringstream text;
  text << times;
  CHECK(text.str().find("conv<64, 1> | relu6 | conv<64, 3") != std::string::npos);
  CHECK(text.str().find("medians of 20 runs") != std::string::npos);
}

TEST_CASE("single steps give what a run gives", "[profile]") {
  tenon::weights<Profiled> weights;
  float value = 0.1f;
  for (float& w : weights.values()) w = (value = value > 0.5f ? -0.45f : value + 0.013f);
  const tenon::executable<Profiled> net(weights);
  Profiled::input x;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 17) / 16;
  const auto whole = std::make_unique<Profiled::workspace>(), parts = std::make_unique<Profiled::workspace>();
  Profiled::output y, z{};
  net(x, y, *whole);
  const auto run = tenon::detail::runner::of(net);
  const float* in[] = {x.data()};
  float* out[] = {z.data()};
  for (int step = 0; step < Profiled::schedule.step_count; ++step)
    run.compiled.run_step(step, run.packed, in, out, parts->arena);
  CHECK(y == z);
}

TEST_CASE("who did not ask for single steps is told so", "[profile]") {
  const tenon::executable<LeNet5> net(tenon::weights<LeNet5>{});
  const LeNet5::input x{};
  try {
    tenon::profile(net, x);
    FAIL("a profile without steps");
  } catch (const std::logic_error& wrong) {
    CHECK(std::string(wrong.what()).find("TENON_PROFILE") != std::string::npos);
  }
}
