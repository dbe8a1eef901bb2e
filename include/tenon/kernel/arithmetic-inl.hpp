// Tags of vectors, and the operations whose result depends on how a network computes: see `numerics`.
#if defined(TENON_KERNEL_ARITHMETIC_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_ARITHMETIC_INL_HPP
#undef TENON_KERNEL_ARITHMETIC_INL_HPP
#else
#define TENON_KERNEL_ARITHMETIC_INL_HPP
#endif

#include <hwy/highway.h>

#include <type_traits>

#include "tenon/tile.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Highway's tag of so many lanes of f32, or one that says, too, how a network computes.
template <int Lanes, numerics How>
struct tag_for : hn::CappedTag<float, static_cast<size_t>(Lanes)> {
  static constexpr numerics how = How;
};
template <int Lanes, numerics How = numerics::standard>
using tag = std::conditional_t<How == numerics::standard, hn::CappedTag<float, static_cast<size_t>(Lanes)>,
                               tag_for<Lanes, How>>;
template <class D>
inline constexpr numerics how_of = numerics::standard;
template <int Lanes, numerics How>
inline constexpr numerics how_of<tag_for<Lanes, How>> = How;
template <class D>
inline constexpr bool is_reproducible = how_of<D> == numerics::reproducible;
template <class D>
inline constexpr bool is_fast = how_of<D> == numerics::fast;

template <int Lanes>
using vec = hn::Vec<tag<Lanes>>;

/// a b + c rounded once, without an FMA instruction, for at most two lanes.
///
/// The product of two floats is a double. Its sum with c and what that loses are doubles, too (Knuth's
/// TwoSum). Where something is lost, the sum becomes the one of its two neighbours whose last bit is set
/// (rounding to odd): with more than two bits to spare, rounding that to float is as rounding the exact sum.
/// Source: S. Boldo, G. Melquiond, Emulation of a FMA and correctly rounded sums (2008).
template <class D>
HWY_INLINE hn::Vec<D> fused_in_double(D d, hn::Vec<D> a, hn::Vec<D> b, hn::Vec<D> c) {
  const hn::Rebind<double, D> dd;
  const hn::RebindToSigned<decltype(dd)> di;
  const auto product = hn::Mul(hn::PromoteTo(dd, a), hn::PromoteTo(dd, b)), addend = hn::PromoteTo(dd, c);
  const auto sum = hn::Add(product, addend), part = hn::Sub(sum, product);
  const auto lost = hn::Add(hn::Sub(product, hn::Sub(sum, part)), hn::Sub(addend, part));
  const auto zero = hn::Zero(dd);
  const auto bits_of = [&](auto mask) HWY_ATTR { return hn::BitCast(di, hn::VecFromMask(dd, mask)); };
  // A sum that is too large steps back by one: true is -1. No comparison is true of NaN, which infinities
  // lose.
  const auto down = bits_of(hn::Lt(hn::Mul(lost, sum), zero)), up = bits_of(hn::Gt(hn::Mul(lost, sum), zero));
  const auto inexact = hn::And(hn::Or(down, up), hn::Set(di, 1));
  const auto odd = hn::Or(hn::Add(hn::BitCast(di, sum), down), inexact);
  return hn::DemoteTo(d, hn::BitCast(dd, odd));
}
/// The same for any number of lanes. Not inline: it is in every loop.
template <class D>
HWY_NOINLINE hn::Vec<D> fused(D d, hn::Vec<D> a, hn::Vec<D> b, hn::Vec<D> c) {
#if HWY_TARGET != HWY_SCALAR
  if constexpr (hn::MaxLanes(D()) > 2) {
    const hn::Half<hn::CappedTag<float, hn::MaxLanes(D())>> dh;
    return hn::Combine(d, fused(dh, hn::UpperHalf(dh, a), hn::UpperHalf(dh, b), hn::UpperHalf(dh, c)),
                       fused(dh, hn::LowerHalf(dh, a), hn::LowerHalf(dh, b), hn::LowerHalf(dh, c)));
  } else
#endif
  {
    return fused_in_double(d, a, b, c);
  }
}

/// a b + c: rounded once where there is an FMA instruction, twice elsewhere; in a reproducible network always
/// once.
template <class D>
HWY_INLINE hn::Vec<D> mul_add(D d, hn::Vec<D> a, hn::Vec<D> b, hn::Vec<D> c) {
  if constexpr (is_reproducible<D> && !HWY_NATIVE_FMA)
    return fused(hn::CappedTag<float, hn::MaxLanes(D())>(), a, b, c);
  else
    return (void)d, hn::MulAdd(a, b, c);
}
/// c - a b.
template <class D>
HWY_INLINE hn::Vec<D> neg_mul_add(D d, hn::Vec<D> a, hn::Vec<D> b, hn::Vec<D> c) {
  if constexpr (is_reproducible<D>)
    return mul_add(d, hn::Neg(a), b, c);
  else
    return (void)d, hn::NegMulAdd(a, b, c);
}
/// a b. GCC makes one instruction of a product and a sum wherever it can, but not of an FMA and a sum, so
/// that a reproducible network multiplies by FMA. (x + -0 is x, also for x = 0. Clang may make that a product
/// again, but joins only what stands in one expression.)
template <class D>
HWY_INLINE hn::Vec<D> mul(D d, hn::Vec<D> a, hn::Vec<D> b) {
  if constexpr (is_reproducible<D>)
    return mul_add(d, a, b, hn::Set(d, -0.0f));
  else
    return (void)d, hn::Mul(a, b);
}

/// The larger one; in a reproducible network b where they are equal, so that zeros have the same sign
/// everywhere, or where one of them is NaN.
template <class D>
HWY_INLINE hn::Vec<D> larger(D d, hn::Vec<D> a, hn::Vec<D> b) {
  if constexpr (is_reproducible<D>)
    return (void)d, hn::IfThenElse(hn::Gt(a, b), a, b);
  else
    return (void)d, hn::Max(a, b);
}

/// min(x, most) and max(x, least); NaN where x is NaN. Where one operand is NaN, x86 returns the second and
/// Arm NaN, but Highway's emulated vectors return the other one.
inline constexpr bool min_keeps_nan = HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128;
template <class D>
HWY_INLINE hn::Vec<D> at_most(D, hn::Vec<D> x, hn::Vec<D> most) {
  if constexpr (min_keeps_nan && !is_reproducible<D>)
    return hn::Min(most, x);
  else
    return hn::IfThenElse(hn::Gt(x, most), most, x);
}
template <class D>
HWY_INLINE hn::Vec<D> at_least(D, hn::Vec<D> x, hn::Vec<D> least) {
  if constexpr (min_keeps_nan && !is_reproducible<D>)
    return hn::Max(least, x);
  else
    return hn::IfThenElse(hn::Lt(x, least), least, x);
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
