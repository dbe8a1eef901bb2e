// F1. Winograd convolution: its matrices, and what is the same for every instruction set.
#pragma once

#include "tenon/kernel/piece.hpp"

namespace tenon {

/// Winograd along one axis: outputs of a tile, taps of the filter and its stride. One output of one tap: the
/// axis stays as it is.
struct winograd_axis {
  int outputs = 1, taps = 1, stride = 1;
  bool plain = false;  // weights are transformed while they are multiplied

  /// Inputs of a tile, and as many multiplications.
  constexpr int points() const { return (outputs - 1) * stride + taps; }
  /// Taps f, f + stride, ... are a filter of stride 1 over the inputs f, f + stride, ...
  constexpr int phase_taps(int f) const { return (taps - f + stride - 1) / stride; }
  constexpr int phase_points(int f) const { return outputs + phase_taps(f) - 1; }
  constexpr int phase_first(int f) const { return f == 0 ? 0 : phase_first(f - 1) + phase_points(f - 1); }
  friend constexpr bool operator==(const winograd_axis&, const winograd_axis&) = default;
};
inline constexpr int max_winograd_outputs = 4, max_winograd_taps = 11, max_winograd_stride = 4;
inline constexpr int max_winograd_points =
    (max_winograd_outputs - 1) * max_winograd_stride + max_winograd_taps;

/// M outputs of a filter of R taps from T = M + R - 1 inputs with T multiplications instead of M R:
///   y = A^T ((G g) * (B^T d)),  y[j] = sum over k of g[k] d[j + k],  j = 0 .. M-1
/// With points a_0 .. a_{T-2} and infinity, N_i = product over l != i of (a_i - a_l):
///   A^T[j][i] = a_i^j            G[i][k] = a_i^k / N_i
///   A^T[j][inf] = [j = M - 1]    G[inf][k] = [k = R - 1]
///   B^T[i] = coefficients of product over l != i of (x - a_l)
///   B^T[inf] = coefficients of product over l of (x - a_l)
/// A filter with stride S is the sum of S filters, its phases, each over every S-th input: their points stand
/// one phase behind the other, and A^T adds them up. A phase of one tap has M points for M products.
/// The points after 0 come in pairs a, -a, whose sums share their halves; then one may be left. With 0, 5/8,
/// -5/8, 3/2, -3/2, B^T and A^T are exact, and the usual 0, 1, -1, 2, -2 would lose twice to four times as
/// much to rounding. Of plain weights A^T, not G, has the factors 1 / N_i (and is rounded), G[inf][R - 1] is
/// a_1^(R-1), and G is applied in two steps: tap k times a_1^k when weights are packed, then the ratios to
/// that, so that a_1 and -a_1 take sums alone. Source: S. Winograd, Arithmetic Complexity of Computations
/// (1980); the transposed Toom-Cook construction; on points: Barabasz et al., Error analysis and improving
/// the accuracy of Winograd convolution (2020).
struct winograd_matrices {
  double a[max_winograd_outputs][max_winograd_points]{};  // A^T
  double g[max_winograd_points][max_winograd_taps]{};     // G
  double b[max_winograd_points][max_winograd_points]{};   // B^T

  constexpr explicit winograd_matrices(const winograd_axis& axis) {
    for (int f = 0; f < axis.stride; ++f) add_phase(axis, f);
  }

  /// The largest number of points of a phase.
  static constexpr int most_points = 7;

 private:
  static constexpr double point(int points, int i) {
    constexpr double two[] = {0, -1}, three[] = {0, 1, -1}, four[] = {0, 0.75, -0.75, 2},
                     six[] = {0, 0.625, -0.625, 1.5, -1.5, 1};  // the first five of them, too
    return points == 3 ? two[i] : points == 4 ? three[i] : points == 5 ? four[i] : six[i];
  }

  static constexpr double power_of_first(int points, int exponent) {
    return exponent == 0 ? 1 : point(points, 1) * power_of_first(points, exponent - 1);
  }

  constexpr void add_phase(const winograd_axis& axis, int f) {
    const int outputs = axis.outputs, taps = axis.phase_taps(f), points = axis.phase_points(f);
    const int first = axis.phase_first(f), step = axis.stride;
    if (taps == 1) {
      for (int i = 0; i < outputs; ++i) a[i][first + i] = g[first + i][f] = b[first + i][f + i * step] = 1;
      return;
    }
    const int finite = points - 1, infinity = points - 1;
    for (int i = 0; i < points; ++i) {
      // The polynomial with all roots but point i, coefficients from x^0 on.
      double c[most_points]{1}, n = 1;
      for (int l = 0, degree = 0; l < finite; ++l) {
        if (l == i) continue;
        ++degree;
        for (int k = degree; k >= 0; --k) c[k] = (k > 0 ? c[k - 1] : 0) - point(points, l) * c[k];
        if (i != infinity) n *= point(points, i) - point(points, l);
      }
      for (int k = 0; k < points; ++k) b[first + i][f + k * step] = c[k];
      double power = 1;
      for (int k = 0; k < taps || k < outputs; ++k) {
        const double of_infinity = axis.plain ? power_of_first(points, taps - 1) : 1;
        const double over_n = power / n;
        if (k < taps)
          g[first + i][f + k * step] = i == infinity ? (k == taps - 1) * of_infinity
                                       : axis.plain  ? power
                                                     : over_n;
        if (k < outputs)
          a[k][first + i] = i == infinity ? (k == outputs - 1) / of_infinity : axis.plain ? over_n : power;
        if (i != infinity) power *= point(points, i);
      }
    }
  }
};

/// Are there points for this tile, `most` in each phase, that save multiplications?
constexpr bool has_points(const winograd_axis& axis, int most = winograd_matrices::most_points) {
  return axis.taps >= 3 && axis.taps > axis.stride && axis.taps <= max_winograd_taps &&
         axis.stride <= max_winograd_stride && axis.phase_points(0) <= most;
}

/// The transformed rows of a Winograd convolution along the rows. Its direct_layer counts points as rows of
/// taps.
struct winograd_layer {
  index in_row_step;         // from one input row to the next
  index in_tile_step;        // from the inputs of one output row to those of the next
  index stretches, stretch;  // a row is so many pieces (planar: channels) of so many elements in memory
  index in_stretch_step;     // from one piece to the next, in the input
  index point_step;          // from one transformed row to the next
  index first_tap;           // from the beginning of a row to the first tap of its first column
};

/// Errors of two axes multiply: tiles have no more points than this in each phase.
inline constexpr int max_tile_points = 6;
/// The tile of an axis where up to `outputs` outputs are wanted at once.
constexpr winograd_axis winograd_axis_for(index taps, index stride, int outputs) {
  if (taps == 1) return {};
  const winograd_axis two{2, static_cast<int>(taps), static_cast<int>(stride)};
  const winograd_axis wanted{outputs, two.taps, two.stride};
  return has_points(wanted, max_tile_points) ? wanted : two;
}

/// Winograd convolution in tiles of rows x columns; or Strassen's multiplication, whose tiles are 2^halvings
/// pixels and whose products take 2^halvings parts of the channels each: see kernel/strassen.hpp.
struct winograd_shape {
  winograd_axis rows, columns;
  int halvings = 0;

  constexpr int points() const {
    return halvings == 0 ? rows.points() * columns.points() : halvings == 1 ? 7 : 49;
  }
  constexpr int parts() const { return 1 << halvings; }
  friend constexpr bool operator==(const winograd_shape&, const winograd_shape&) = default;
};

/// What a micro-kernel that multiplies plain weights is compiled for: so many tiles, and elements from one
/// point to the next and from one tile to the next.
struct winograd_plain_key {
  winograd_shape shape;
  int tiles, lanes;
  index input_point, input_step, product_point;
  numerics numbers;

  /// The same for another number of tiles.
  constexpr winograd_plain_key of(int other) const {
    winograd_plain_key key = *this;
    key.tiles = other;
    return key;
  }
};

/// Tiles of outputs along one axis. Of a dilated filter the outputs of a tile lie `dilation` apart, and tiles
/// fill the gaps of one another.
struct winograd_tiling {
  index outputs, tile, dilation;

  constexpr index tiles() const {
    return dilation == 1 ? pieces(outputs, tile) : outputs / (tile * dilation) * dilation;
  }
  /// From one tile to the next, where nothing lies between them.
  constexpr index step() const { return dilation == 1 ? tile : 1; }
  /// The first output of tile number i.
  constexpr index first(index i) const { return i / dilation * tile * dilation + i % dilation; }
};

/// A Winograd convolution by tiles: from input tiles to transformed inputs, `inputs`, by the products of each
/// point with its weights, `products`, to output tiles. Both lie as [point][tile][channels]; all steps are in
/// elements.
struct winograd_tiles_layer {
  direct_layer out;               // the output; rows and columns before a fused pool
  direct_layer multiply;          // of one point, a pointwise convolution of a row of tiles; of plain weights
                                  // all points, from 3 x 3 taps
  winograd_tiling rows, columns;  // of output tiles
  index planes, in_planes;  // of the output, and of the input that they read; columns of one-column tiles
  index points;
  index block;                                       // tiles that are transformed and multiplied at once
  index in_plane_step, in_row_step, in_column_step;  // between the inputs of neighbouring outputs
  index tap_row_step, tap_column_step;               // between inputs of a tile
  index channels;                    // of a transformed tile: those of the input, or of a part of them
  index input_step;                  // from one transformed tile to the next
  index input_point, product_point;  // from one point to the next
  index group;                       // blocks of output channels that are multiplied before they are combined
  index products;                    // elements of `inputs`, where `products` begin
  int vectors, rest_vectors, lanes;  // of a block of output channels
  index bias;                        // packed elements in front of the weights
  index map_rows, map_columns;       // of a plane, where tiles are groups of pixels
  bool plain;                        // weights are packed tap by tap, for all points together

  constexpr index plane_tiles() const { return rows.tiles() * columns.tiles(); }
  constexpr index tiles() const { return planes * plane_tiles(); }
  /// Tiles of all planes that the outputs read.
  constexpr index in_tiles() const { return in_planes * plane_tiles(); }
  /// A column of tiles is one run; else a run lies in a row.
  constexpr bool runs_along_rows() const { return columns.tiles() == 1; }
  /// From one tile of a run to the next, where outputs in neighbouring rows and columns lie so far apart.
  constexpr index run_step(index row_step, index column_step) const {
    return runs_along_rows() ? rows.step() * row_step : columns.step() * column_step;
  }
  /// Of output channels.
  constexpr index blocks() const { return multiply.blocks + multiply.rest_block; }
  /// Where the packed weights of a point and a block of output channels begin: blocks lie together by point
  /// if they are multiplied so, or else points by block. Plain weights are those of all points.
  constexpr index weights_at(index point, index b) const {
    const direct_layer& m = multiply;
    if (plain) return bias + b * m.panel;
    if (group > 1) return bias + point * (m.blocks * m.panel + m.rest_block * m.rest_panel) + b * m.panel;
    return bias + b * points * m.panel + point * (b == m.blocks ? m.rest_panel : m.panel);
  }
};

/// Walks along the tiles of an axis without dividing: `at` is the first output of a tile.
struct winograd_walk {
  index number, at, phase;
  index whole;  // how many tiles are, of a filter without dilation

  constexpr winograd_walk(const winograd_tiling& t, index tile)
      : number(tile), at(t.first(tile)), phase(tile % t.dilation), whole(t.outputs / t.tile) {}
  /// Tiles from here on that lie t.step() outputs apart, all of them whole, or one that is not.
  constexpr index alike(const winograd_tiling& t) const {
    return t.dilation > 1 ? t.dilation - phase : number < whole ? whole - number : 1;
  }
  /// Past so many tiles that are alike.
  constexpr void skip(const winograd_tiling& t, index tiles) {
    number += tiles, at += tiles * t.step(), phase += tiles;
    if (phase < t.dilation) return;
    if (t.dilation > 1) at += (t.tile - 1) * t.dilation;
    phase = 0;
  }
  constexpr void restart() { number = at = phase = 0; }
};

/// f(plane, row, column, tiles) for output tiles first .. first + count - 1, in order, as runs of tiles which
/// lie l.run_step() apart: the first output of a run, and how many tiles it has.
template <class F>
constexpr void each_tile_run(const winograd_tiles_layer& l, index first, index count, F&& f) {
  const index rows = l.rows.tiles(), columns = l.columns.tiles();
  index z = first / (rows * columns);
  const bool along_rows = l.runs_along_rows();
  winograd_walk row(l.rows, first / columns % rows), column(l.columns, first % columns);
  while (count > 0) {
    const index alike = along_rows ? row.alike(l.rows) : column.alike(l.columns);
    const index tiles = alike < count ? alike : count;
    f(z, row.at, column.at, tiles);
    count -= tiles;
    if (!along_rows) {
      column.skip(l.columns, tiles);
      if (column.number < columns) continue;
      column.restart();
    }
    row.skip(l.rows, along_rows ? tiles : 1);
    if (row.number < rows) continue;
    row.restart();
    ++z;
  }
}

}  // namespace tenon
