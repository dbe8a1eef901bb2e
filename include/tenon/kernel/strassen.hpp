// F1. Strassen's multiplication: its coefficients.
#pragma once

#include "tenon/shape.hpp"

namespace tenon {

/// A 1x1 convolution of two pixels, with the input and output channels in halves, is a product of 2x2 blocks:
///   y[i][p] = sum over h of w[i][h] x[h][p]      i, h: halves of the channels; p: pixel
/// with seven products of blocks instead of eight:
///   m[t] = (sum over i, h of a[t][2 i + h] w[i][h]) * (sum over h, p of b[t][2 h + p] x[h][p])
///   y[i][p] = sum over t of c[2 i + p][t] m[t]
/// The sums of weights are packed. Each product is one again of halves of the halves and of pairs of pixels:
/// 49 products instead of 64. Errors grow with the blocks that are added and cancel, by a factor of about
/// 1.5 each time (512 channels: 1e-6, 1.3e-6 and 2.1e-6 of the largest output; bench/errors). Source: V.
/// Strassen, Gaussian elimination is not optimal (1969); N. J. Higham, Accuracy and Stability of Numerical
/// Algorithms, section 23.2.2.
struct strassen {
  static constexpr int points = 7;
  static constexpr int a[points][4] = {{1, 0, 0, 1}, {0, 0, 1, 1},  {1, 0, 0, 0}, {0, 0, 0, 1},
                                       {1, 1, 0, 0}, {-1, 0, 1, 0}, {0, 1, 0, -1}};
  static constexpr int b[points][4] = {{1, 0, 0, 1}, {1, 0, 0, 0}, {0, 1, 0, -1}, {-1, 0, 1, 0},
                                       {0, 0, 0, 1}, {1, 1, 0, 0}, {0, 0, 1, 1}};
  static constexpr int c[4][points] = {
      {1, 0, 0, 1, -1, 0, 1}, {0, 0, 1, 0, 1, 0, 0}, {0, 1, 0, 1, 0, 0, 0}, {1, -1, 1, 0, 0, 1, 0}};

  /// Of product t of all: the coefficient of the weights from part h of the input channels to part i of the
  /// output channels, that of part h of pixel p, and that of the product in part i of pixel p. There are
  /// 2^halvings parts and pixels.
  static constexpr int of_weights(int halvings, index t, index i, index h) {
    return halvings == 1 ? a[t][2 * i + h]
                         : a[t / points][i / 2 * 2 + h / 2] * a[t % points][i % 2 * 2 + h % 2];
  }
  static constexpr int of_input(int halvings, index t, index h, index p) {
    return halvings == 1 ? b[t][2 * h + p]
                         : b[t / points][h / 2 * 2 + p / 2] * b[t % points][h % 2 * 2 + p % 2];
  }
  static constexpr int of_product(int halvings, index i, index p, index t) {
    return halvings == 1 ? c[2 * i + p][t]
                         : c[i / 2 * 2 + p / 2][t / points] * c[i % 2 * 2 + p % 2][t % points];
  }
};

/// Walks along the pixels of a map, row by row and plane by plane, without dividing.
struct pixel_walk {
  index rows, columns;  // of a plane
  index plane, row, column;

  constexpr pixel_walk(index map_rows, index map_columns, index first)
      : rows(map_rows),
        columns(map_columns),
        plane(first / (rows * columns)),
        row(first / columns % rows),
        column(first % columns) {}
  constexpr void next() {
    if (++column < columns) return;
    column = 0;
    if (++row < rows) return;
    row = 0, ++plane;
  }
};

}  // namespace tenon
