// Winograd convolution by tiles, vectors along channels.
//
//   transform   inputs[p][tile][ic] = (B^T d B)[p] of the tile's inputs d, for each point p
//   multiply    products[p][tile][oc] = sum over ic of inputs[p][tile][ic] * weights[p][ic][oc]
//   combine     out = pool(act(bias + residual + A^T products A))
//
// A block of tiles at a time, so that what is transformed and multiplied stays in the cache; the weights pass
// by once per block. Multiplying is a pointwise direct convolution of a row of tiles, for each point. Axes
// along which the filter has one tap are left alone, so that 1-D filters are tiles of one row.
//   packed weights:  bias[oc], then for each group of blocks of output channels, for each point, for each
//   block
//                    of the group, weights[ic][vectors * lanes]
// (in 3-D: weights[plane][ic][vectors * lanes]; all planes are transformed at once). Tiles of one
// column are that, with columns in place of planes.
#if defined(TENON_KERNEL_WINOGRAD_TILES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_WINOGRAD_TILES_INL_HPP
#undef TENON_KERNEL_WINOGRAD_TILES_INL_HPP
#else
#define TENON_KERNEL_WINOGRAD_TILES_INL_HPP
#endif

#include "tenon/kernel/direct-inl.hpp"
#include "tenon/kernel/winograd_axis-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// The transformed inputs of tiles first .. first + count - 1. `in` is under the first tap of the first
/// output.
template <winograd_shape Shape, numerics How>
HWY_NOINLINE void winograd_transform_tiles(const winograd_tiles_layer& l, const float* in, index first,
                                           index count, float* HWY_RESTRICT inputs) {
  constexpr int rows = Shape.rows.points(), columns = Shape.columns.points();
  const tag<isa.lanes, How> d;
  using V = vec<isa.lanes>;
  const index row_step = l.tap_row_step, column_step = l.tap_column_step;
  each_tile(l, first, count, [&](index z, index row, index column) HWY_ATTR {
    const float* HWY_RESTRICT tile =
        in + z * l.in_plane_step + row * l.in_row_step + column * l.in_column_step;
    const auto transform = [&](auto load, float* HWY_RESTRICT to) HWY_ATTR {
      V half[rows * columns];
      TENON_UNROLL
      for (int c = 0; c < columns; ++c) {
        V x[rows], y[rows];
        TENON_UNROLL
        for (int r = 0; r < rows; ++r) x[r] = load(tile + r * row_step + c * column_step);
        transform_inputs<Shape.rows>(d, x, y);
        TENON_UNROLL
        for (int r = 0; r < rows; ++r) half[r * columns + c] = y[r];
      }
      TENON_UNROLL
      for (int r = 0; r < rows; ++r) {
        V y[columns];
        transform_inputs<Shape.columns>(d, half + r * columns, y);
        TENON_UNROLL
        for (int c = 0; c < columns; ++c) hn::StoreU(y[c], d, to + (r * columns + c) * l.input_point);
      }
    };
    index channel = 0;
    for (; channel + isa.lanes <= l.channels; channel += isa.lanes, tile += isa.lanes)
      transform([&](const float* from) HWY_ATTR { return hn::LoadU(d, from); }, inputs + channel);
    if (const auto left = static_cast<size_t>(l.channels - channel); left > 0)
      transform([&](const float* from) HWY_ATTR { return load_first(d, from, left); }, inputs + channel);
    inputs += l.input_step;
  });
}

/// One vector of channels of one tile of outputs, or of those of its rows and columns that exist. `products`
/// are those of the first point; `l.tap_channel_step` elements lie between points.
template <direct_key Key, winograd_shape Shape>
HWY_NOINLINE void winograd_combine(const direct_layer& l, const float* HWY_RESTRICT products,
                                   const float* bias, const float* residual, float* out, const float*) {
  constexpr int rows = Shape.rows.points(), columns = Shape.columns.points();
  constexpr tile t = Key.shape;
  const tag<t.lanes, Key.numbers> d;
  using V = vec<t.lanes>;
  V half[Shape.rows.outputs * columns];
  TENON_UNROLL
  for (int c = 0; c < columns; ++c) {
    V x[rows], y[Shape.rows.outputs];
    TENON_UNROLL
    for (int r = 0; r < rows; ++r) x[r] = hn::LoadU(d, products + (r * columns + c) * l.tap_channel_step);
    combine_products<Shape.rows>(d, x, y);
    TENON_UNROLL
    for (int r = 0; r < Shape.rows.outputs; ++r) half[r * columns + c] = y[r];
  }
  const V start = hn::LoadU(d, bias);
  V acc[t.rows * t.columns];
  TENON_UNROLL
  for (int r = 0; r < t.rows; ++r) {
    V y[Shape.columns.outputs];
    combine_products<Shape.columns>(d, half + r * columns, y);
    TENON_UNROLL
    for (int c = 0; c < t.columns; ++c) acc[r * t.columns + c] = hn::Add(y[c], start);
  }
  finish_tile<Key>(l, acc, residual, out);
}

/// What a layer is computed with: `multiply` as in direct convolution, [rest of block][0][rest of tiles];
/// `combine_tile` [last vector, if it is not full][rest of rows][rest of columns].
struct winograd_tiles_kernels {
  void (*transform)(const winograd_tiles_layer&, const float* in, index first, index count, float* inputs);
  direct_tiles multiply, combine_tile;
  /// Output tiles first .. first + count - 1 of one block of output channels.
  void (*combine)(const winograd_tiles_layer&, const winograd_tiles_kernels&, bool rest, index first,
                  index count, const float* products, const float* bias, const float* residual, float* out);
};

/// Products of the tiles of `m` with one block of output channels, for one point; `ahead` are the weights
/// that come next.
inline void winograd_multiply(const direct_layer& m, const winograd_tiles_kernels& k, bool rest,
                              const float* inputs, const float* weights, const float* ahead,
                              float* products) {
  const auto& line = k.multiply.run[rest][0];
  for (index i = 0; i < m.columns; i += m.tile_columns) {
    line[m.columns - i < m.tile_columns](m, inputs + i * m.column_step, weights, nullptr,
                                         products + i * m.out_column_step, ahead);
    ahead += m.taps() * m.ahead_step;
  }
}

/// Output tiles first .. first + count - 1 of one block of output channels.
inline void winograd_combine_block(const winograd_tiles_layer& l, const winograd_tiles_kernels& k, bool rest,
                                   index first, index count, const float* products, const float* bias,
                                   const float* residual, float* out) {
  const direct_layer& o = l.out;
  const int vectors = rest ? l.rest_vectors : l.vectors;
  const index out_row_step = o.out_row_step / l.rows.dilation,
              out_column_step = o.out_column_step / l.columns.dilation;
  const index residual_row_step = o.residual_row_step / l.rows.dilation;
  const index residual_column_step = o.residual_column_step / l.columns.dilation;
  each_tile(l, first, count, [&](index z, index row, index column) HWY_ATTR {
    const bool rest_rows = l.rows.outputs - row < l.rows.tile;
    const bool rest_columns = l.columns.outputs - column < l.columns.tile;
    const float* residual_tile =
        residual + z * o.residual_plane_step + row * residual_row_step + column * residual_column_step;
    float* out_tile = out + z * o.out_plane_step + row / o.pool_rows * out_row_step +
                      column / o.pool_columns * out_column_step;
    for (int v = 0; v < vectors; ++v) {
      const bool partial = rest && v == vectors - 1 && k.combine_tile.run[1][rest_rows][rest_columns];
      k.combine_tile.run[partial][rest_rows][rest_columns](o, products + v * l.lanes, bias + v * l.lanes,
                                                           residual_tile + v * l.lanes,
                                                           out_tile + v * l.lanes, nullptr);
    }
    products += l.multiply.out_column_step;
  });
}

/// A layer with its memory. `scratch` holds the transformed inputs of a block of tiles and, behind them, its
/// products.
struct winograd_tiles_run {
  const winograd_tiles_layer& l;
  const winograd_tiles_kernels& k;
  const float *in, *packed, *residual;
  float *out, *scratch;

  /// Multiplies the transformed inputs of these tiles with blocks of output channels, and combines them.
  void multiply(unit_range tiles, unit_range blocks) const {
    direct_layer m = l.multiply;
    m.columns = tiles.count();
    m.fetch_ahead();
    float* products = scratch + l.products;
    for (index begin = blocks.first; begin < blocks.end; begin += l.group) {
      const index end = begin + l.group < blocks.end ? begin + l.group : blocks.end;
      for (index p = 0; p < l.points; ++p)
        for (index b = begin; b < end; ++b)
          winograd_multiply(m, k, b == m.blocks, scratch + p * l.input_point, packed + l.weights_at(p, b),
                            packed + (b + 1 < end ? l.weights_at(p, b + 1) : l.weights_at(p + 1, begin)),
                            products + p * l.product_point + (b - begin) * l.block * m.out_column_step);
      for (index b = begin; b < end; ++b) {
        const index channel = b * m.block_channels;
        k.combine(l, k, b == m.blocks, tiles.first, tiles.count(),
                  products + (b - begin) * l.block * m.out_column_step, packed + channel, residual + channel,
                  out + channel);
      }
    }
  }

  /// These tiles with these blocks of output channels, as many tiles at a time as a turn takes. Their
  /// first one is the first of a micro-kernel in a whole run, too.
  void operator()(unit_range tiles, unit_range blocks) const {
    for (index first = tiles.first; first < tiles.end; first += l.block) {
      const index end = first + l.block < tiles.end ? first + l.block : tiles.end;
      // All planes that the outputs read; of one plane, as many tiles as there are outputs.
      k.transform(l, in, first, end - first + l.in_tiles() - l.tiles(), scratch);
      multiply({first, end}, blocks);
    }
  }
};

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
