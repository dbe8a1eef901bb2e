// F4. How a step is cut into parts that several threads run: estimates of time, and the cut that lets them
// end together.
#pragma once

#include "tenon/geometry.hpp"
#include "tenon/geometry/chain.hpp"
#include "tenon/kernel/piece.hpp"

namespace tenon {

/// A step has no more parts than this: enough for 8 threads to end together.
inline constexpr int max_parts = 32;

/// How a step is cut.
struct step_split {
  cut how;
  bool one_each = false;     // a part costs more than its share: no more of them than workers take part
  bool by_channels = false;  // parts of the output are some of its channels rather than some of its rows

  constexpr bool shared() const { return how.parts() > 1; }
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
  if (how == algorithm::winograd_rows) {
    const winograd_axis axis = winograd_rows_of(s.layer(), s.what.outputs);
    compute = compute * axis.points() / (axis.outputs * axis.taps);
  }
  if (is_tiled(how)) compute = winograd_tiles_plan_of(s).products() / (4 * isa.lanes);
  if (how == algorithm::winograd_plain) compute += compute / 2;
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

/// What the parts of a step read.
struct reads {
  index in_bytes = 0, weight_bytes = 0;
  bool by_channels = false;  // the input was written by parts along its channels, not along its rows
  bool all_channels = true;  // of the input, by each part of the output channels

  /// Bytes of the input that each of several threads reads and others have written. Parts of the same
  /// channels follow one another.
  constexpr index fetched(index along, index across, index threads) const {
    const index of_rows = across < threads ? threads / across : 1, rows = along < of_rows ? along : of_rows;
    const index needs = in_bytes / (all_channels ? rows : threads);
    const bool own = by_channels ? !all_channels && rows == 1 : rows == threads;
    return own ? 0 : needs - needs / threads;
  }
};

/// Nanoseconds to fetch so many bytes from the cache of another core: at 8 bytes/ns. (Measured: 6 between
/// cores that share no cache, more than 25 between others. The first have more to lose by a wrong guess.)
constexpr index fetch_time(index bytes) { return bytes / 8; }

/// A cut, and the processor time that 2, 3, 4 and 8 threads need together.
struct rated_cut {
  cut how;
  index cost;

  constexpr operator cut() const { return how; }
};

/// The cut of a step whose map has `units` along `axis` and `blocks` of output channels, so that 2, 3, 4 and
/// 8 threads need the least time together. Cuts along the map read the weights once per piece, cuts along the
/// channels read the input once per block, as one thread does.
constexpr rated_cut balanced(work w, cut_axis axis, index units, index blocks, const reads& r) {
  constexpr int counts[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32};
  const index most = 3 * w.time / (w.share_from + 1), limit = most < max_parts ? most : max_parts;
  const index time = w.time;
  // What 2, 3, 4 and 8 threads take that wait for one, less what sharing must save to be worth it.
  rated_cut best{{axis}, (2 + 3 + 4 + 8 - 2) * time};
  for (int i = 0; i < 10; ++i) {
    const index along = pieces(units, pieces(units, counts[i]));  // equal pieces, as many as there are
    if (along > limit) break;
    if (i > 0 && along == pieces(units, pieces(units, counts[i - 1]))) continue;
    for (int k = 0; k < 10; ++k) {
      const index across = pieces(blocks, pieces(blocks, counts[k]));
      if (along * across > limit) break;
      if (along * across == 1) continue;
      const index of_blocks = pieces(blocks, across);
      const index part =
          time * pieces(units, along) / units * of_blocks / blocks + read_time(r.weight_bytes / across) / 2 +
          (r.all_channels ? read_time(r.in_bytes / along) * of_blocks / 2 : 0) + w.share_from / 64;
      index cost = 0;
      for (const index threads : {2, 3, 4, 8})
        cost += threads *
                (pieces(along * across, threads) * part + fetch_time(r.fetched(along, across, threads)));
      if (cost < best.cost) best = {{axis, static_cast<int>(along), static_cast<int>(across)}, cost};
    }
  }
  return best;
}

/// The same of a step that is a loop over `units`, which read nothing in common.
constexpr rated_cut balanced(work w, index units, cut_axis axis = cut_axis::rows) {
  return balanced(w, axis, units, 1, {});
}

constexpr cut cut_of(const direct_layer& l, work w, const reads& r) {
  // The outermost axis with pieces enough, or with the most: other steps are cut along rows, too.
  const index units[] = {l.planes, pieces(l.rows, l.tile_rows), pieces(l.columns, l.tile_columns)};
  int axis = 0;
  for (int other = 1; other < 3; ++other)
    if (units[axis] < 8 && units[other] > units[axis]) axis = other;
  return balanced(w, static_cast<cut_axis>(axis), units[axis], blocks_of(l), r);
}

/// A network is cut if all its steps together take at least as long: 15 times what a step must take.
constexpr index least_to_share(index share_from) { return 15 * share_from; }

/// The number of the step that wrote the input of s last, or -1: it is the network's.
constexpr int writer_of(const step_view& s) {
  const auto whole = [&](int b) {
    while (s.plan.buffers[b].host >= 0) b = s.plan.buffers[b].host;
    return b;
  };
  auto i = static_cast<int>(&s.what - s.plan.steps.data());
  while (i-- > 0)
    if (whole(s.plan.steps[i].out) == whole(s.what.in)) break;
  return i;
}

/// How a step is cut for several threads; into one part if it is not. `before` is the cut of the step that
/// wrote its input, whose parts are likely to lie with the threads that run the same parts of this one. (What
/// one thread wrote alone is not told from parts of rows.)
constexpr step_split split_of(const step_view& s, simd isa, index share_from, const step_split& before) {
  step_split split;
  cut& how = split.how;
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
  reads r{in_bytes, weight_bytes, before.by_channels};
  switch (s.what.how) {
    case algorithm::direct:
      how = cut_of(direct_of(s, isa).layer, w, r);
      break;
    case algorithm::depthwise:  // a block of channels reads its own only
      r.all_channels = false;
      how = cut_of(direct_of(s, isa).layer, w, r);
      break;
    case algorithm::winograd_rows: {
      const direct_layer l = winograd_of(s, isa).layer;
      // Each block of channels would transform the rows for itself.
      r.in_bytes *= 4;
      how = balanced(w, cut_axis::rows, pieces(l.rows, l.tile_rows), blocks_of(l), r);
      break;
    }
    case algorithm::winograd_tiles:
    case algorithm::winograd_plain:
    case algorithm::strassen: {
      const winograd_tiles_layer l = winograd_tiles_of(s, isa).layer;
      // Neighbours in depth, or in a row of one-column tiles, both transform the inputs that both read. (All
      // inputs are about an eighth of the work; a few parts transform what is shared twice.)
      const work with_shared{w.time + w.time * (l.in_tiles() - l.tiles()) / (4 * l.in_tiles()), w.share_from};
      rated_cut by_tiles = balanced(with_shared, pieces(l.tiles(), l.multiply.tile_columns));
      by_tiles.cost += (2 + 3 + 4 + 8) * read_time(weight_bytes) / 2;  // each thread reads them all
      // Each thread transforms all inputs for itself, about an eighth of the work of 256 channels: where
      // cores share no cache, to share it and to fetch what others have transformed takes longer (256
      // channels at 14x14 on two of them: 392 us, and 348 so).
      rated_cut by_channels = balanced(w, cut_axis::rows, 1, l.blocks(), r);
      by_channels.cost += (1 + 2 + 3 + 7) * w.time * 32 / l.multiply.group_channels;
      if (l.block < l.tiles() || by_tiles.cost < by_channels.cost) {
        how = by_tiles;
        // All weights for each part, or what neighbours both transform.
        split.one_each = weight_bytes > 1'000'000 || l.in_tiles() > l.tiles();
      } else {
        how = by_channels;
        split.one_each = true;
      }
      break;
    }
    case algorithm::direct_width: {
      const width_layer l = width_of(s, isa).layer;
      const index rows = pieces(l.rows, l.tile_rows), columns = pieces(l.columns, l.tile_columns);
      const bool along_rows = rows >= 8 || rows >= columns;
      how = balanced(w, along_rows ? cut_axis::rows : cut_axis::columns, along_rows ? rows : columns,
                     pieces(l.channels, l.tile_channels), r);
      break;
    }
    case algorithm::transposed:
      // Each phase of the stride by itself; all of them at the same time.
      how = cut_of(phase_of(s, isa, 0).layer, w, r);
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
      if (rows >= 8 && !(r.by_channels && channels > 1) && !l.adaptive)
        how = balanced(w, rows, planes ? cut_axis::planes : cut_axis::rows);
      else
        how = {cut_axis::rows, 1, balanced(w, channels > 0 ? channels : 1).how.along};
      break;
    }
    case algorithm::copy: {
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
      how = {cut_axis::rows, 1,
             balanced(w, in.channels >= isa.lanes ? in.channels / isa.lanes : 1).how.along};
      break;
    case algorithm::pad:
      break;
  }
  // Of a transposed convolution, a block is a phase.
  split.by_channels = s.what.how != algorithm::transposed && how.blocks > how.along;
  return split;
}

}  // namespace tenon
