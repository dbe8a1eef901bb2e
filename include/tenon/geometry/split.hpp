// F4. How a step is cut into parts that several threads run: estimates of time, and the cut that lets them
// end together.
#pragma once

#include "tenon/geometry.hpp"
#include "tenon/geometry/chain.hpp"
#include "tenon/kernel/piece.hpp"

namespace tenon {

/// A step has no more parts than this: enough for 8 threads to end together.
inline constexpr int max_parts = 32;

/// A step that is cut: each of its phases into so many parts. All parts of a phase are done before the next
/// phase begins.
struct step_split {
  static constexpr int max_phases = 4;
  int phases = 1;
  cut phase[max_phases];
  bool one_each = false;  // a part costs more than its share: no more of them than there are workers

  constexpr bool shared() const {
    for (int i = 0; i < phases; ++i)
      if (phase[i].parts() > 1) return true;
    return false;
  }
};

constexpr index bytes_of(const buffer& b) { return b.channels * b.positions() * index(sizeof(float)); }

/// Nanoseconds to read so many bytes again and again: from the L2 cache at 100 bytes/ns, or from the last
/// level at 25.
constexpr index read_time(index bytes) { return bytes / (bytes <= 400'000 ? 100 : 25); }

/// Estimated time of a step on one thread in ns, at 3 GHz: 5 of 6 multiply-accumulates a lane and ns for
/// convolutions, bytes where they take longer.
constexpr index time_of(const step_view& s, simd isa) {
  const algorithm how = s.what.how;
  const index maps = bytes_of(s.in()) + bytes_of(s.out()) + (s.has_residual() ? bytes_of(s.residual()) : 0);
  const index weights = packed_elements(s, isa) * index(sizeof(float));
  index compute = s.what.macs / (5 * isa.lanes);
  if (how == algorithm::depthwise) compute = s.what.macs / (3 * isa.lanes);
  if (how == algorithm::winograd) {
    const winograd_axis axis = winograd_rows_of(s.layer(), s.what.outputs);
    compute = compute * axis.points() / (axis.outputs * axis.taps);
  }
  if (is_tiled(how)) compute = winograd_tiles_plan_of(s).products() / (4 * isa.lanes);
  if (how == algorithm::window_pool || how == algorithm::global_pool) {
    const pool_layer l = pool_of(s);
    const index taps = l.axes[0].window * l.axes[1].window * l.axes[2].window;
    compute = s.out().channels * s.out().positions() * taps / isa.lanes;
  }
  const index bytes = maps / 25 + weights / 20;
  return (has_weights(how) ? (compute > bytes ? compute : bytes) : compute + bytes) + 200;
}

/// The same of all that runs with a step.
constexpr index time_with(const step_view& s, simd isa) {
  index time = 0;
  if (is_later_link(s.what)) return time;
  for (int link = 0; link < links_with(s.what); ++link) time += time_of(link_of(s, link), isa);
  return time;
}

/// What a step has to share out: its time on one thread, and the least for which it is worth it. A part takes
/// at least a third of that.
struct work {
  index time, share_from;
};

/// The cut of a step whose map has `units` along `axis` and `blocks` of
/// output channels, so that 2, 3, 4 and 8 threads need the least time together. Cuts along the map read the
/// weights once per piece, cuts along the channels read the input once per block, as one thread does.
constexpr cut balanced(work w, cut_axis axis, index units, index blocks, index in_bytes, index weight_bytes) {
  constexpr int counts[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32};
  const index most = 3 * w.time / (w.share_from + 1), limit = most < max_parts ? most : max_parts;
  const index time = w.time;
  cut best{axis};
  index best_cost = 15 * time;  // 2 + 3 + 4 + 8, and a little for the trouble
  for (int i = 0; i < 10; ++i) {
    const index along = pieces(units, pieces(units, counts[i]));  // equal pieces, as many as there are
    if (along > limit) break;
    if (i > 0 && along == pieces(units, pieces(units, counts[i - 1]))) continue;
    for (int k = 0; k < 10; ++k) {
      const index across = pieces(blocks, pieces(blocks, counts[k]));
      if (along * across > limit) break;
      if (along * across == 1) continue;
      const index of_blocks = pieces(blocks, across);
      const index part = time * pieces(units, along) / units * of_blocks / blocks +
                         read_time(weight_bytes / across) / 2 + read_time(in_bytes / along) * of_blocks / 2 +
                         w.share_from / 64;
      index cost = 0;
      for (const index threads : {2, 3, 4, 8}) cost += threads * pieces(along * across, threads) * part;
      if (cost < best_cost)
        best_cost = cost, best = {axis, static_cast<int>(along), static_cast<int>(across)};
    }
  }
  return best;
}

/// The same of a step that is a loop over `units`, which read nothing in common.
constexpr cut balanced(work w, index units, cut_axis axis = cut_axis::rows) {
  return balanced(w, axis, units, 1, 0, 0);
}

constexpr cut cut_of(const direct_layer& l, work w, index in_bytes, index weight_bytes) {
  // The outermost axis with pieces enough.
  const index units[] = {l.planes, pieces(l.rows, l.tile_rows), pieces(l.columns, l.tile_columns)};
  int axis = 0;
  while (axis < 2 && units[axis] < 8) ++axis;
  if (units[axis] < 8)
    for (int other = 0; other < 3; ++other)
      if (units[other] > units[axis]) axis = other;
  return balanced(w, static_cast<cut_axis>(axis), units[axis], blocks_of(l), in_bytes, weight_bytes);
}

/// A network is cut if all its steps together take at least as long: 5 times what a step must take.
constexpr index least_to_share(index share_from) { return 5 * share_from; }

/// How a step is cut for several threads; into one part if it is not.
constexpr step_split split_of(const step_view& s, simd isa, index share_from) {
  step_split split;
  cut& how = split.phase[0];
  const work w{time_with(s, isa), share_from};
  if (w.time < share_from) return split;
  if (s.what.chain > 1) {
    // Rows at the beginning of a part are computed twice in all maps but the last.
    how = balanced(w, pieces(link_of(s, s.what.chain - 1).out().rows, 4));
    split.one_each = true;
    return split;
  }
  const buffer& in = s.in();
  const index in_bytes = bytes_of(in), weight_bytes = packed_elements(s, isa) * index(sizeof(float));
  switch (s.what.how) {
    case algorithm::direct:
      how = cut_of(direct_of(s, isa).layer, w, in_bytes, weight_bytes);
      break;
    case algorithm::depthwise:  // a block of channels reads its own only
      how = cut_of(direct_of(s, isa).layer, w, 0, weight_bytes);
      break;
    case algorithm::winograd: {
      const direct_layer l = winograd_of(s, isa).layer;
      // Each block of channels would transform the rows for itself.
      how =
          balanced(w, cut_axis::rows, pieces(l.rows, l.tile_rows), blocks_of(l), 4 * in_bytes, weight_bytes);
      break;
    }
    case algorithm::winograd_tiles:
    case algorithm::strassen: {
      const winograd_tiles_layer l = winograd_tiles_of(s, isa).layer;
      const index tiles = pieces(l.tiles(), l.multiply.tile_columns);
      // Strassen's weights are several times the inputs: a part takes some of the weights, not of the tiles.
      const bool few_weights = s.what.how != algorithm::strassen && weight_bytes < 4'000'000;
      if (l.block < l.tiles() || (tiles >= 4 && l.in_tiles() == l.tiles() && few_weights)) {
        how = balanced(w, tiles);
        split.one_each = weight_bytes > 1'000'000;  // all of them for each part
        break;
      }
      // All tiles at once: first they are transformed, then blocks of channels are multiplied with them.
      split.phases = 2;
      how = balanced({w.time / 8, share_from}, l.in_tiles());
      split.phase[1] = balanced(w, cut_axis::rows, 1, l.blocks(), l.points * l.input_point * 4, weight_bytes);
      if (!split.shared()) split = {};
      break;
    }
    case algorithm::direct_width: {
      const width_layer l = width_of(s, isa).layer;
      const index rows = pieces(l.rows, l.tile_rows), columns = pieces(l.columns, l.tile_columns);
      const bool along_rows = rows >= 8 || rows >= columns;
      how = balanced(w, along_rows ? cut_axis::rows : cut_axis::columns, along_rows ? rows : columns,
                     pieces(l.channels, l.tile_channels), in_bytes, weight_bytes);
      break;
    }
    case algorithm::transposed:
      // Each phase of the stride by itself; all of them at the same time.
      how = cut_of(phase_of(s, isa, 0).layer, w, in_bytes, weight_bytes);
      how.blocks = static_cast<int>(phases_of(s));
      break;
    case algorithm::local:
      how = balanced(w, s.out().positions());
      break;
    case algorithm::matrix_vector:
      how = balanced(w, linear_of(s, isa).blocks);
      break;
    case algorithm::window_pool:
    case algorithm::global_pool: {
      const pool_layer l = pool_of(s);
      const bool planes = l.axes[0].out > l.axes[1].out;
      const index rows = l.axes[planes ? 0 : 1].out;
      const index channels = in.order == layout::interleaved ? in.channels / isa.lanes : in.channels;
      if (rows >= 8 && !l.adaptive && s.what.how == algorithm::window_pool)
        how = balanced(w, rows, planes ? cut_axis::planes : cut_axis::rows);
      else
        how = {cut_axis::rows, 1, balanced(w, channels > 0 ? channels : 1).along};
      break;
    }
    case algorithm::copy: {
      // What one core writes the other one has to fetch from it.
      if (w.time < 5 * share_from) break;
      const nest n = copy_nest(s);
      how = balanced(w, n.loops[cut_loop(n)].extent);
      break;
    }
    case algorithm::map:
    case algorithm::affine:
    case algorithm::combine: {
      const nest n = element_nest(s);
      how = balanced(w, n.loops[cut_loop(n)].extent);
      break;
    }
    case algorithm::normalise:
      how = balanced(w, s.layer().attr.per_position ? s.out().rows : norm_of(s).sets);
      break;
    case algorithm::soft_max:
      if (s.layer().axis == 0) how = balanced(w, s.out().rows);
      break;
    case algorithm::response_norm:
      how = balanced(w, s.out().rows);
      break;
    case algorithm::resize:
      how = {cut_axis::rows, 1, balanced(w, in.channels >= isa.lanes ? in.channels / isa.lanes : 1).along};
      break;
    case algorithm::pad:
      break;
  }
  return split;
}

}  // namespace tenon
