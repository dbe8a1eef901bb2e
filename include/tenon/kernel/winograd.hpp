// F1. Winograd convolution along the rows: its matrices, and what is the same for every instruction set.
#pragma once

#include "tenon/kernel/direct.hpp"

namespace tenon {

/// Two outputs of a filter of R taps from T = R + 1 inputs with T multiplications instead of 2 R:
///   y = A^T ((G g) * (B^T d)),  y[j] = sum over k of g[k] d[j + k],  j = 0, 1
/// With points a_0 .. a_{T-2} and infinity, N_i = product over l != i of (a_i - a_l):
///   A^T[j][i] = a_i^j          G[i][k] = a_i^k / N_i     B^T[i] = coefficients of product over l != i of (x
///   - a_l) A^T[j][inf] = [j = 1]      G[inf][k] = [k = R - 1]   B^T[inf] = coefficients of product over l of
///   (x - a_l)
/// Points 0, 1, -1, 2, -2: small integers keep B^T and A^T exact. Rounding errors of an output are at most
/// 4 (R = 3) or 30 (R = 5) times those of a direct sum over the largest inputs.
/// Source: S. Winograd, Arithmetic Complexity of Computations (1980); the transposed Toom-Cook construction.
template <int R>
struct winograd_matrices {
  static constexpr int taps = R, points = R + 1;
  double a[2][points]{};       // A^T
  double g[points][R]{};       // G
  double b[points][points]{};  // B^T

  constexpr winograd_matrices() {
    constexpr double at[] = {0, 1, -1, 2, -2};
    constexpr int finite = points - 1, infinity = points - 1;
    for (int i = 0; i < points; ++i) {
      // The polynomial with all roots but point i, coefficients from x^0 on.
      b[i][0] = 1;
      double n = 1;
      for (int l = 0, degree = 0; l < finite; ++l) {
        if (l == i) continue;
        ++degree;
        for (int k = degree; k >= 0; --k) b[i][k] = (k > 0 ? b[i][k - 1] : 0) - at[l] * b[i][k];
        if (i != infinity) n *= at[i] - at[l];
      }
      double power = 1;
      for (int k = 0; k < R; ++k) {
        g[i][k] = i == infinity ? k == R - 1 : power / n;
        if (k < 2) a[k][i] = i == infinity ? k == 1 : power;
        if (i != infinity) power *= at[i];
      }
    }
  }
};

/// Filters whose rows are worth it, and for which points are given above.
constexpr bool winograd_rows(index taps) { return taps == 3 || taps == 5; }

/// The transformed rows of a Winograd convolution. Its direct_layer counts points as rows of taps.
struct winograd_layer {
  index in_row_step;         // from one input row to the next
  index stretches, stretch;  // a row is so many pieces (planar: channels) of so many elements in memory
  index in_stretch_step;     // from one piece to the next, in the input
  index point_step;          // from one transformed row to the next
  index first_tap;           // from the beginning of a row to the first tap of its first column
};

}  // namespace tenon
