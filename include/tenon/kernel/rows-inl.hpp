// Layers that work element by element, or along the channels of one pixel: what is left when nothing fuses
// them.
#if defined(TENON_KERNEL_ROWS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_ROWS_INL_HPP
#undef TENON_KERNEL_ROWS_INL_HPP
#else
#define TENON_KERNEL_ROWS_INL_HPP
#endif

#include "tenon/kernel/vector-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// out[i] = f(d, i, load), vector by vector; `load(from)` reads as many lanes as are left.
template <class F>
HWY_INLINE void each_vector(index count, float* out, F&& f) {
  const tag<isa.lanes> d;
  index i = 0;
  for (; i + isa.lanes <= count; i += isa.lanes)
    hn::StoreU(f(d, i, [&](const float* from) HWY_ATTR { return hn::LoadU(d, from + i); }), d, out + i);
  if (const auto left = static_cast<size_t>(count - i); left > 0)
    store_first(f(d, i, [&](const float* from) HWY_ATTR { return load_first(d, from + i, left); }), d,
                out + i, left);
}

/// out[i] = act(in[i])
template <function A>
HWY_NOINLINE void map_row(index count, const float* in, float* out) {
  each_vector(count, out, [&](auto d, index, auto load) HWY_ATTR { return activate<A>(d, load(in)); });
}

/// out[i] = act(a[i] + b[i])
template <function A>
HWY_NOINLINE void add_row(index count, const float* a, const float* b, float* out) {
  each_vector(count, out, [&](auto d, index, auto load) HWY_ATTR {
    return activate<A>(d, hn::Add(load(a), load(b)));
  });
}

/// out[i] = act(in[i] * scale[i] + shift[i]); with `Same`, scale[0] and shift[0] hold for all.
template <function A, bool Same>
HWY_NOINLINE void affine_row(index count, const float* in, const float* scale, const float* shift, float* out) {
  each_vector(count, out, [&](auto d, index, auto load) HWY_ATTR {
    if constexpr (Same)
      return activate<A>(d, hn::MulAdd(load(in), hn::Set(d, *scale), hn::Set(d, *shift)));
    else
      return activate<A>(d, hn::MulAdd(load(in), load(scale), load(shift)));
  });
}

/// out[i] = exp(in[i] - m) / sum of exp(in[j] - m), m the largest in[j]. `out` is not `in`.
inline HWY_NOINLINE void softmax_row(index count, const float* in, float* out) {
  float largest = in[0];
  for (index i = 1; i < count; ++i) largest = in[i] > largest ? in[i] : largest;
  each_vector(count, out, [&](auto d, index, auto load) HWY_ATTR {
    return hn::Exp(d, hn::Sub(load(in), hn::Set(d, largest)));
  });
  float total = 0;
  for (index i = 0; i < count; ++i) total += out[i];
  each_vector(count, out,
              [&](auto d, index, auto load) HWY_ATTR { return hn::Div(load(out), hn::Set(d, total)); });
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
