// Layers that work element by element, and what only moves elements: walks over one or two maps.
#if defined(TENON_KERNEL_ROWS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_ROWS_INL_HPP
#undef TENON_KERNEL_ROWS_INL_HPP
#else
#define TENON_KERNEL_ROWS_INL_HPP
#endif

#include <algorithm>
#include <cstring>

#include "tenon/kernel/nest.hpp"
#include "tenon/kernel/vector-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// f(a, b, out) for each run of the innermost loop, with elements from the first ones of the maps to those of
/// the run.
template <class F>
HWY_INLINE void each_run(const nest& n, F&& f) {
  index at[nest::max_loops]{};
  index a = n.a_first, b = n.b_first, out = n.out_first;
  for (;;) {
    f(a, b, out);
    int loop = n.count - 2;
    for (; loop >= 0; --loop) {
      const nest::loop& l = n.loops[loop];
      a += l.a, b += l.b, out += l.out;
      if (++at[loop] < l.extent) break;
      a -= l.extent * l.a, b -= l.extent * l.b, out -= l.extent * l.out;
      at[loop] = 0;
    }
    if (loop < 0) return;
  }
}

/// out[i] = f(d, i, load), vector by vector; `load(from)` reads as many lanes as are left.
template <numerics How, class F>
HWY_INLINE void each_vector(index count, float* out, F&& f) {
  const tag<isa.lanes, How> d;
  index i = 0;
  for (; i + isa.lanes <= count; i += isa.lanes)
    hn::StoreU(f(d, i, [&](const float* from) HWY_ATTR { return hn::LoadU(d, from + i); }), d, out + i);
  if (const auto left = static_cast<size_t>(count - i); left > 0)
    store_first(f(d, i, [&](const float* from) HWY_ATTR { return load_first(d, from + i, left); }), d,
                out + i, left);
}

/// out[i * Count + k] = in[i + k * step]
template <int Count>
void interleave_row(index count, const float* in, index step, float* out) {
  const tag<isa.lanes> d;
  index i = 0;
  for (; i + isa.lanes <= count; i += isa.lanes, in += isa.lanes, out += Count * isa.lanes) {
    const auto a = hn::LoadU(d, in), b = hn::LoadU(d, in + step);
    if constexpr (Count == 2) hn::StoreInterleaved2(a, b, d, out);
    if constexpr (Count == 3) hn::StoreInterleaved3(a, b, hn::LoadU(d, in + 2 * step), d, out);
    if constexpr (Count == 4)
      hn::StoreInterleaved4(a, b, hn::LoadU(d, in + 2 * step), hn::LoadU(d, in + 3 * step), d, out);
  }
  for (; i < count; ++i, ++in)
    for (int k = 0; k < Count; ++k) *out++ = in[k * step];
}

/// out[j * out_step + i] = in[i * in_step + j], i < 4, j < 4.
HWY_INLINE void transpose_4x4(const float* in, index in_step, float* out, index out_step) {
#if HWY_TARGET == HWY_SCALAR  // one lane: Highway has no operation for it
  for (index j = 0; j < 4; ++j)
    for (index i = 0; i < 4; ++i) out[j * out_step + i] = in[i * in_step + j];
#else
  const hn::CappedTag<float, 4> d;
  const auto a = hn::LoadU(d, in), b = hn::LoadU(d, in + in_step);
  const auto c = hn::LoadU(d, in + 2 * in_step), e = hn::LoadU(d, in + 3 * in_step);
  const auto ab_low = hn::InterleaveLower(d, a, b), ab_high = hn::InterleaveUpper(d, a, b);
  const auto ce_low = hn::InterleaveLower(d, c, e), ce_high = hn::InterleaveUpper(d, c, e);
  hn::StoreU(hn::ConcatLowerLower(d, ce_low, ab_low), d, out);
  hn::StoreU(hn::ConcatUpperUpper(d, ce_low, ab_low), d, out + out_step);
  hn::StoreU(hn::ConcatLowerLower(d, ce_high, ab_high), d, out + 2 * out_step);
  hn::StoreU(hn::ConcatUpperUpper(d, ce_high, ab_high), d, out + 3 * out_step);
#endif
}

/// out[j * out_step + i] = in[i * in_step + j], i < rows, j < columns. On the side whose steps are larger, a
/// cache line each of eight streams is read or written as a whole; 8 KiB apart, more of them would push each
/// other out of the cache (256 channels of 2048 pixels: 130 us, 730 us with all streams at once).
inline HWY_NOINLINE void transpose(index rows, index columns, const float* in, index in_step, float* out,
                                   index out_step) {
  const index whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
  const auto block = [&](index first_row, index first_column, index height, index width) HWY_ATTR {
    const index row_end = std::min(first_row + height, whole_rows);
    const index column_end = std::min(first_column + width, whole_columns);
    for (index j = first_column; j < column_end; j += 4)
      for (index i = first_row; i < row_end; i += 4)
        transpose_4x4(in + i * in_step + j, in_step, out + j * out_step + i, out_step);
  };
  constexpr index line = 16, streams = 8;
  if (out_step >= in_step) {
    for (index j = 0; j < whole_columns; j += streams)
      for (index i = 0; i < whole_rows; i += line) block(i, j, line, streams);
  } else {
    for (index i = 0; i < whole_rows; i += streams)
      for (index j = 0; j < whole_columns; j += line) block(i, j, streams, line);
  }
  for (index j = 0; j < columns; ++j)
    for (index i = j < whole_columns ? whole_rows : 0; i < rows; ++i)
      out[j * out_step + i] = in[i * in_step + j];
}

/// out = in, element by element along the walk. A few channels that come side by side, halves that a shuffle
/// joins, and matrices that are transposed are walked by vectors.
inline HWY_NOINLINE void copy_map(const nest& n, const float* in, float* out) {
  const nest::loop& l = n.innermost();
  if (n.count > 1 && l.extent >= 2 && l.extent <= 4 && l.out == 1) {
    nest rows = n;
    const nest::loop& row = rows.loops[--rows.count - 1];
    if (row.a == 1 && row.out == l.extent) {
      const auto interleave = l.extent == 2   ? interleave_row<2>
                              : l.extent == 3 ? interleave_row<3>
                                              : interleave_row<4>;
      return each_run(rows, [&](index a, index, index o) { interleave(row.extent, in + a, l.a, out + o); });
    }
  }
  if (const int column = n.transposed(); column >= 0) {
    nest matrices = n;
    matrices.loops[column].extent = 1;
    return each_run(matrices, [&](index a, index, index o) {
      transpose(l.extent, n.loops[column].extent, in + a, l.a, out + o, n.loops[column].out);
    });
  }
  each_run(n, [&](index a, index, index o) {
    const float* from = in + a;
    float* to = out + o;
    if (l.a == 1 && l.out == 1)
      std::memcpy(to, from, static_cast<size_t>(l.extent) * sizeof(float));
    else
      for (index i = 0; i < l.extent; ++i) to[i * l.out] = from[i * l.a];
  });
}

// The four kinds of layers that follow walk their maps in functions of their own: a network has one for many
// steps.

/// out = act(in)
template <function F, numerics How>
HWY_NOINLINE void map_elements(const nest& n, const float* in, float* out) {
  each_run(n, [&](index a, index, index o) HWY_ATTR {
    each_vector<How>(n.innermost().extent, out + o,
                     [&](auto d, index, auto load) HWY_ATTR { return activate<F>(d, load(in + a)); });
  });
}

/// out = act(a op b); A_same: one a holds for all of a run, B_same: one b.
template <joining Op, function F, bool A_same, bool B_same, numerics How>
HWY_NOINLINE void combine_elements(const nest& n, const float* a, const float* b, float* out) {
  each_run(n, [&](index a_first, index b_first, index o) HWY_ATTR {
    const float *a_run = a + a_first, *b_run = b + b_first;
    each_vector<How>(n.innermost().extent, out + o, [&](auto d, index, auto load) HWY_ATTR {
      auto x = hn::Set(d, *a_run), y = hn::Set(d, *b_run);
      if constexpr (!A_same) x = load(a_run);
      if constexpr (!B_same) y = load(b_run);
      if constexpr (Op == joining::sum) return activate<F>(d, hn::Add(x, y));
      if constexpr (Op == joining::difference) return activate<F>(d, hn::Sub(x, y));
      if constexpr (Op == joining::product) return activate<F>(d, mul(d, x, y));
      if constexpr (Op == joining::maximum) return activate<F>(d, larger(d, x, y));
    });
  });
}

/// out = act(in * scale + shift); with `Same`, one scale and one shift hold for all of a run.
template <function F, bool Same, numerics How>
HWY_NOINLINE void affine_elements(const nest& n, const float* in, const float* scale, const float* shift,
                                  float* out) {
  each_run(n, [&](index a, index b, index o) HWY_ATTR {
    each_vector<How>(n.innermost().extent, out + o, [&](auto d, index, auto load) HWY_ATTR {
      if constexpr (Same)
        return activate<F>(d, mul_add(d, load(in + a), hn::Set(d, scale[b]), hn::Set(d, shift[b])));
      else
        return activate<F>(d, mul_add(d, load(in + a), load(scale + b), load(shift + b)));
    });
  });
}

/// out = act(in) where in is not negative, act(in * slope) where it is.
template <function F, bool Same, numerics How>
HWY_NOINLINE void prelu_elements(const nest& n, const float* in, const float* slope, float* out) {
  each_run(n, [&](index a, index b, index o) HWY_ATTR {
    each_vector<How>(n.innermost().extent, out + o, [&](auto d, index, auto load) HWY_ATTR {
      auto w = hn::Set(d, slope[b]);
      if constexpr (!Same) w = load(slope + b);
      const auto x = load(in + a);
      return activate<F>(d, hn::IfThenElse(hn::Ge(x, hn::Zero(d)), x, mul(d, x, w)));
    });
  });
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
