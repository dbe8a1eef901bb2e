// F4. Choose: an algorithm for each convolution, the order in which each value lies, and what lies in what.
#pragma once

#include <utility>

#include "tenon/lower/cost.hpp"
#include "tenon/lower/draft.hpp"

namespace tenon::detail {

template <int Nodes>
class choice {
 public:
  constexpr explicit choice(draft<Nodes>& d) : d_(d) {}

  constexpr void run() {
    for (int id = 0; id < Nodes; ++id) users_[id] = 0, weights_ += d_.nodes[id].tensor_count;
    for (int s = 0; s < d_.step_count; ++s)
      for (int operand : d_.operand[s])
        if (operand >= 0) ++users_[d_.resolve(operand)];
    for (int out : d_.outputs) ++users_[d_.resolve(out)];
    for (int s = d_.step_count - 1; s >= 0; --s)
      if (d_.steps[s].how == algorithm::direct) choose_algorithm(s);
    collect_demands();
    choose_orders();
    choose_hosts();
  }

 private:
  constexpr void choose_algorithm(int s) {
    step& st = d_.steps[s];
    const node& n = d_.nodes[st.node];
    const index channels = d_.nodes[d_.operand[s][0]].out.channels();
    const method asked = n.attr.how;
    if (n.groups > 1 && n.groups == channels && n.out.channels() == channels && st.pool < 0) {
      st.how = algorithm::depthwise;
    } else if (n.out.spatial_rank() == 2 && !n.attr.untied_bias && asked == method::automatic &&
               suits_width(s)) {
      st.how = algorithm::direct_width;
    } else {
      const index least_for_rows = asked == method::automatic ? 8 : 1;  // fewer leave lanes empty
      const convolution_cost cost{n, channels, weights_};
      index best = cost.direct();
      const auto consider = [&](method m, algorithm how, bool possible, auto cycles) {
        if (!possible || (asked != method::automatic && asked != m)) return;
        const index estimate = cycles();
        if (asked != m && estimate >= best) return;
        best = estimate, st.how = how, st.outputs = outputs_at_once(m), st.columns = columns_at_once(m);
      };
      for (const method m : {method::winograd_rows, method::winograd_rows_4})
        consider(m, algorithm::winograd_rows, possible(s, m) && n.out.channels() >= least_for_rows,
                 [&] { return cost.rows(winograd_rows_of(n, outputs_at_once(m))); });
      for (const method m : {method::winograd_2x1, method::winograd_4x1, method::winograd_2,
                             method::winograd_4x2, method::winograd_4}) {
        const auto tiles = [&] { return d_.tiles_of(s, outputs_at_once(m), columns_at_once(m)); };
        // Tiles of 9 x 9 inputs save a tenth of the time of those of 5 x 5 at best, and take MiB of memory.
        consider(m, algorithm::winograd_tiles, possible(s, m) && (asked == m || tiles().shape.points() <= 36),
                 [&] { return cost.tiles(tiles()); });
      }
      constexpr method plain = method::winograd_plain;
      consider(plain, algorithm::winograd_plain, possible(s, plain), [&] {
        return cost.plain_tiles(d_.tiles_of(s, outputs_at_once(plain), columns_at_once(plain), true));
      });
      for (const method m : {method::strassen, method::strassen_twice})
        consider(m, algorithm::strassen, possible(s, m),
                 [&] { return cost.strassen(d_.tiles_of(s, outputs_at_once(m), columns_at_once(m))); });
      st.by_rows = st.how == algorithm::direct && adds_by_rows(n, channels) && st.pool < 0;
    }
  }

  /// Where the weights of a block of output channels fill the L2 cache, those of one row of the filter after
  /// the other are read from further off but once (512 channels of 7 x 7 pixels, 3 x 3 taps with stride 2:
  /// 1900 us, 1600 so, on Intel Ice Lake).
  static constexpr bool adds_by_rows(const node& n, index channels) {
    const window w = on_memory(n);
    return n.groups == 1 && w.kernel[0] == 1 && w.kernel[1] > 1 && !n.attr.untied_bias &&
           n.out.channels() % 16 == 0 && w.kernel[1] * w.kernel[2] * channels >= 4096;
  }

  constexpr bool possible(int s, method m) const {
    const node& n = d_.nodes[d_.steps[s].node];
    const int pool = d_.steps[s].pool;
    return can_compute(m, n, d_.nodes[d_.operand[s][0]].out.channels()) &&
           (pool < 0 || takes_pool(m, n, d_.nodes[pool].win));
  }

  /// Few output channels leave most lanes of a vector empty (6 of 16); the width fills them (28 of 32).
  constexpr bool suits_width(int s) const {
    const node& n = d_.nodes[d_.steps[s].node];
    if (n.groups != 1 || n.out.channels() > 8 || n.win.stride[1] != 1 || n.out.spatial(1) < 12) return false;
    if (d_.operand[s][1] >= 0) return false;
    const int input = d_.resolve(d_.operand[s][0]);
    // It reads planar maps only: one channel, or an input of the network that has more than one position.
    const shape& map = d_.nodes[input].out;
    const bool is_input = d_.nodes[input].attr.kind == op::input;
    if (map.channels() > 1 && (!is_input || users_[input] > 1 || map.positions() == 1)) return false;
    if (d_.steps[s].pool >= 0) {
      const window& p = d_.nodes[d_.steps[s].pool].win;
      if (p.kernel[0] > 2 || p.kernel[1] != 2) return false;  // pairs of columns
    }
    return planar_suits_users(s);
  }

  constexpr bool planar_suits_users(int s) const {
    for (int user = s + 1; user < d_.step_count; ++user) {
      for (int operand : d_.operand[user]) {
        if (operand < 0 || d_.step_of[d_.resolve(operand)] != s) continue;
        const algorithm how = d_.steps[user].how;
        if (how == algorithm::window_pool || how == algorithm::map || how == algorithm::affine) {
          if (!planar_suits_users(user)) return false;
        } else if (!((how == algorithm::direct || how == algorithm::winograd_rows) &&
                     operand == d_.operand[user][0]) &&
                   how != algorithm::matrix_vector && how != algorithm::copy) {
          return false;
        }
      }
    }
    return true;
  }

  constexpr void collect_demands() {
    for (int s = 0; s < d_.step_count; ++s) {
      const algorithm how = d_.steps[s].how;
      const node& n = d_.nodes[d_.steps[s].node];
      for (int k = 0; k < 2; ++k) {
        if (d_.operand[s][k] < 0) continue;
        demand& d = d_.demands[d_.resolve(d_.operand[s][k])];
        if (k == 0 && is_convolution(how)) {
          index lo[max_spatial_rank], hi[max_spatial_rank];
          halo_of(n, d_.nodes[d_.operand[s][0]].out, lo, hi);
          if (is_winograd_tiled(how)) reach_of_tiles(s, hi);
          d.widen_halo(lo, hi);
        }
        switch (how) {
          case algorithm::direct_width:
            d.vectors_along_width = true;
            break;
          case algorithm::matrix_vector:
            (k == 0 ? d.dense : d.interleaved) = true;
            break;
          case algorithm::depthwise:
          case algorithm::winograd_tiles:
          case algorithm::winograd_plain:
          case algorithm::strassen:
          case algorithm::combine:
          case algorithm::response_norm:
          case algorithm::resize:
            d.interleaved = true;
            break;
          case algorithm::soft_max:
          case algorithm::normalise:
            (d_.works_in_natural_order(s) ? d.natural : d.interleaved) = true;
            break;
          default:
            if (k == 1 && how != algorithm::copy) d.interleaved = true;
            break;
        }
      }
    }
  }

  /// What a convolution reads beyond each edge of its input, on the axes of memory.
  static constexpr void halo_of(const node& n, const shape& in, index (&lo)[max_spatial_rank],
                                index (&hi)[max_spatial_rank]) {
    const window w = on_memory(n);
    for (int axis = 0; axis < max_spatial_rank; ++axis) {
      lo[axis] = w.pad_lo[axis], hi[axis] = w.pad_hi[axis];
      const int spatial = axis - (max_spatial_rank - in.spatial_rank());
      if (n.attr.kind != op::conv_transpose) continue;
      lo[axis] = hi[axis] = 0;
      if (spatial < 0) continue;
      for (index r = 0; r < w.stride[axis]; ++r) {
        const axis_phase p = phase_of(w, axis, r, n.out.spatial(spatial));
        const index last = p.outputs - 1 + p.offset + (p.taps - 1) * p.step - (in.spatial(spatial) - 1);
        if (p.taps == 0 || p.outputs == 0) continue;
        lo[axis] = -p.offset > lo[axis] ? -p.offset : lo[axis];
        hi[axis] = last > hi[axis] ? last : hi[axis];
      }
    }
  }

  /// Tiles at the end of an axis reach beyond what their filters do.
  constexpr void reach_of_tiles(int s, index (&hi)[max_spatial_rank]) const {
    const winograd_tiles_plan p = d_.tiles_of(s);
    const window w = on_memory(d_.nodes[d_.steps[s].node]);
    const shape& in = d_.nodes[d_.operand[s][0]].out;
    const int rank = in.spatial_rank();
    for (const auto& [axis, lines] : {std::pair(1, p.rows), std::pair(2, p.columns)}) {
      const index extent = rank + axis >= max_spatial_rank ? in.spatial(rank + axis - max_spatial_rank) : 1;
      const index tiled = lines.dilation > 1 ? lines.outputs : lines.tiles() * lines.tile;
      const index last =
          (tiled - 1) * w.stride[axis] + (w.kernel[axis] - 1) * lines.dilation - w.pad_lo[axis];
      if (last - (extent - 1) > hi[axis]) hi[axis] = last - (extent - 1);
    }
  }

  /// The order in which a step computes its value, from that in which it reads.
  constexpr layout produced_order(int s) const {
    const layout reads = d_.read_order[d_.resolve(d_.operand[s][0])];
    if (d_.writes_dense(s)) return layout::planar;
    switch (d_.steps[s].how) {
      case algorithm::direct_width:
        return layout::planar;
      case algorithm::map:
      case algorithm::affine:
      case algorithm::window_pool:
      case algorithm::pad:
        return reads;
      case algorithm::copy:
        if (d_.kind_of(s) == op::permute) return layout::planar;
        return d_.kind_of(s) == op::concat ? layout::interleaved : reads;
      default:
        return layout::interleaved;
    }
  }

  constexpr void choose_orders() {
    const auto settle = [&](int id, layout home) {
      const bool one = d_.nodes[id].out.positions() == 1;
      d_.home_order[id] = one ? layout::interleaved : home;
      d_.read_order[id] = d_.demands[id].interleaved ? layout::interleaved : d_.home_order[id];
    };
    for (int id = 0; id < Nodes; ++id)
      if (d_.nodes[id].attr.kind == op::input) settle(id, layout::planar);
    for (int s = 0; s < d_.step_count; ++s) settle(d_.value_of(s), produced_order(s));
  }

  /// Not what is written or read as one vector: beside its pixels lie those of other parts, around it a halo.
  constexpr bool may_be_part(int value) const {
    const demand& d = d_.demands[value];
    return !d.natural && !d.vectors_along_width && !d_.writes_dense(d_.step_of[value]);
  }

  /// Branches write side by side into the memory of their concatenation along the channels: a value that is
  /// computed interleaved has no memory of its own, but channels of the concatenation's.
  constexpr void choose_hosts() {
    if (!d_.options.fuse) return;
    for (int s = d_.step_count - 1; s >= 0; --s) {
      if (d_.kind_of(s) != op::concat || d_.nodes[d_.steps[s].node].axis != 0) continue;
      const int id = d_.steps[s].node;
      index first = 0;
      for (int operand : d_.operand[s]) {
        const int value = d_.resolve(operand);
        if (d_.step_of[value] >= 0 && d_.host[value] < 0 && d_.home_order[value] == layout::interleaved &&
            may_be_part(value) && d_.nodes[value].out == d_.nodes[operand].out) {
          d_.host[value] = id;
          d_.first_channel[value] = first;
        }
        first += d_.nodes[operand].out.channels();
      }
    }
    // Memory has one halo: that of all its parts. A concatenation comes after its parts, so its demands are
    // passed to those of the outermost one first.
    for (int id = 0; id < Nodes; ++id) {
      if (d_.host[id] < 0) continue;
      const demand& d = d_.demands[id];
      d_.demands[d_.host[id]].widen_halo({d.front, d.top, d.left}, {d.back, d.bottom, d.right});
    }
  }

  draft<Nodes>& d_;
  index weights_ = 0;   // of the network
  int users_[Nodes]{};  // steps that read a value, aliases seen through, and outputs
};

}  // namespace tenon::detail
