// F4. Chain: convolutions that follow one another advance together, some rows at a time, so that the maps
// between them never leave the core's own cache and take little of the arena.
#pragma once

#include "tenon/lower/draft.hpp"

namespace tenon::detail {

template <int Nodes>
class chaining {
 public:
  constexpr explicit chaining(draft<Nodes>& d) : d_(d) {}

  /// Cuts the steps into chains so that as few bytes as possible lie between two of them: kept[n] is how many
  /// do not of the first n steps, length[n] that of their last chain.
  constexpr void run() {
    if (!d_.options.fuse) return;
    index kept[Nodes + 1]{};
    int length[Nodes + 1]{};
    for (int n = 1; n <= d_.step_count; ++n) {
      kept[n] = kept[n - 1], length[n] = 1;
      index weights = weight_bytes(n - 1), between = 0;
      for (int first = n - 2; first >= 0 && n - first <= step::max_chain && joins(first + 1); --first) {
        weights += weight_bytes(first), between += map_bytes(first);
        const index most = d_.options.chain_memory;
        if (weights > most || memory_of({first, n - 1}, 1, false) > most) break;
        if (kept[first] + between > kept[n]) kept[n] = kept[first] + between, length[n] = n - first;
      }
    }
    for (int n = d_.step_count; n > 0; n -= length[n])
      if (length[n] > 1) make({n - length[n], n - 1});
  }

 private:
  struct stretch {
    int first, last;  // steps
  };

  constexpr const node& layer(int s) const { return d_.nodes[d_.steps[s].node]; }
  constexpr const shape& map(int s) const { return d_.nodes[d_.value_of(s)].out; }
  constexpr index weight_bytes(int s) const { return layer(s).tensor_count * index(sizeof(float)); }
  constexpr index map_bytes(int s) const { return map(s).count() * index(sizeof(float)); }

  constexpr bool can_be_link(int s) const {
    const algorithm how = d_.steps[s].how;
    return (how == algorithm::direct || how == algorithm::depthwise) && !d_.steps[s].by_rows &&
           !layer(s).attr.untied_bias && layer(s).out.spatial_rank() == 2;
  }

  /// Is the map between step s and the one before it read by step s only, and too large for the cache?
  constexpr bool joins(int s) const {
    if (!can_be_link(s - 1) || !can_be_link(s)) return false;
    const int value = d_.value_of(s - 1);
    return d_.source(d_.operand[s][0]) == value && d_.uses[value] == 1 && d_.host[value] < 0 &&
           d_.home_order[value] == layout::interleaved && d_.read_order[value] == layout::interleaved &&
           map_bytes(s - 1) >= d_.options.chain_from;
  }

  /// Rows of its input that step s has to have for `rows` of its output, those that its stride leaves out
  /// among them.
  constexpr index rows_taken(int s, index rows) const {
    const window w = on_memory(layer(s));
    const int pool = d_.steps[s].pool;
    if (pool >= 0) rows *= on_memory(d_.nodes[pool]).kernel[1];
    const index reach = (w.kernel[1] - 1) * w.dilation[1] + 1;
    return (rows - 1) * w.stride[1] + (reach > w.stride[1] ? reach : w.stride[1]);
  }
  /// Rows that are in memory. With room for twice as many as one turn needs, those that windows of the next
  /// turn need again have to be moved half as often.
  constexpr index rows_held(int s, index taken, bool roomy) const {
    const window w = on_memory(layer(s));
    const bool overlap = (w.kernel[1] - 1) * w.dilation[1] + 1 > w.stride[1];
    return roomy && overlap ? 2 * taken : taken;
  }
  /// Bytes of all maps between the links while the last one's output is computed `rows` at a time.
  constexpr index memory_of(stretch chain, index rows, bool roomy) const {
    index bytes = 0;
    for (int s = chain.last; s > chain.first; --s) {
      rows = rows_taken(s, rows);
      bytes += rows_held(s, rows, roomy) * (map_bytes(s - 1) / map(s - 1).spatial(0));
    }
    return bytes;
  }

  constexpr void make(stretch chain) {
    const index all = map(chain.last).spatial(0), most = d_.options.chain_memory;
    const bool roomy = memory_of(chain, 1, true) <= most;
    index rows = 1;
    while (rows < all && memory_of(chain, rows + 1, roomy) <= most) ++rows;
    d_.steps[chain.first].chain = chain.last - chain.first + 1;
    for (int s = chain.first; s <= chain.last; ++s) d_.steps[s].band = rows;
    for (int s = chain.last; s > chain.first; --s) {
      rows = rows_taken(s, rows);
      d_.held[d_.value_of(s - 1)] = rows_held(s, rows, roomy);
    }
  }

  draft<Nodes>& d_;
};

}  // namespace tenon::detail
