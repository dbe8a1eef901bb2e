// What all kernels share: parts of vectors, and activations.
#if defined(TENON_KERNEL_VECTOR_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_VECTOR_INL_HPP
#undef TENON_KERNEL_VECTOR_INL_HPP
#else
#define TENON_KERNEL_VECTOR_INL_HPP
#endif

#include <cstdint>
#include <utility>

#include "tenon/kernel/activation-inl.hpp"

// In front of a loop with a constant count over an array of vectors: it must not stay a loop, or the array
// stays in memory instead of becoming registers. (Lambdas over an index_sequence do the same in twice the
// compile time. GCC leaves a loop alone whose condition calls a member, even a constexpr one.)
#ifndef TENON_UNROLL
#define TENON_UNROLL _Pragma("GCC unroll 64")
#endif

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// The instruction set as lowering sees it. 16 vector registers on x86 before AVX-512, 32 elsewhere.
inline constexpr simd isa{static_cast<int>(HWY_LANES(float)), HWY_ARCH_X86&& HWY_TARGET > HWY_AVX3 ? 16 : 32};

/// Lanes 0 .. count-1 from memory, the others 0. Reads nothing else.
template <class D>
HWY_INLINE hn::Vec<D> load_first(D d, const float* from, size_t count) {
#if HWY_MEM_OPS_MIGHT_FAULT && !HWY_CAP_GE256  // no masked loads before AVX: they read whole vectors
  HWY_ALIGN float lanes[hn::MaxLanes(d)] = {};
  for (size_t i = 0; i < count; ++i) lanes[i] = from[i];
  return hn::Load(d, lanes);
#else
  return hn::MaskedLoad(hn::FirstN(d, count), d, from);
#endif
}

/// Writes lanes 0 .. count-1, and nothing else.
template <class D>
HWY_INLINE void store_first(hn::Vec<D> v, D d, float* to, size_t count) {
#if HWY_MEM_OPS_MIGHT_FAULT && !HWY_CAP_GE256
  HWY_ALIGN float lanes[hn::MaxLanes(d)];
  hn::Store(v, d, lanes);
  for (size_t i = 0; i < count; ++i) to[i] = lanes[i];
#else
  hn::BlendedStore(v, hn::FirstN(d, count), d, to);
#endif
}

/// Lanes 0, 2, 4, ... of lo, then those of hi; and lanes 1, 3, 5, ...
template <class D>
HWY_INLINE hn::Vec<D> even_lanes(D d, hn::Vec<D> lo, hn::Vec<D> hi) {
#if HWY_TARGET == HWY_SCALAR  // one lane each: Highway has no operation for it
  return (void)d, (void)hi, lo;
#else
  return hn::ConcatEven(d, hi, lo);
#endif
}
template <class D>
HWY_INLINE hn::Vec<D> odd_lanes(D d, hn::Vec<D> lo, hn::Vec<D> hi) {
#if HWY_TARGET == HWY_SCALAR
  return (void)d, (void)lo, hi;
#else
  return hn::ConcatOdd(d, hi, lo);
#endif
}

#if HWY_TARGET != HWY_SCALAR
/// Lanes 0, 2, 4, ... are from[0], lanes 1, 3, 5, ... from[1].
template <class D>
HWY_INLINE hn::Vec<D> broadcast_two(D d, const float* from) {
  std::uint64_t both;
  hwy::CopyBytes<sizeof both>(from, &both);
  return hn::BitCast(d, hn::Set(hn::Repartition<std::uint64_t, D>(), both));
}
#endif

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
