// Each step of a network as a function of its own, on the instruction set that its executable chose. To be
// included behind tenon/instantiate.hpp.
#pragma once

#include <stdexcept>
#include <string_view>
#include <utility>

namespace bench {

/// What runs one step of a network: packed weights, inputs, outputs, arena, as in detail::program.
using step_function = void (*)(int step, const float* packed, const float* const* in, float* const* out,
                               float* arena);

struct step_table {
  step_function run;
  tenon::simd isa;
};

// (Volatile: a step is called from code that is compiled for the baseline, into which it cannot be inlined.)
#define BENCH_STEPS_ON(target)                                                                            \
  template <class M, int... number>                                                                       \
  void run_step_on_##target(int step, const tenon::target::memory& memory,                                \
                            std::integer_sequence<int, number...>) {                                      \
    static void (*const volatile all[])(const tenon::target::memory&,                                     \
                                        const tenon::slice&) = {&tenon::target::run_step<M, number>...};  \
    for (int phase = 0; phase < tenon::target::splits<M>[static_cast<std::size_t>(step)].phases; ++phase) \
      all[step](memory, {tenon::cut{}, 0, phase});                                                        \
  }                                                                                                       \
  template <class M>                                                                                      \
  void run_step_on_##target(int step, const float* packed, const float* const* in, float* const* out,     \
                            float* arena) {                                                               \
    run_step_on_##target<M>(step, {packed, in, out, arena},                                               \
                            std::make_integer_sequence<int, M::schedule.step_count>{});                   \
  }

#if HWY_TARGETS & HWY_AVX3
BENCH_STEPS_ON(N_AVX3)
#endif
#if HWY_TARGETS & HWY_AVX2
BENCH_STEPS_ON(N_AVX2)
#endif
#if HWY_TARGETS & HWY_NEON
BENCH_STEPS_ON(N_NEON)
#endif
#if HWY_TARGETS & HWY_SCALAR
BENCH_STEPS_ON(N_SCALAR)
#endif
#undef BENCH_STEPS_ON

/// The steps of M for an instruction set, as executable::target() names it.
template <class M>
step_table steps_of(std::string_view target) {
#if HWY_TARGETS & HWY_AVX3
  if (target == "AVX3") return {&run_step_on_N_AVX3<M>, tenon::N_AVX3::isa};
#endif
#if HWY_TARGETS & HWY_AVX2
  if (target == "AVX2") return {&run_step_on_N_AVX2<M>, tenon::N_AVX2::isa};
#endif
#if HWY_TARGETS & HWY_NEON
  if (target == "NEON") return {&run_step_on_N_NEON<M>, tenon::N_NEON::isa};
#endif
#if HWY_TARGETS & HWY_SCALAR
  if (target == "SCALAR") return {&run_step_on_N_SCALAR<M>, tenon::N_SCALAR::isa};
#endif
  throw std::runtime_error("no steps for the instruction set " + std::string(target));
}

}  // namespace bench
