// Winograd convolution by tiles, vectors along channels.
//
//   transform   inputs[p][tile][ic] = (B^T d B)[p] of the tile's inputs d, for each point p
//   multiply    products[p][tile][oc] = sum over ic of inputs[p][tile][ic] * weights[p][ic][oc]
//   combine     out = pool(act(bias + residual + A^T products A))
//
// A block of tiles at a time, so that what is transformed and multiplied stays in the cache; the weights pass
// by once per block. Multiplying is a pointwise direct convolution of a row of tiles, for each point. Axes
// along which the filter has one tap are left alone, so that 1-D filters are tiles of one row.
// Where weights come from far away and tiles are few, weights stay as they are (a quarter of the bytes of
// those of 4 x 4 outputs): see kernel/winograd_plain-inl.hpp.
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
#include "tenon/kernel/winograd_plain-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// In a loop the addresses of all points would be kept, on the stack where they are many: tiles of more
/// points than this are functions of their own (36 points of 16 to 64 channels: 5 % of a layer's time).
inline constexpr int most_points_in_loops = 16;

/// One vector of channels of one tile of inputs, load(row, column), to all points.
template <winograd_shape Shape, class D, class Load>
HWY_INLINE void transform_tile(D d, index point_step, const Load& load, float* HWY_RESTRICT to) {
  constexpr int rows = Shape.rows.points(), columns = Shape.columns.points();
  using V = hn::Vec<D>;
  V half[rows * columns];
  TENON_UNROLL
  for (int c = 0; c < columns; ++c) {
    V x[rows], y[rows];
    TENON_UNROLL
    for (int r = 0; r < rows; ++r) x[r] = load(r, c);
    transform_inputs<Shape.rows>(d, x, y);
    TENON_UNROLL
    for (int r = 0; r < rows; ++r) half[r * columns + c] = y[r];
  }
  TENON_UNROLL
  for (int r = 0; r < rows; ++r) {
    V y[columns];
    transform_inputs<Shape.columns>(d, half + r * columns, y);
    TENON_UNROLL
    for (int c = 0; c < columns; ++c) hn::StoreU(y[c], d, to + (r * columns + c) * point_step);
  }
}
template <winograd_shape Shape, numerics How>
HWY_INLINE void transform_vector(index row_step, index column_step, index point_step,
                                 const float* HWY_RESTRICT in, float* HWY_RESTRICT to) {
  const tag<isa.lanes, How> d;
  transform_tile<Shape>(
      d, point_step, [&](int r, int c) HWY_ATTR { return hn::LoadU(d, in + r * row_step + c * column_step); },
      to);
}
template <winograd_shape Shape, numerics How>
HWY_NOINLINE void transform_vector_apart(index row_step, index column_step, index point_step,
                                         const float* HWY_RESTRICT in, float* HWY_RESTRICT to) {
  transform_vector<Shape, How>(row_step, column_step, point_step, in, to);
}

/// The last channels of so many tiles, `step` apart, where they do not fill a vector.
template <winograd_shape Shape, numerics How>
HWY_NOINLINE void transform_last(const winograd_tiles_layer& l, const float* HWY_RESTRICT in, index tiles,
                                 index step, std::size_t channels, float* HWY_RESTRICT inputs) {
  const tag<isa.lanes, How> d;
  const index row_step = l.tap_row_step, column_step = l.tap_column_step;
  for (; tiles > 0; --tiles, in += step, inputs += l.input_step)
    transform_tile<Shape>(
        d, l.input_point,
        [&](int r, int c) HWY_ATTR { return load_first(d, in + r * row_step + c * column_step, channels); },
        inputs);
}

/// The transformed inputs of tiles first .. first + count - 1. `in` is under the first tap of the first
/// output.
template <winograd_shape Shape, numerics How>
HWY_NOINLINE void winograd_transform_tiles(const winograd_tiles_layer& l, const float* in, index first,
                                           index count, float* HWY_RESTRICT inputs) {
  const index run_step = l.run_step(l.in_row_step, l.in_column_step), last = l.channels % isa.lanes;
  each_tile_run(l, first, count, [&](index z, index row, index column, index tiles) HWY_ATTR {
    // Stores might change what lies in memory, as far as the compiler knows.
    const index channels = l.channels - last, input_step = l.input_step, point_step = l.input_point;
    const index row_step = l.tap_row_step, column_step = l.tap_column_step, step = run_step;
    const float* HWY_RESTRICT tile =
        in + z * l.in_plane_step + row * l.in_row_step + column * l.in_column_step;
    float* HWY_RESTRICT to = inputs;
    inputs += tiles * input_step;
    if (last > 0)
      transform_last<Shape, How>(l, tile + channels, tiles, step, static_cast<std::size_t>(last),
                                 to + channels);
    for (; tiles > 0; --tiles, tile += step, to += input_step) {
      for (index channel = 0; channel < channels; channel += isa.lanes) {
        if constexpr (Shape.points() <= most_points_in_loops)
          transform_vector<Shape, How>(row_step, column_step, point_step, tile + channel, to + channel);
        else
          transform_vector_apart<Shape, How>(row_step, column_step, point_step, tile + channel, to + channel);
      }
    }
  });
}

/// Tiles of outputs that lie equally far apart, and vectors of channels of each. At the end of a map a tile
/// may be smaller.
struct winograd_run {
  index tiles, vectors;
  index products_step, residual_step, out_step;  // from one tile to the next
};

/// The outputs of one vector of channels of a tile. `products` are those of the first point;
/// `l.tap_channel_step` elements lie between points.
template <direct_key Key, winograd_shape Shape>
HWY_INLINE void combine_vector(const direct_layer& l, const float* HWY_RESTRICT products, const float* bias,
                               const float* residual, float* out) {
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
template <direct_key Key, winograd_shape Shape>
HWY_NOINLINE void combine_vector_apart(const direct_layer& l, const float* HWY_RESTRICT products,
                                       const float* bias, const float* residual, float* out) {
  combine_vector<Key, Shape>(l, products, bias, residual, out);
}

/// The outputs of a run.
template <direct_key Key, winograd_shape Shape>
HWY_NOINLINE void winograd_combine(const direct_layer& layer, const winograd_run& run,
                                   const float* HWY_RESTRICT products, const float* bias,
                                   const float* residual, float* out) {
  // Stores might change what lies in memory, as far as the compiler knows.
  const direct_layer l = layer;
  const winograd_run of = run;
  const index channels = of.vectors * Key.shape.lanes;
  for (index tile = 0; tile < of.tiles; ++tile) {
    for (index c = 0; c < channels; c += Key.shape.lanes) {
      if constexpr (Shape.points() <= most_points_in_loops)
        combine_vector<Key, Shape>(l, products + c, bias + c, residual + c, out + c);
      else
        combine_vector_apart<Key, Shape>(layer, products + c, bias + c, residual + c, out + c);
    }
    products += of.products_step, residual += of.residual_step, out += of.out_step;
  }
}

/// What a layer is computed with: `multiply` as in direct convolution, [rest of block][0][rest of tiles];
/// `combine_run` [last vector, if it is not full][rest of rows][rest of columns].
struct winograd_tiles_kernels {
  void (*transform)(const winograd_tiles_layer&, const float* in, index first, index count, float* inputs);
  direct_tiles multiply;
  /// Or all points of these tiles, with plain weights of one block of output channels.
  void (*multiply_plain)(const winograd_tiles_layer&, index tiles, const float* inputs, const float* weights,
                         float* products);
  void (*combine_run[2][2][2])(const direct_layer&, const winograd_run&, const float* products,
                               const float* bias, const float* residual, float* out);
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
  winograd_run run{0, 0, l.multiply.out_column_step, l.run_step(residual_row_step, residual_column_step),
                   l.runs_along_rows() ? l.rows.step() / o.pool_rows * out_row_step
                                       : l.columns.step() / o.pool_columns * out_column_step};
  each_tile_run(l, first, count, [&](index z, index row, index column, index tiles) HWY_ATTR {
    const bool rest_rows = l.rows.outputs - row < l.rows.tile;
    const bool rest_columns = l.columns.outputs - column < l.columns.tile;
    const float* residual_tile =
        residual + z * o.residual_plane_step + row * residual_row_step + column * residual_column_step;
    float* out_tile = out + z * o.out_plane_step + row / o.pool_rows * out_row_step +
                      column / o.pool_columns * out_column_step;
    const auto partial = rest ? k.combine_run[1][rest_rows][rest_columns] : nullptr;
    run.tiles = tiles, run.vectors = vectors - (partial != nullptr);
    if (run.vectors > 0)
      k.combine_run[0][rest_rows][rest_columns](o, run, products, bias, residual_tile, out_tile);
    if (partial != nullptr) {
      const index channel = run.vectors * l.lanes;
      run.vectors = 1;
      partial(o, run, products + channel, bias + channel, residual_tile + channel, out_tile + channel);
    }
    products += tiles * l.multiply.out_column_step;
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
      if (l.plain) k.multiply_plain(l, tiles.count(), scratch, packed + l.weights_at(0, begin), products);
      for (index p = 0; p < (l.plain ? 0 : l.points); ++p)
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
  HWY_NOINLINE void operator()(unit_range tiles, unit_range blocks) const {
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
