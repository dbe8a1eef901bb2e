// 1x1 convolution by Strassen's algorithm, vectors along channels: the transforms of a convolution by tiles
// (kernel/winograd_tiles-inl.hpp) whose tiles are 2 or 4 pixels that follow one another.
//
//   transform   inputs[p][tile][ic] = sums of the pixels' parts of the channels, for each product p
//   multiply    products[p][tile][oc] = sum over ic of inputs[p][tile][ic] * weights[p][ic][oc]
//   combine     out = act(bias + residual + sums of products), each part of the channels of each pixel
//
// ic and oc count the channels of a part. Of pixels beyond the end of the map the last one stands in, and no
// output is stored.
//   packed weights:  bias[oc of all parts], then weights as in kernel/winograd_tiles-inl.hpp
#if defined(TENON_KERNEL_STRASSEN_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_STRASSEN_INL_HPP
#undef TENON_KERNEL_STRASSEN_INL_HPP
#else
#define TENON_KERNEL_STRASSEN_INL_HPP
#endif

#include "tenon/kernel/strassen.hpp"
#include "tenon/kernel/winograd_tiles-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// The sum of Count vectors with coefficients 1, -1 and 0, of which one is 1; `x[i]` is vector number i.
template <int Count, const int (&Coefficients)[Count], class D, class X>
HWY_INLINE auto signed_sum(D, const X& x) {
  constexpr int first = [] {
    int at = 0;
    while (Coefficients[at] != 1) ++at;
    return at;
  }();
  auto sum = x(first);
  [&]<int... i>(std::integer_sequence<int, i...>) HWY_ATTR {
    const auto add = [&]<int Number>(std::integral_constant<int, Number>) HWY_ATTR {
      if constexpr (Number != first && Coefficients[Number] == 1) sum = hn::Add(sum, x(Number));
      if constexpr (Number != first && Coefficients[Number] == -1) sum = hn::Sub(sum, x(Number));
    };
    (add(std::integral_constant<int, i>{}), ...);
  }
  (std::make_integer_sequence<int, Count>{});
  return sum;
}

/// f(0), ..., f(Count - 1), each with its number as a constant.
template <int Count, class F>
HWY_INLINE void each_constant(const F& f) {
  [&]<int... i>(std::integer_sequence<int, i...>) HWY_ATTR { (f(std::integral_constant<int, i>{}), ...); }
  (std::make_integer_sequence<int, Count>{});
}

/// The transformed inputs of tiles first .. first + count - 1.
template <int Halvings>
HWY_NOINLINE void strassen_transform(const winograd_tiles_layer& l, const float* in, index first, index count,
                                     float* HWY_RESTRICT inputs) {
  constexpr int parts = 1 << Halvings;  // of the channels, and pixels
  const tag<isa.lanes, numerics::standard> d;
  using V = vec<isa.lanes>;
  index pixel = first * parts;
  pixel_walk walk(l.map_rows, l.map_columns, pixel);
  for (; count > 0; --count) {
    const float* HWY_RESTRICT at[parts];
    for (int p = 0; p < parts; ++p, ++pixel) {
      at[p] = in + walk.plane * l.in_plane_step + walk.row * l.in_row_step + walk.column * l.in_column_step;
      if (pixel + 1 < l.columns.outputs) walk.next();
    }
    for (index channel = 0; channel < l.channels; channel += isa.lanes) {
      const auto x = [&](int part, int p)
                         HWY_ATTR { return hn::LoadU(d, at[p] + part * l.channels + channel); };
      float* HWY_RESTRICT to = inputs + channel;
      if constexpr (Halvings == 1) {
        const V all[4] = {x(0, 0), x(0, 1), x(1, 0), x(1, 1)};
        each_constant<7>([&]<int T>(std::integral_constant<int, T>) HWY_ATTR {
          hn::StoreU(signed_sum<4, strassen::b[T]>(d, [&](int i) HWY_ATTR { return all[i]; }), d,
                     to + T * l.input_point);
        });
      } else {
        V all[16];
        TENON_UNROLL
        for (int i = 0; i < 16; ++i) all[i] = x(i / 4, i % 4);
        each_constant<7>([&]<int T>(std::integral_constant<int, T>) HWY_ATTR {
          V sums[4];
          TENON_UNROLL
          for (int i = 0; i < 4; ++i)
            sums[i] = signed_sum<4, strassen::b[T]>(d, [&](int outer) HWY_ATTR {
              return all[(outer / 2 * 2 + i / 2) * 4 + outer % 2 * 2 + i % 2];
            });
          each_constant<7>([&]<int U>(std::integral_constant<int, U>) HWY_ATTR {
            hn::StoreU(signed_sum<4, strassen::b[U]>(d, [&](int i) HWY_ATTR { return sums[i]; }), d,
                       to + (T * 7 + U) * l.input_point);
          });
        });
      }
    }
    inputs += l.input_step;
  }
}

/// Outputs of tiles first .. first + count - 1 of one block of a part's output channels. `products` are those
/// of the first point; bias, residual and out are at the block's first channel of the first part.
template <direct_key Key, int Halvings>
HWY_NOINLINE void strassen_combine(const winograd_tiles_layer& l, const winograd_tiles_kernels&, bool rest,
                                   index first, index count, const float* HWY_RESTRICT products,
                                   const float* bias, const float* residual, float* out) {
  constexpr int parts = 1 << Halvings, lanes = Key.shape.lanes;
  const tag<lanes, Key.numbers> d;
  using V = vec<lanes>;
  const direct_layer& o = l.out;
  const index part_channels = l.multiply.group_channels;
  const int vectors = rest ? l.rest_vectors : l.vectors;
  pixel_walk walk(l.map_rows, l.map_columns, first * parts);
  for (index tile = first; tile < first + count; ++tile, products += l.multiply.out_column_step) {
    const index left = l.columns.outputs - tile * parts;
    const int pixels = left < parts ? static_cast<int>(left) : parts;
    float* at[parts];
    const float* from[parts];
    for (int p = 0; p < pixels; ++p, walk.next()) {
      at[p] =
          out + walk.plane * o.out_plane_step + walk.row * o.out_row_step + walk.column * o.out_column_step;
      from[p] = residual + walk.plane * o.residual_plane_step + walk.row * o.residual_row_step +
                walk.column * o.residual_column_step;
    }
    for (int v = 0; v < vectors; ++v) {
      const float* HWY_RESTRICT m = products + v * lanes;
      const auto finish = [&](int part, int p, V y) HWY_ATTR {
        const index channel = part * part_channels + v * lanes;
        V acc[1] = {hn::Add(y, hn::LoadU(d, bias + channel))};
        if (p < pixels) finish_tile<Key>(o, acc, from[p] + channel, at[p] + channel);
      };
      const auto load = [&](int point) HWY_ATTR { return hn::LoadU(d, m + point * l.product_point); };
      if constexpr (Halvings == 1) {
        V all[7];
        TENON_UNROLL
        for (int t = 0; t < 7; ++t) all[t] = load(t);
        each_constant<4>([&]<int Number>(std::integral_constant<int, Number>) HWY_ATTR {
          finish(Number / 2, Number % 2,
                 signed_sum<7, strassen::c[Number]>(d, [&](int t) HWY_ATTR { return all[t]; }));
        });
      } else {
        V sums[4][7];
        TENON_UNROLL
        for (int t = 0; t < 7; ++t) {
          V all[7];
          TENON_UNROLL
          for (int u = 0; u < 7; ++u) all[u] = load(t * 7 + u);
          each_constant<4>([&]<int Number>(std::integral_constant<int, Number>) HWY_ATTR {
            sums[Number][t] = signed_sum<7, strassen::c[Number]>(d, [&](int u) HWY_ATTR { return all[u]; });
          });
        }
        each_constant<16>([&]<int Number>(std::integral_constant<int, Number>) HWY_ATTR {
          constexpr int outer = Number / 4, inner = Number % 4;
          finish(outer / 2 * 2 + inner / 2, outer % 2 * 2 + inner % 2,
                 signed_sum<7, strassen::c[outer]>(d, [&](int t) HWY_ATTR { return sums[inner][t]; }));
        });
      }
    }
  }
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
