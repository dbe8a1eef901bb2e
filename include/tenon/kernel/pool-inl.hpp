// Pools that could not be fused, and those of whole channels.
#if defined(TENON_KERNEL_POOL_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_POOL_INL_HPP
#undef TENON_KERNEL_POOL_INL_HPP
#else
#define TENON_KERNEL_POOL_INL_HPP
#endif

#include "tenon/kernel/pool.hpp"
#include "tenon/kernel/vector-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// The part of a window that lies in the feature map along one axis: elements first, first + step, ...; and
/// what it counts in an average.
struct window_part {
  index first, taps, step, counted;
};
inline window_part part_of_window(const pool_layer& l, int axis, index at) {
  const pool_axis& a = l.axes[axis];
  if (l.adaptive) {
    const index first = at * a.in / a.out, end = ((at + 1) * a.in + a.out - 1) / a.out;
    return {first, end - first, 1, end - first};
  }
  const index start = at * a.stride - a.pad_lo;
  const auto taps_before = [&](index end) {  // taps at positions below `end`
    const index n = (end - start + a.dilation - 1) / a.dilation;
    return end <= start ? index{0} : HWY_MIN(n, a.window);
  };
  const index from = taps_before(0), to = taps_before(a.in);
  return {start + from * a.dilation, to - from, a.dilation,
          l.exclude_padding ? to - from : taps_before(a.in + a.pad_hi)};
}

/// The cube root of x >= 0, off by less than 4 ULP: a third of the exponent, then Newton's iteration.
template <class D>
HWY_INLINE hn::Vec<D> cube_root(D d, hn::Vec<D> x) {
  const hn::RebindToSigned<D> di;
  const auto third = hn::Set(d, 1.0f / 3.0f);
  // Small numbers are scaled, so that their exponent is one.
  const auto small = hn::Lt(x, hn::Set(d, 0x1p-100f));
  const auto scaled = hn::IfThenElse(small, mul(d, x, hn::Set(d, 0x1p96f)), x);
  const auto bits = hn::ConvertTo(d, hn::BitCast(di, scaled));
  auto y = hn::BitCast(d, hn::Add(hn::ConvertTo(di, mul(d, bits, third)), hn::Set(di, 709921077)));
  for (int i = 0; i < 4; ++i) y = mul_add(d, third, hn::Sub(hn::Div(scaled, mul(d, y, y)), y), y);
  y = hn::IfThenElse(small, mul(d, y, hn::Set(d, 0x1p-32f)), y);
  return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), y, x);
}

/// An element joins what was made of the window so far, `y`.
template <pooling Kind, class D>
HWY_INLINE hn::Vec<D> take_in(D d, hn::Vec<D> y, hn::Vec<D> x) {
  (void)d;
  if constexpr (Kind == pooling::max) return larger(d, y, x);
  if constexpr (Kind == pooling::average) return hn::Add(y, x);
  if constexpr (Kind == pooling::l1) return hn::Add(y, hn::Abs(x));
  if constexpr (Kind == pooling::l2) return mul_add(d, x, x, y);
  if constexpr (Kind == pooling::l3) return mul_add(d, mul(d, x, x), hn::Abs(x), y);
  if constexpr (Kind == pooling::linf) return larger(d, y, hn::Abs(x));
}

/// One window for each lane of `Vectors` vectors y: planes p, rows r and columns c of it, where load(from, k,
/// v) gives column k of vector v of them all.
template <pooling Kind, int Vectors, class D, class Load>
HWY_INLINE void pool_windows(D d, const pool_layer& l, window_part p, window_part r, window_part c,
                             const float* in, hn::Vec<D>* y, Load&& load) {
  const index plane = l.axes[0].in_step, row = l.axes[1].in_step, column = l.axes[2].in_step;
  in += p.first * plane + r.first * row + c.first * column;
  TENON_UNROLL
  for (int v = 0; v < Vectors; ++v) y[v] = Kind == pooling::max ? load(in, 0, v) : hn::Zero(d);
  for (index z = 0; z < p.taps; ++z)
    for (index a = 0; a < r.taps; ++a)
      for (index h = 0; h < c.taps; ++h) {
        const float* at = in + z * p.step * plane + a * r.step * row + h * c.step * column;
        TENON_UNROLL
        for (int v = 0; v < Vectors; ++v) y[v] = take_in<Kind>(d, y[v], load(at, h, v));
      }
  TENON_UNROLL
  for (int v = 0; v < Vectors; ++v) {
    if constexpr (Kind == pooling::average)
      y[v] = mul(d, y[v], hn::Set(d, 1.0f / static_cast<float>(p.counted * r.counted * c.counted)));
    if constexpr (Kind == pooling::l2) y[v] = hn::Sqrt(y[v]);
    if constexpr (Kind == pooling::l3) y[v] = cube_root(d, y[v]);
  }
}

/// The same of one vector: load(from, k).
template <pooling Kind, class D, class Load>
HWY_INLINE hn::Vec<D> pool_window(D d, const pool_layer& l, window_part p, window_part r, window_part c,
                                  const float* in, Load&& load) {
  hn::Vec<D> y[1];
  pool_windows<Kind, 1>(d, l, p, r, c, in, y,
                        [&](const float* from, index k, int) HWY_ATTR { return load(from, k); });
  return y[0];
}

/// `channels` neighbouring channels of an interleaved feature map, Lanes at a time; vectors of them together,
/// so that their sums need not wait for one another.
template <pooling Kind, int Lanes, numerics How>
HWY_NOINLINE void pool(const pool_layer& l, index channels, const float* in, float* out) {
  constexpr int together = Lanes > 1 ? 4 : 1;
  const tag<Lanes, How> d;
  using V = vec<Lanes>;
  for (index plane = 0; plane < l.axes[0].out; ++plane) {
    const window_part p = part_of_window(l, 0, plane);
    for (index row = 0; row < l.axes[1].out; ++row) {
      const window_part r = part_of_window(l, 1, row);
      for (index column = 0; column < l.axes[2].out; ++column) {
        const window_part c = part_of_window(l, 2, column);
        float* to = out + plane * l.axes[0].out_step + row * l.axes[1].out_step + column * l.axes[2].out_step;
        const auto load = [&](const float* from, index, int v)
                              HWY_ATTR { return hn::LoadU(d, from + v * Lanes); };
        index channel = 0;
        V y[together];
        for (; channel + together * Lanes <= channels; channel += together * Lanes) {
          pool_windows<Kind, together>(d, l, p, r, c, in + channel, y, load);
          TENON_UNROLL
          for (int v = 0; v < together; ++v) hn::StoreU(y[v], d, to + channel + v * Lanes);
        }
        for (; channel + Lanes <= channels; channel += Lanes) {
          pool_windows<Kind, 1>(d, l, p, r, c, in + channel, y, load);
          hn::StoreU(y[0], d, to + channel);
        }
        if (const auto left = static_cast<size_t>(channels - channel); left > 0) {
          pool_windows<Kind, 1>(d, l, p, r, c, in + channel, y, [&](const float* from, index, int) HWY_ATTR {
            return load_first(d, from, left);
          });
          store_first(y[0], d, to + channel, left);
        }
      }
    }
  }
}

/// The largest elements of a column of a window, for Vectors vectors of channels; `left` channels if that is
/// not 0. `at` is where the column is in each of its rows.
template <pooling Kind, int Rows, int Vectors, class D>
HWY_INLINE void pool_column(D d, const float* const (&rows)[Rows], index at, size_t left, hn::Vec<D>* y) {
  TENON_UNROLL
  for (int v = 0; v < Vectors; ++v) {
    TENON_UNROLL
    for (int r = 0; r < Rows; ++r) {
      const float* from = rows[r] + at + v * static_cast<int>(hn::Lanes(d));
      const auto x = left > 0 ? load_first(d, from, left) : hn::LoadU(d, from);
      y[v] = r > 0 ? take_in<Kind>(d, y[v], x) : Kind == pooling::linf ? hn::Abs(x) : x;
    }
  }
}

/// A row of outputs of windows that run: each reads only the columns that the one before it has not.
template <pooling Kind, int Rows, int Columns, int Stride, int Vectors, class D>
HWY_INLINE void pool_along(D d, const pool_axis& a, const float* const (&rows)[Rows], size_t left,
                           float* out) {
  constexpr int kept = Columns > Stride ? Columns - Stride : 0, fresh = Columns - kept;
  hn::Vec<D> x[Columns * Vectors];  // column by column; the last ones are new
  index column = -a.pad_lo;
  const auto next = [&](int to) HWY_ATTR {
    const index inside = HWY_MAX(index{0}, HWY_MIN(column, a.in - 1));
    pool_column<Kind, Rows, Vectors>(d, rows, inside * a.in_step, left, x + to * Vectors);
    ++column;
  };
  TENON_UNROLL
  for (int k = 0; k < kept; ++k) next(k);
  for (index i = 0; i < a.out; ++i, out += a.out_step) {
    TENON_UNROLL
    for (int k = kept; k < Columns; ++k) next(k);
    TENON_UNROLL
    for (int v = 0; v < Vectors; ++v) {
      auto y = x[v];
      TENON_UNROLL
      for (int k = 1; k < Columns; ++k) y = take_in<Kind>(d, y, x[k * Vectors + v]);
      float* to = out + v * static_cast<int>(hn::Lanes(d));
      if (left > 0)
        store_first(y, d, to, left);
      else
        hn::StoreU(y, d, to);
    }
    TENON_UNROLL
    for (int k = 0; k < kept * Vectors; ++k) x[k] = x[k + fresh * Vectors];
    column += Stride - fresh;
  }
}

/// Vectors vectors of channels, or `left` of them if that is not 0, of a map: as pool_running(). From the
/// last row on, which whoever wrote the map has left in the cache (3 MB of it: 153 us, 121 so).
template <pooling Kind, int Rows, int Columns, int Stride, int Vectors, class D>
HWY_INLINE void pool_block(D d, const pool_layer& l, size_t left, const float* in, float* out) {
  const pool_axis &planes = l.axes[0], &rows = l.axes[1];
  for (index plane = 0; plane < planes.out; ++plane) {
    for (index row = rows.out; row-- > 0;) {
      const float* from[Rows];
      for (int r = 0; r < Rows; ++r)
        from[r] = in + plane * planes.stride * planes.in_step +
                  HWY_MAX(index{0}, HWY_MIN(row * rows.stride - rows.pad_lo + r, rows.in - 1)) * rows.in_step;
      pool_along<Kind, Rows, Columns, Stride, Vectors>(d, l.axes[2], from, left,
                                                       out + plane * planes.out_step + row * rows.out_step);
    }
  }
}

/// The same as pool() for maxima (see windows_run), whose windows of Rows x Columns lie Stride columns apart.
template <pooling Kind, int Rows, int Columns, int Stride, int Lanes, numerics How>
HWY_NOINLINE void pool_running(const pool_layer& l, index channels, const float* in, float* out) {
  const tag<Lanes, How> d;
  // What a window keeps stays in registers.
  constexpr int kept = Columns > Stride ? Columns - Stride : 0, vectors = kept <= 2 ? isa.registers / 8 : 1;
  index channel = 0;
  for (; channel + vectors * Lanes <= channels; channel += vectors * Lanes)
    pool_block<Kind, Rows, Columns, Stride, vectors>(d, l, 0, in + channel, out + channel);
  for (; channel + Lanes <= channels; channel += Lanes)
    pool_block<Kind, Rows, Columns, Stride, 1>(d, l, 0, in + channel, out + channel);
  if (const auto left = static_cast<size_t>(channels - channel); left > 0)
    pool_block<Kind, Rows, Columns, Stride, 1>(d, l, left, in + channel, out + channel);
}

/// One channel of a planar feature map: the windows of Lanes neighbouring columns at a time where all of them
/// lie in the map, and no vector that is read leaves its row; one window at a time elsewhere. The last vector
/// of a row may repeat some windows of the one before.
template <pooling Kind, int Lanes, int Stride, numerics How>
HWY_NOINLINE void pool_plane(const pool_layer& l, const float* in, float* out) {
  const tag<Lanes, How> d;
  const tag<1, How> one;
  const pool_axis& columns = l.axes[2];
  // With a stride of 2, columns 0 and 1 of the windows are the even and odd lanes of the same two vectors.
  const auto load = [&](const float* from, index k) HWY_ATTR {
    if constexpr (Stride == 1)
      return (void)k, hn::LoadU(d, from);
    else if (k % 2 == 0)
      return even_lanes(d, hn::LoadU(d, from), hn::LoadU(d, from + Lanes));
    else
      return odd_lanes(d, hn::LoadU(d, from - 1), hn::LoadU(d, from - 1 + Lanes));
  };
  const index reach = Stride * Lanes + (columns.window - 1) / Stride * Stride;  // of the loads
  for (index plane = 0; plane < l.axes[0].out; ++plane) {
    const window_part p = part_of_window(l, 0, plane);
    for (index row = 0; row < l.axes[1].out; ++row) {
      const window_part r = part_of_window(l, 1, row);
      float* to = out + plane * l.axes[0].out_step + row * l.axes[1].out_step;
      for (index column = 0; column < columns.out;) {
        const index first = HWY_MIN(column, columns.out - Lanes), start = first * Stride - columns.pad_lo;
        if (start >= 0 && start + reach <= columns.in) {
          const window_part c{start, columns.window, 1, columns.window};
          hn::StoreU(pool_window<Kind>(d, l, p, r, c, in, load), d, to + first);
          column = first + Lanes;
        } else {
          const window_part c = part_of_window(l, 2, column);
          hn::StoreU(
              pool_window<Kind>(one, l, p, r, c, in,
                                [&](const float* from, index) HWY_ATTR { return hn::LoadU(one, from); }),
              one, to + column);
          ++column;
        }
      }
    }
  }
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
