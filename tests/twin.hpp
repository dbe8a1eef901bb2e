// Networks against their slow twin: the reference in double, with a derived tolerance, on every target of
// this CPU.
#pragma once

#include <hwy/targets.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <tenon/tenon.hpp>

#include "bounded.hpp"
#include "plan_checker.hpp"

// Whether a sanitizer replaces the allocator and slows everything down.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TENON_SANITIZED 1
#endif
#endif
#if !defined(TENON_SANITIZED) && (defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__))
#define TENON_SANITIZED 1
#endif
#if !defined(TENON_SANITIZED)
#define TENON_SANITIZED 0
#endif

namespace twin {

/// A network given by its expression alone.
template <auto Expression>
struct net : tenon::model<Expression> {};

/// Runs f once for each instruction set that this CPU has and this file was compiled for.
template <class F>
void on_every_target(F f) {
  struct reset {
    ~reset() { hwy::SetSupportedTargetsForTest(0); }
  } at_the_end;
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    f();
  }
}

/// Seeded numbers from -1 to 1, with exact zeros of both signs, larger and much smaller ones among them.
std::vector<float> random_numbers(std::size_t count, unsigned seed);

/// Such numbers for all tensors of a network; running variances are positive.
std::vector<float> random_weights(tenon::graph_view network, unsigned seed);

/// A network's layers in the user's words, for messages.
std::string title(tenon::graph_view network);

/// Equal bit by bit, so that NaN equals itself and 0 is not -0.
bool same_bits(std::span<const float> a, std::span<const float> b);

/// A fence is made of posts: a NaN that no computation gives, and whose bits must still be there afterwards.
struct fence {
  static constexpr std::size_t width = 64;
  static float post();
  static bool stands(std::span<const float> posts);
};

/// `count` floats from `offset` elements after a 64-byte boundary on, fenced on both sides.
class fenced {
 public:
  fenced(std::size_t count, std::size_t offset);
  float* data() { return memory_.data() + begin_; }
  /// True while nothing was written around the floats.
  bool intact() const;

 private:
  std::size_t count_, begin_;
  std::vector<float> memory_;
};

/// How a run finds its memory.
struct setting {
  std::size_t offset = 0;  // of input and output from a 64-byte boundary, in elements
  float arena = 0;         // what the arena holds before
};

/// A network that was packed for one target, with its type forgotten.
struct runner {
  std::string target;
  /// One run; checks the fences, and that the input is what it was.
  std::function<std::vector<float>(std::span<const float> input, setting)> fenced;
  /// One run with buffers of exactly the right length from the heap, where sanitizers see every step too far.
  std::function<std::vector<float>(std::span<const float> input)> bare;
};

/// A network whose type is forgotten.
struct subject {
  tenon::graph_view network;
  tenon::plan_view schedule;
  bool fused;
  std::function<runner(std::span<const float> weights)> pack;  // for the current target
};

void check_fences(bool input, bool output, bool arena, bool input_unchanged);

/// Elements of several feature maps.
inline std::size_t total(std::span<const tenon::shape> shapes) {
  std::size_t n = 0;
  for (const tenon::shape& s : shapes) n += static_cast<std::size_t>(s.count());
  return n;
}

template <tenon::Model M>
runner pack(std::span<const float> values) {
  tenon::weights<M> weights;
  std::copy(values.begin(), values.end(), weights.values().begin());
  const auto net = std::make_shared<const tenon::executable<M>>(weights);
  using scratch = typename M::workspace;
  // Inputs one behind the other, outputs too.
  const auto run = [net](const float* x, float* y, scratch& memory) {
    std::array<const float*, M::input_count> in;
    std::array<float*, M::output_count> out;
    for (int i = 0; i < M::input_count; ++i) in[i] = x, x += M::input_shapes[i].count();
    for (int i = 0; i < M::output_count; ++i) out[i] = y, y += M::output_shapes[i].count();
    net->run(in, out, memory);
  };
  const auto fenced_run = [run](std::span<const float> input, setting how) {
    struct yard {
      alignas(64) float before[fence::width];
      scratch memory;
      alignas(64) float after[fence::width];
    };
    const auto arena = std::make_unique<yard>();
    std::fill_n(arena->before, fence::width, fence::post());
    std::fill_n(arena->after, fence::width, fence::post());
    std::fill(std::begin(arena->memory.arena), std::end(arena->memory.arena), how.arena);
    fenced x(total(M::input_shapes), how.offset), y(total(M::output_shapes), how.offset);
    std::copy(input.begin(), input.end(), x.data());
    run(x.data(), y.data(), arena->memory);
    check_fences(x.intact(), y.intact(), fence::stands(arena->before) && fence::stands(arena->after),
                 same_bits(input, {x.data(), input.size()}));
    return std::vector<float>(y.data(), y.data() + total(M::output_shapes));
  };
  const auto bare_run = [run](std::span<const float> input) {
    const std::vector<float> x(input.begin(), input.end());
    std::vector<float> y(total(M::output_shapes));
    const auto memory = std::make_unique<scratch>();
    run(x.data(), y.data(), *memory);
    return y;
  };
  return {net->target(), fenced_run, bare_run};
}

/// The reference's output for these weights and this input, with bounds that hold for the algorithms of the
/// plan.
std::vector<bounded> expect(tenon::graph_view network, tenon::plan_view schedule,
                            std::span<const float> weights, std::span<const float> input);

/// Where output and expectation part, in words; empty where each element is within its bound. `worst` becomes
/// the largest error seen, as a fraction of its bound.
std::string compare(std::span<const float> output, std::span<const bounded> expected, double& worst);

/// Prints what fraction of its bound the error of a network took, if the environment has TWIN_VERBOSE.
void say(tenon::graph_view network, double worst);

/// Checks one network on every target, with several weights and inputs:
///  - its plan is right (plan_checker.hpp);
///  - each output is within its derived bound of the reference;
///  - the bits do not depend on where input and output lie or on what the arena held before;
///  - nothing is written outside of output and workspace, and nothing read outside matters.
/// Returns the largest error seen, as a fraction of its bound.
double check(const subject& s);

template <tenon::Model... Ms>
double check_all() {
  double worst = 0;
  ((worst = std::max(worst,
                     check({Ms::network.view(), view_of(Ms::schedule), Ms::lowered_with.fuse, &pack<Ms>}))),
   ...);
  return worst;
}

}  // namespace twin
