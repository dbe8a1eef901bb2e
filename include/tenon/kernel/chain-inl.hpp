// A chain of convolutions: its layers advance together, some rows at a time.
//
//   input     ----------------------+        all of it is in memory
//   output 0        [ 3  4  5  6 ]  |  ...   the rows that the next layer's windows are at
//   output 1              [ 4  5 ]  |  ...
//   output 2  0  1  2  3  4         |  ...   all of it
//
// Before a layer computes rows for which there is no room any more, those that are still needed move to the
// front. Rows above and below a map are zeros, written when they come into reach. Every output is computed as
// it would be without the chain, but by tiles of one row.
#if defined(TENON_KERNEL_CHAIN_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_CHAIN_INL_HPP
#undef TENON_KERNEL_CHAIN_INL_HPP
#else
#define TENON_KERNEL_CHAIN_INL_HPP
#endif

#include <algorithm>
#include <cstring>
#include <span>

#include "tenon/kernel/chain.hpp"
#include "tenon/kernel/direct-inl.hpp"
#include "tenon/kernel/piece.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// A link with its memory. `residual` and the last link's `out` are at element (0, 0, 0) of their maps, `out`
/// of the others at the beginning of memory for `held` rows.
struct chain_part {
  const chain_link& link;
  const direct_tiles& tiles;
  const float *packed, *residual;
  float* out;
};

/// A run of a chain: `most` is an upper bound of its length.
template <int Most>
class chain_run {
 public:
  chain_run(std::span<const chain_part> parts, const float* in) : parts_(parts), in_(in) {}

  /// Rows of the last output, `band` at a time.
  void operator()(unit_range rows, index band) {
    const int last = static_cast<int>(parts_.size()) - 1;
    start(last, rows.first);
    for (index at = rows.first; at < rows.end;) {
      index ends[Most];
      ends[last] = at = std::min(at + band, rows.end);
      for (int i = last; i > 0; --i) ends[i - 1] = parts_[i].link.end_of_inputs(ends[i]);
      for (int i = 0; i < last; ++i) extend(i, ends[i]);
      compute(last, maps_[last].end, at);
      maps_[last].end = at;
    }
  }

 private:
  /// Of the output of a link: row `base` is the first in memory, and those before `end` are there.
  struct rows_there {
    index base, end;
  };

  void start(int last, index first) {
    maps_[last] = {0, first};
    for (int i = last; i-- > 0;) {
      first = std::min(parts_[i + 1].link.first_input(first), parts_[i].link.rows);
      maps_[i] = {first, first};
      first = std::max(first, index{0});
      const chain_link& l = parts_[i].link;
      for (index row = 0; row < l.held; ++row) {
        float* at = parts_[i].out + row * l.row_step;
        std::fill(at, at + l.left, 0.0f);
        std::fill(at + l.row_step - l.right, at + l.row_step, 0.0f);
      }
    }
  }

  float* row_of(int i, index row) const {
    return parts_[i].out + (row - maps_[i].base) * parts_[i].link.row_step;
  }

  /// Sees to it that the rows of output i before `end` are there.
  void extend(int i, index end) {
    const chain_link& l = parts_[i].link;
    rows_there& map = maps_[i];
    if (end <= map.end) return;
    if (end - map.base > l.held) {
      const index needed =
          std::min(parts_[i + 1].link.first_input(std::max(maps_[i + 1].end, index{0})), map.end);
      std::memmove(parts_[i].out, row_of(i, needed),
                   static_cast<size_t>((map.end - needed) * l.row_step) * sizeof(float));
      map.base = needed;
    }
    const index first = std::clamp(map.end, index{0}, l.rows), stop = std::clamp(end, index{0}, l.rows);
    clear(i, map.end, std::min(end, index{0}));
    compute(i, first, stop);
    clear(i, std::max(map.end, l.rows), end);
    map.end = end;
  }

  void clear(int i, index first, index end) {
    if (first < end) std::fill(row_of(i, first), row_of(i, end), 0.0f);
  }

  void compute(int i, index first, index end) {
    if (first >= end) return;
    const chain_part& p = parts_[i];
    direct_layer l = p.link.layer;
    l.rows = (end - first) * l.pool_rows;
    l.fetch_ahead();
    const index top = p.link.first_input(first);
    const float* in =
        i == 0 ? in_ + top * (l.row_step / p.link.stride) : row_of(i - 1, top) + parts_[i - 1].link.left;
    float* out = i + 1 == static_cast<int>(parts_.size()) ? p.out + first * l.out_row_step
                                                          : row_of(i, first) + p.link.left;
    direct(l, p.tiles, in - p.link.pad_left, p.packed, p.residual + first * l.pool_rows * l.residual_row_step,
           out);
  }

  std::span<const chain_part> parts_;
  const float* in_;
  rows_there maps_[Most];
};

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
