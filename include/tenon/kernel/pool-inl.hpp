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

/// `channels` neighbouring channels of a feature map, Lanes at a time; for a planar map, one.
template <pooling Kind, int Lanes>
HWY_NOINLINE void pool(const pool_layer& l, index channels, const float* in, float* out) {
  const tag<Lanes> d;
  using V = vec<Lanes>;
  for (index row = 0; row < l.rows; ++row) {
    const window_part r = part_of_window(row, l.stride_rows, l.window_rows, l.pad_top, l.pad_bottom,
                                         l.in_rows, l.exclude_padding);
    for (index column = 0; column < l.columns; ++column) {
      const window_part c = part_of_window(column, l.stride_columns, l.window_columns, l.pad_left,
                                           l.pad_right, l.in_columns, l.exclude_padding);
      const float scale = 1.0f / static_cast<float>(r.counted * c.counted);
      for (index channel = 0; channel < channels; channel += Lanes) {
        const auto left = static_cast<size_t>(channels - channel);
        const auto window = [&](auto load) HWY_ATTR {
          V y = Kind == pooling::max ? load(in + r.from * l.in_row_step + c.from * l.in_column_step + channel)
                                     : hn::Zero(d);
          for (index y0 = r.from; y0 < r.to; ++y0) {
            for (index x0 = c.from; x0 < c.to; ++x0) {
              const V x = load(in + y0 * l.in_row_step + x0 * l.in_column_step + channel);
              y = Kind == pooling::max ? hn::Max(y, x) : hn::Add(y, x);
            }
          }
          return Kind == pooling::average ? hn::Mul(y, hn::Set(d, scale)) : y;
        };
        float* to = out + row * l.out_row_step + column * l.out_column_step + channel;
        if (left >= Lanes)
          hn::StoreU(window([&](const float* from) HWY_ATTR { return hn::LoadU(d, from); }), d, to);
        else
          store_first(window([&](const float* from) HWY_ATTR { return load_first(d, from, left); }), d, to,
                      left);
      }
    }
  }
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
