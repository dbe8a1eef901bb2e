// Max and average pools that could not be fused, and the mean of whole channels.
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

/// The part of a window that lies in the feature map along one axis, and what it counts in an average.
struct window_part {
  index from, to, counted;
};
inline window_part part_of_window(index at, index stride, index window, index pad_lo, index pad_hi,
                                  index extent, bool exclude_padding) {
  const index start = at * stride - pad_lo, padded_end = HWY_MIN(start + window, extent + pad_hi);
  const index from = HWY_MAX(start, index{0}), to = HWY_MIN(start + window, extent);
  return {from, to, exclude_padding ? to - from : padded_end - start};
}

/// One window for each lane: rows r and columns c of it, where load(from, k) gives column k of them all.
template <pooling Kind, class D, class Load>
HWY_INLINE hn::Vec<D> pool_window(D d, const pool_layer& l, window_part r, window_part c, const float* in,
                                  Load&& load) {
  auto y =
      Kind == pooling::max ? load(in + r.from * l.in_row_step + c.from * l.in_column_step, 0) : hn::Zero(d);
  for (index y0 = r.from; y0 < r.to; ++y0) {
    for (index x0 = c.from; x0 < c.to; ++x0) {
      const auto x = load(in + y0 * l.in_row_step + x0 * l.in_column_step, x0 - c.from);
      y = Kind == pooling::max ? hn::Max(y, x) : hn::Add(y, x);
    }
  }
  const float scale = 1.0f / static_cast<float>(r.counted * c.counted);
  return Kind == pooling::average ? hn::Mul(y, hn::Set(d, scale)) : y;
}

/// `channels` neighbouring channels of an interleaved feature map, Lanes at a time.
template <pooling Kind, int Lanes>
HWY_NOINLINE void pool(const pool_layer& l, index channels, const float* in, float* out) {
  const tag<Lanes> d;
  for (index row = 0; row < l.rows; ++row) {
    const window_part r = part_of_window(row, l.stride_rows, l.window_rows, l.pad_top, l.pad_bottom,
                                         l.in_rows, l.exclude_padding);
    for (index column = 0; column < l.columns; ++column) {
      const window_part c = part_of_window(column, l.stride_columns, l.window_columns, l.pad_left,
                                           l.pad_right, l.in_columns, l.exclude_padding);
      float* to = out + row * l.out_row_step + column * l.out_column_step;
      index channel = 0;
      for (; channel + Lanes <= channels; channel += Lanes)
        hn::StoreU(pool_window<Kind>(d, l, r, c, in + channel,
                                     [&](const float* from, index) HWY_ATTR { return hn::LoadU(d, from); }),
                   d, to + channel);
      if (const auto left = static_cast<size_t>(channels - channel); left > 0)
        store_first(
            pool_window<Kind>(d, l, r, c, in + channel,
                              [&](const float* from, index) HWY_ATTR { return load_first(d, from, left); }),
            d, to + channel, left);
    }
  }
}

/// One channel of a planar feature map: the windows of Lanes neighbouring columns at a time where all of them
/// lie in the map, and no vector that is read leaves its row; one window at a time elsewhere. The last vector
/// of a row may repeat some windows of the one before.
template <pooling Kind, int Lanes, int Stride>
HWY_NOINLINE void pool_plane(const pool_layer& l, const float* in, float* out) {
  const tag<Lanes> d;
  const tag<1> one;
  // With a stride of 2, columns 0 and 1 of the windows are the even and odd lanes of the same two vectors.
  const auto load = [&](const float* from, index k) HWY_ATTR {
    if constexpr (Stride == 1)
      return (void)k, hn::LoadU(d, from);
    else if (k % 2 == 0)
      return even_lanes(d, hn::LoadU(d, from), hn::LoadU(d, from + Lanes));
    else
      return odd_lanes(d, hn::LoadU(d, from - 1), hn::LoadU(d, from - 1 + Lanes));
  };
  const index reach = Stride * Lanes + (l.window_columns - 1) / Stride * Stride;  // of the loads
  for (index row = 0; row < l.rows; ++row) {
    const window_part r = part_of_window(row, l.stride_rows, l.window_rows, l.pad_top, l.pad_bottom,
                                         l.in_rows, l.exclude_padding);
    float* to = out + row * l.out_row_step;
    for (index column = 0; column < l.columns;) {
      const index first = HWY_MIN(column, l.columns - Lanes), start = first * Stride - l.pad_left;
      if (start >= 0 && start + reach <= l.in_columns) {
        const window_part c{start, start + l.window_columns, l.window_columns};
        hn::StoreU(pool_window<Kind>(d, l, r, c, in, load), d, to + first);
        column = first + Lanes;
      } else {
        const window_part c = part_of_window(column, Stride, l.window_columns, l.pad_left, l.pad_right,
                                             l.in_columns, l.exclude_padding);
        hn::StoreU(pool_window<Kind>(one, l, r, c, in,
                                     [&](const float* from, index) HWY_ATTR { return hn::LoadU(one, from); }),
                   one, to + column);
        ++column;
      }
    }
  }
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
