// F4. Place: liveness -> offsets in one arena.
#pragma once

#include <algorithm>

#include "tenon/lower/draft.hpp"

namespace tenon::detail {

/// Gives every buffer of a plan its place: largest first, each at the lowest offset where it meets no buffer
/// that lives at the same time.
template <class Plan>
class placement {
 public:
  constexpr explicit placement(Plan& plan) : plan_(plan) {}

  constexpr void run() {
    const int count = plan_.buffer_count;
    find_lives();
    for (int s = 0; s < plan_.step_count; ++s) write_over(s);
    int order[max_buffers]{};
    int in_arena = 0;
    for (int b = 0; b < count; ++b) {
      const buffer& buf = plan_.buffers[b];
      extents_[b] = own_elements(buf);
      lives_until_[b] = b > 0 && lives_until_[b - 1] > buf.last_step ? lives_until_[b - 1] : buf.last_step;
      if (buf.where == place::arena && buf.host < 0) order[in_arena++] = b;
    }
    for (int b = count - 1; b >= 0; --b)
      lives_from_[b] = b + 1 < count && lives_from_[b + 1] < plan_.buffers[b].first_step
                           ? lives_from_[b + 1]
                           : plan_.buffers[b].first_step;
    std::sort(order, order + in_arena,
              [&](int a, int b) { return extents_[a] != extents_[b] ? extents_[a] > extents_[b] : a < b; });
    for (int i = 0; i < in_arena; ++i) {
      place_at_lowest(order[i]);
      placed_[order[i]] = true;
    }
    for (int b = 0; b < count; ++b) plan_.buffers[b].offset = offset_of(b);
  }

 private:
  static constexpr int max_buffers = static_cast<int>(sizeof(Plan::buffers) / sizeof(buffer));

  constexpr int root_of(int b) const {
    while (plan_.buffers[b].host >= 0) b = plan_.buffers[b].host;
    return b;
  }
  constexpr index offset_of(int b) const {
    const buffer& buf = plan_.buffers[b];
    return buf.host < 0 ? buf.offset : offset_of(buf.host) + buf.first_channel * buf.channel_step();
  }

  constexpr void find_lives() {
    for (int b = 0; b < plan_.buffer_count; ++b) {
      plan_.buffers[b].first_step = plan_.step_count;
      plan_.buffers[b].last_step = -1;
    }
    int chain = 0, chain_end = 0;  // all steps of a chain run at the same time
    for (int s = 0; s < plan_.step_count; ++s) {
      const step& st = plan_.steps[s];
      if (s >= chain_end) chain = s, chain_end = s + (st.chain > 1 ? st.chain : 1);
      for (int b : {st.in, st.residual, st.out, st.scratch}) {
        if (b < 0) continue;
        for (const int live : {b, root_of(b)}) {
          buffer& buf = plan_.buffers[live];
          if (chain < buf.first_step) buf.first_step = chain;
          buf.last_step = chain_end - 1;
        }
      }
    }
  }

  /// A convolution writes over the map that it adds, if nobody reads that again, and what joins two maps over
  /// one of them: it has read an element when it writes the result there, and the memory is in the cache.
  constexpr void write_over(int s) {
    step& st = plan_.steps[s];
    const bool joins = st.how == algorithm::combine;
    if (st.residual < 0 || !(joins || is_convolution(st.how)) || st.band > 0 || st.by_rows) return;
    if (root_of(st.in) == root_of(st.residual)) return;
    if (!write_over(s, st.residual) && joins) write_over(s, st.in);
  }
  constexpr bool write_over(int s, int operand) {
    step& st = plan_.steps[s];
    buffer &out = plan_.buffers[st.out], &root = plan_.buffers[root_of(operand)];
    if (out.where != place::arena || root.where != place::arena || out.host >= 0) return false;
    if (root.last_step != s || !same_memory(out, plan_.buffers[operand])) return false;
    out.host = operand;
    st.clears = -1;  // its halo is zero already
    root.slack = std::max(root.slack, out.slack);
    root.last_step = std::max(root.last_step, out.last_step);
    return true;
  }

  /// Do the elements of two maps lie in the same way?
  static constexpr bool same_memory(const buffer& a, const buffer& b) {
    return a.order == b.order && a.channels == b.channels && a.depth == b.depth && a.rows == b.rows &&
           a.columns == b.columns && a.pixel == b.pixel && a.halo_front == b.halo_front &&
           a.halo_top == b.halo_top && a.halo_left == b.halo_left && a.halo_back == b.halo_back &&
           a.halo_bottom == b.halo_bottom && a.halo_right == b.halo_right && a.held == 0 && b.held == 0;
  }

  constexpr void place_at_lowest(int id) {
    buffer& b = plan_.buffers[id];
    // Buffers are numbered nearly in the order of their first step, so those that live at the same time are
    // neighbours.
    int from = id, to = id + 1;
    while (from > 0 && lives_until_[from - 1] >= b.first_step) --from;
    while (to < plan_.buffer_count && lives_from_[to] <= b.last_step) ++to;
    index offset = 0;
    for (bool moved = true; moved;) {
      moved = false;
      for (int o = from; o < to; ++o) {
        const buffer& other = plan_.buffers[o];
        if (!placed_[o] || other.last_step < b.first_step || b.last_step < other.first_step) continue;
        if (offset < other.offset + extents_[o] && other.offset < offset + extents_[id]) {
          offset = other.offset + extents_[o];
          moved = true;
        }
      }
    }
    b.offset = offset;
    if (offset + extents_[id] > plan_.arena_elements) plan_.arena_elements = offset + extents_[id];
  }

  Plan& plan_;
  bool placed_[max_buffers]{};
  index extents_[max_buffers]{};
  int lives_until_[max_buffers]{};  // the last step of any buffer up to this one
  int lives_from_[max_buffers]{};   // the first step of any buffer from this one on
};

}  // namespace tenon::detail
