// The only place where WHAT meets HOW: runs the plan of a model, step by step, with kernels of one
// instruction set. Included once per instruction set by instantiate.hpp.
#if defined(TENON_INSTANTIATE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_INSTANTIATE_INL_HPP
#undef TENON_INSTANTIATE_INL_HPP
#else
#define TENON_INSTANTIATE_INL_HPP
#endif

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "tenon/executable.hpp"
#include "tenon/geometry.hpp"
#include "tenon/geometry/chain.hpp"
#include "tenon/geometry/split.hpp"
#include "tenon/kernel/chain-inl.hpp"
#include "tenon/kernel/direct-inl.hpp"
#include "tenon/kernel/linear-inl.hpp"
#include "tenon/kernel/norm-inl.hpp"
#include "tenon/kernel/pool-inl.hpp"
#include "tenon/kernel/rows-inl.hpp"
#include "tenon/kernel/strassen-inl.hpp"
#include "tenon/kernel/team-inl.hpp"
#include "tenon/kernel/width-inl.hpp"
#include "tenon/kernel/winograd-inl.hpp"
#include "tenon/kernel/winograd_tiles-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// Step number `Number` of a model's plan, with the numbers of its micro-kernels.
template <class M, int Number>
struct step_of {
  static constexpr step_view view{M::network.view(), view_of(kept_plan<M::schedule>),
                                  kept_plan<M::schedule>.steps[Number]};
  static constexpr auto geometry = [] {
    constexpr algorithm how = view.what.how;
    if constexpr (how == algorithm::direct || how == algorithm::depthwise || how == algorithm::local)
      return direct_of(view, isa);
    else if constexpr (how == algorithm::winograd_rows)
      return winograd_of(view, isa);
    else if constexpr (is_tiled(how))
      return winograd_tiles_of(view, isa);
    else if constexpr (how == algorithm::direct_width)
      return width_of(view, isa);
    else if constexpr (how == algorithm::matrix_vector)
      return linear_of(view, isa);
    else if constexpr (how == algorithm::window_pool || how == algorithm::global_pool)
      return pool_of(view);
    else if constexpr (how == algorithm::copy || how == algorithm::pad)
      return copy_nest(view);
    else if constexpr (how == algorithm::map || how == algorithm::affine || how == algorithm::combine)
      return element_nest(view);
    else if constexpr (how == algorithm::normalise)
      return norm_of(view);
    else if constexpr (how == algorithm::soft_max)
      return softmax_of(view);
    else if constexpr (how == algorithm::response_norm)
      return response_of(view);
    else if constexpr (how == algorithm::resize)
      return resize_of(view);
    else
      return 0;
  }();
};

/// Is M cut for several threads? Networks with too little to do are not.
template <class M>
inline constexpr bool is_cut_for_threads = []<int... step>(std::integer_sequence<int, step...>) {
  return (time_with(step_of<M, step>::view, isa) + ... + index{0}) >=
         least_to_share(M::lowered_with.share_from);
}
(std::make_integer_sequence<int, M::schedule.step_count>{});

/// How step number `Number` is cut. A constant for each step: Clang ends a single one that takes a million
/// operations.
template <class M, int Number>
inline constexpr step_split split_of_step = [] {
  if constexpr (Number < 0 || !is_cut_for_threads<M>)
    return step_split{};
  else
    return split_of(step_of<M, Number>::view, isa, M::lowered_with.share_from,
                    split_of_step<M, writer_of(step_of<M, Number>::view)>);
}();

/// All of them.
template <class M>
inline constexpr auto splits = []<int... step>(std::integer_sequence<int, step...>) {
  return std::array<step_split, sizeof...(step) + 1>{split_of_step<M, step>...};
}
(std::make_integer_sequence<int, M::schedule.step_count>{});

/// What a slice takes of a layer: all of it, where steps are not cut.
template <bool Cut, class Layer>
HWY_INLINE auto take(const Layer& all, const slice& at) {
  if constexpr (Cut)
    return piece_of(all, at);
  else
    return (void)at, whole<Layer>{all};
}

/// Where the packed weights of each step of M start, in elements.
template <class M>
inline constexpr auto packed_offsets = []<int... step>(std::integer_sequence<int, step...>) {
  std::array<index, sizeof...(step) + 1> at{};
  ((at[step + 1] = at[step] + packed_stride(step_of<M, step>::view, isa)), ...);
  return at;
}
(std::make_integer_sequence<int, M::schedule.step_count>{});

/// One phase of a transposed convolution, as a step of its own.
template <class Step, int Phase>
struct phase_of_step {
  static constexpr const step_view& view = Step::view;
  static constexpr phase_geometry geometry = phase_of(view, isa, Phase);
  static constexpr index weights = packed_before(view, isa, Phase);
};

/// The micro-kernels of a step, one for each way in which tiles end. Those that never run are not compiled.
template <class Step, addends Taps = addends::all>
constexpr direct_tiles make_direct_tiles() {
  constexpr const direct_geometry& g = Step::geometry;
  direct_tiles tiles{};
  [&]<int... which>(std::integer_sequence<int, which...>) {
    const auto put = [&](auto w) {
      constexpr bool block = w & 4, rows = w & 2, columns = w & 1;
      constexpr bool runs =
          (Taps != addends::more || g.layer.tap_rows > 2) &&
          (block ? g.layer.rest_block > 0 : g.layer.blocks > 0) &&
          (rows ? g.layer.rows % g.layer.tile_rows > 0 : g.layer.rows >= g.layer.tile_rows) &&
          (columns ? g.layer.columns % g.layer.tile_columns > 0 : g.layer.columns >= g.layer.tile_columns);
      if constexpr (runs) {
        constexpr direct_key key = direct_key_of(Step::view, g, block, rows, columns, Taps);
        if constexpr (Step::view.what.how == algorithm::winograd_rows)
          tiles.run[block][rows][columns] = &winograd_tile<key, Step::geometry.axis, Step::geometry.slide>;
        else if constexpr (key.depthwise > 0)
          tiles.run[block][rows][columns] = &depthwise_tile<key>;
        else if constexpr (key.shape.lanes_per_channel > 1)
          tiles.run[block][rows][columns] = &direct_tile_by_twos<key>;
        else
          tiles.run[block][rows][columns] = &direct_tile<key>;
      }
    };
    (put(std::integral_constant<int, which>{}), ...);
  }
  (std::make_integer_sequence<int, 8>{});
  return tiles;
}

/// Those of a convolution in tiles.
template <class Step>
constexpr winograd_tiles_kernels make_winograd_kernels() {
  constexpr const winograd_tiles_geometry& g = Step::geometry;
  constexpr const direct_layer& m = g.layer.multiply;
  constexpr bool strassen = Step::view.what.how == algorithm::strassen, plain = g.layer.plain;
  winograd_tiles_kernels kernels{};
  if constexpr (plain)
    kernels.multiply_plain = &winograd_multiply_plain<plain_key_of(Step::view, g),
                                                      static_cast<int>(g.layer.tiles() % m.tile_columns)>;
  if constexpr (strassen) {
    kernels.transform = &strassen_transform<g.shape.halvings>;
    kernels.combine = &strassen_combine<combine_key_of(Step::view, g, false, false, false), g.shape.halvings>;
  } else {
    kernels.transform = &winograd_transform_tiles<g.shape, Step::view.plan.numbers>;
    kernels.combine = &winograd_combine_block;
  }
  [&]<int... which>(std::integer_sequence<int, which...>) {
    const auto put = [&](auto w) {
      constexpr bool first = w & 4, second = w & 2, third = w & 1;
      if constexpr (!plain && (first ? m.rest_block > 0 : m.blocks > 0) && !second &&
                    (third ? g.layer.tiles() % m.tile_columns > 0 : g.layer.tiles() >= m.tile_columns))
        kernels.multiply.run[first][0][third] = &direct_tile<multiply_key_of(Step::view, g, first, third)>;
      constexpr const winograd_tiling &r = g.layer.rows, &c = g.layer.columns;
      if constexpr (!strassen && (first ? g.multiply.partial : true) &&
                    (second ? r.outputs % r.tile > 0 : r.outputs >= r.tile) &&
                    (third ? c.outputs % c.tile > 0 : c.outputs >= c.tile))
        kernels.combine_run[first][second][third] =
            &winograd_combine<combine_key_of(Step::view, g, first, second, third), g.shape>;
    };
    (put(std::integral_constant<int, which>{}), ...);
  }
  (std::make_integer_sequence<int, 8>{});
  return kernels;
}

template <class Step>
constexpr width_tiles make_width_tiles() {
  constexpr const width_geometry& g = Step::geometry;
  width_tiles tiles{};
  [&]<int... which>(std::integer_sequence<int, which...>) {
    const auto put = [&](auto w) {
      constexpr bool channels = w & 2, rows = w & 1;
      constexpr bool runs = (channels ? g.layer.channels % g.layer.tile_channels > 0
                                      : g.layer.channels >= g.layer.tile_channels) &&
                            (rows ? g.layer.rows % g.layer.tile_rows > 0 : g.layer.rows >= g.layer.tile_rows);
      if constexpr (runs)
        tiles.run[channels][rows] = &width_tile_run<width_key_of(Step::view, g, channels, rows)>;
    };
    (put(std::integral_constant<int, which>{}), ...);
  }
  (std::make_integer_sequence<int, 4>{});
  return tiles;
}

/// Writes the zeros around a feature map, or a part's share of them: all parts of a cut together write all,
/// each those of some rows, or of some channels, most of them near its own. `first` is the first element of
/// the map's memory.
inline void clear_halo(const buffer& b, float* first, const slice& at) {
  const bool planar = b.order == layout::planar;
  const unit_range maps = planar ? at.blocks(b.channels) : unit_range{0, 1};
  const unit_range lanes = planar ? unit_range{0, 1} : at.blocks(b.pixel, arena_alignment),
                   rows = at.along(b.full_rows());
  const index pixel = b.column_step(), row = b.row_step();
  const auto zero = [&](float* from, index pixels) {
    if (lanes.count() == pixel) {
      std::memset(from, 0, static_cast<size_t>(pixels * pixel) * sizeof(float));
    } else {
      for (index i = 0; i < pixels; ++i)
        std::memset(from + i * pixel + lanes.first, 0, static_cast<size_t>(lanes.count()) * sizeof(float));
    }
  };
  for (index map = maps.first; map < maps.end; ++map) {
    for (index p = 0; p < b.full_depth(); ++p) {
      float* plane = first + (map * b.full_depth() + p) * b.plane_step();
      const bool inside = p >= b.halo_front && p < b.halo_front + b.depth;
      for (index r = rows.first; r < rows.end; ++r) {
        float* from = plane + r * row;
        if (inside && r >= b.halo_top && r < b.halo_top + b.rows) {
          zero(from, b.halo_left);
          zero(from + row - b.halo_right * pixel, b.halo_right);
        } else {
          zero(from, b.full_columns());
        }
      }
    }
  }
}

/// Fills the padding of a map whose inside is there, one axis after the other: elements beyond an edge are
/// those of the map that `kind` names. `to` is at element (0, 0, 0, 0) of the padded map.
inline HWY_NOINLINE void fill_edges(const buffer& b, const window& w, edge kind, float value, float* to) {
  const index extents[] = {b.depth, b.rows, b.columns};
  const index steps[] = {b.plane_step(), b.row_step(), b.column_step()};
  for (int axis = 0; axis < max_spatial_rank; ++axis) {
    const index inside = extents[axis] - w.pad_lo[axis] - w.pad_hi[axis];
    for (index i = 0; i < extents[axis]; ++i) {
      const index at = i - w.pad_lo[axis];
      if (at >= 0 && at < inside) continue;
      index source = at < 0 ? 0 : inside - 1;  // replicate
      if (kind == edge::cyclic) source = (at % inside + inside) % inside;
      if (kind == edge::reflect) source = at < 0 ? -at : 2 * (inside - 1) - at;
      nest n;  // a slab: all of the axes that are done, the inside of those that are not
      n.add(b.channels, b.channel_step(), 0, b.channel_step());
      for (int other = 0; other < max_spatial_rank; ++other) {
        if (other == axis) continue;
        const index lo = other < axis ? 0 : w.pad_lo[other], hi = other < axis ? 0 : w.pad_hi[other];
        n.a_first += lo * steps[other];
        n.add(extents[other] - lo - hi, steps[other], 0, steps[other]);
      }
      n.out_first = n.a_first + i * steps[axis];
      n.a_first += (source + w.pad_lo[axis]) * steps[axis];
      n.settle();
      if (kind != edge::zeros) {
        copy_map(n, to, to);
      } else {
        const nest::loop& l = n.innermost();
        each_run(n, [&](index, index, index o) {
          for (index k = 0; k < l.extent; ++k) to[o + k * l.out] = value;
        });
      }
    }
  }
}

/// f(a, b), with elements from the origins to a pixel, for all pixels of some rows of two maps of equal
/// extents.
template <class F>
HWY_INLINE void each_pixel(const buffer& a, const buffer& b, unit_range rows, F&& f) {
  for (index z = 0; z < b.depth; ++z)
    for (index v = rows.first; v < rows.end; ++v)
      for (index h = 0; h < b.columns; ++h)
        f(z * a.plane_step() + v * a.row_step() + h * a.column_step(),
          z * b.plane_step() + v * b.row_step() + h * b.column_step());
}

/// Memory of one run.
struct memory {
  const float* packed;
  const float* const* in;
  float* const* out;
  float* arena;
  float* others = nullptr;  // scratch memory of workers 1, 2, ...
  index others_step = 0;

  float* write(const buffer& b) const { return (b.where == place::output ? out[b.port] : arena) + b.offset; }
  const float* read(const buffer& b) const { return b.where == place::input ? in[b.port] : write(b); }
  /// The memory of a step itself: each worker has its own.
  float* scratch(const buffer& b, int worker) const { return worker == 0 ? arena + b.offset : own(worker); }
  /// All of it; that of the first worker is in the arena.
  float* own(int worker) const { return worker == 0 ? nullptr : others + (worker - 1) * others_step; }
};

/// A convolution: `from`, `to` and `residual` are at element (0, 0, 0, 0) of their maps.
template <class M, int Number>
HWY_INLINE void run_convolution(const memory& mem, [[maybe_unused]] const slice& at, const float* from,
                                const float* weights, const float* residual, float* to) {
  using this_step = step_of<M, Number>;
  constexpr step_view s = this_step::view;
  constexpr const step& what = s.what;
  constexpr const buffer &in = s.in(), &out = s.out();
  [[maybe_unused]] constexpr const auto& g = this_step::geometry;
  constexpr bool is_cut = splits<M>[Number].shared();
  constexpr index first = first_tap(s) - in.origin();
  if constexpr (what.how == algorithm::direct || what.how == algorithm::depthwise) {
    const auto p = take<is_cut>(g.layer, at);
    if constexpr (s.layer().attr.untied_bias) residual = weights + g.packed;
    const auto run = [&](auto&& by) {
      by(p.layer, from + first + p.in, weights + p.weights, residual + p.residual, to + p.out);
    };
    if constexpr (what.by_rows) {
      static constexpr direct_tiles tiles[] = {make_direct_tiles<this_step, addends::first>(),
                                               make_direct_tiles<this_step, addends::more>(),
                                               make_direct_tiles<this_step, addends::last>()};
      run([](const direct_layer& l, auto... memory) {
        direct_by_rows(l, tiles[0], tiles[1], tiles[2], memory...);
      });
    } else {
      static constexpr direct_tiles tiles = make_direct_tiles<this_step>();
      static constexpr turn t = turn_of(s, g);
      run([](const direct_layer& l, auto... memory) {
        if constexpr (t.tiles > 0)
          direct_by_turns(l, t, tiles, memory...);
        else if constexpr (is_cut)
          direct_part(l, tiles, memory...);
        else
          direct(l, tiles, memory...);
      });
    }
  } else if constexpr (what.how == algorithm::winograd_rows) {
    static constexpr direct_tiles tiles = make_direct_tiles<this_step>();
    constexpr const window& w = s.layer().win;
    const auto p = take<is_cut>(g.layer, at);
    float* points = mem.scratch(s.plan.buffers[what.scratch], at.worker);
    constexpr index rows = in.origin() - (in.halo_top - w.pad_lo[0]) * in.row_step();
    winograd<g.axis, s.plan.numbers>(p.layer, g.rows, tiles, from - rows + p.first * g.rows.in_tile_step,
                                     weights + p.weights, residual + p.residual, to + p.out, points);
  } else if constexpr (is_tiled(what.how)) {
    static constexpr winograd_tiles_kernels kernels = make_winograd_kernels<this_step>();
    constexpr const buffer& scratch = s.plan.buffers[what.scratch];
    const winograd_tiles_run run{
        g.layer, kernels, from + first, weights, residual, to, mem.scratch(scratch, at.worker)};
    run(at.along(g.layer.tiles(), g.layer.multiply.tile_columns), at.blocks(g.layer.blocks()));
  } else if constexpr (what.how == algorithm::direct_width) {
    static constexpr width_tiles tiles = make_width_tiles<this_step>();
    const auto p = take<is_cut>(g.layer, at);
    width(p.layer, tiles, from + first + p.in, weights + p.weights, to + p.out);
  } else if constexpr (what.how == algorithm::local) {
    static constexpr direct_tiles tiles = make_direct_tiles<this_step>();
    constexpr window w = on_memory(s.layer());
    const unit_range positions = at.along(out.positions());
    for (index position = positions.first; position < positions.end; ++position) {
      const index z = position / (out.rows * out.columns), v = position / out.columns % out.rows,
                  h = position % out.columns;
      direct(g.layer, tiles,
             from + first + z * w.stride[0] * in.plane_step() + v * w.stride[1] * in.row_step() +
                 h * w.stride[2] * in.column_step(),
             weights + position * g.packed, to,
             to + z * out.plane_step() + v * out.row_step() + h * out.column_step());
    }
  } else {
    static_assert(what.how == algorithm::transposed);
    const auto run_phase = [&]<int Phase>(std::integral_constant<int, Phase>) HWY_ATTR {
      using phase = phase_of_step<this_step, Phase>;
      constexpr const phase_geometry& p = phase::geometry;
      static constexpr direct_tiles tiles = make_direct_tiles<phase>();
      const unit_range phases = at.blocks(phases_of(s));
      if (Phase < phases.first || Phase >= phases.end) return;
      const auto part = take<is_cut>(p.layer, at.along_map());
      direct(part.layer, tiles, from + p.in_first + part.in, weights + phase::weights,
             residual + p.residual_first + part.residual, to + p.out_first + part.out);
    };
    [&]<int... phase>(std::integer_sequence<int, phase...>) HWY_ATTR {
      (run_phase(std::integral_constant<int, phase>{}), ...);
    }
    (std::make_integer_sequence<int, int(phases_of(s))>{});
  }
}

/// What a slice of step Number takes of the zeros that the step writes, if it writes any.
template <class M, int Number>
HWY_INLINE void clear_around(const memory& mem, const slice& at) {
  constexpr int around = M::schedule.steps[Number].clears;
  if constexpr (around >= 0) {
    constexpr const buffer& b = kept_plan<M::schedule>.buffers[around];
    clear_halo(b, mem.write(b), at);
  }
}

/// A step, or what a slice takes of it.
template <class M, int Number>
HWY_INLINE void run_alone(const memory& mem, [[maybe_unused]] const slice& at) {
  using this_step = step_of<M, Number>;
  constexpr step_view s = this_step::view;
  constexpr const step& what = s.what;
  constexpr const buffer &in = s.in(), &out = s.out();
  const float* weights = mem.packed + packed_offsets<M>[Number];
  [[maybe_unused]] constexpr const auto& g = this_step::geometry;
  [[maybe_unused]] constexpr bool is_cut = splits<M>[Number].shared();
  [[maybe_unused]] constexpr numerics numbers = s.plan.numbers;
  const float* from = mem.read(in);
  float* to = mem.write(out);
  clear_around<M, Number>(mem, at);

  if constexpr (is_convolution(what.how)) {
    const float* residual = to + out.origin();  // where there is none it is not read
    if constexpr (s.has_residual()) residual = mem.read(s.residual()) + s.residual().origin();
    run_convolution<M, Number>(mem, at, from + in.origin(), weights, residual, to + out.origin());
  } else if constexpr (what.how == algorithm::matrix_vector) {
    to += out.origin();  // a vector that is read as a map of one position may have a halo
    const float* residual = to;
    if constexpr (s.has_residual()) residual = mem.read(s.residual()) + s.residual().origin();
    constexpr index block = g.vectors * g.lanes;
    const unit_range blocks = at.along(g.blocks);
    for (index b = blocks.first; b < blocks.end && b + 1 < g.blocks; ++b)
      linear_block<linear_key_of(s, g, false)>(g.inputs, from, weights + b * block * (1 + g.inputs),
                                               residual + b * block, to + b * block, 0);
    constexpr index last = (g.blocks - 1) * block;
    if (blocks.end == g.blocks)
      linear_block<linear_key_of(s, g, true)>(g.inputs, from, weights + last * (1 + g.inputs),
                                              residual + last, to + last, g.last_lanes);
  } else if constexpr (what.how == algorithm::window_pool || what.how == algorithm::global_pool) {
    constexpr pooling kind = pooling_of(s.layer().attr);
    from += in.origin();
    to += out.origin();
    const auto p = take<is_cut>(g, at);
    to += p.out;
    if constexpr (in.order == layout::interleaved) {
      const unit_range channels = at.blocks(in.channels, isa.lanes);
      from += channels.first, to += channels.first;
      if constexpr (windows_run(g, kind, numbers))
        pool_running<kind, int(g.axes[1].window), int(g.axes[2].window), int(g.axes[2].stride), isa.lanes,
                     numbers>(p.layer, channels.count(), from, to);
      else
        pool<kind, isa.lanes, numbers>(p.layer, channels.count(), from, to);
    } else {
      constexpr int lanes = pooled_lanes(g, isa.lanes), stride = static_cast<int>(g.axes[2].stride);
      const unit_range channels = at.blocks(in.channels);
      for (index c = channels.first; c < channels.end; ++c) {
        const float* plane = from + c * in.channel_step();
        if constexpr (lanes > 1)
          pool_plane<kind, lanes, stride, numbers>(p.layer, plane, to + c * out.channel_step());
        else
          pool<kind, 1, numbers>(p.layer, 1, plane, to + c * out.channel_step());
      }
    }
  } else if constexpr (what.how == algorithm::map) {
    static_assert(g.innermost().a == 1 && g.innermost().out == 1);
    map_elements<what.act, numbers>(take<is_cut>(g, at).layer, from, to);
  } else if constexpr (what.how == algorithm::combine) {
    constexpr nest::loop row = g.innermost();
    static_assert(row.out == 1 && row.a <= 1 && row.b <= 1);
    constexpr joining op = s.layer().attr.kind == op::add        ? joining::sum
                           : s.layer().attr.kind == op::subtract ? joining::difference
                           : s.layer().attr.kind == op::multiply ? joining::product
                                                                 : joining::maximum;
    const float* other = mem.read(s.residual());
    combine_elements<op, what.act, row.a == 0, row.b == 0, numbers>(take<is_cut>(g, at).layer, from, other,
                                                                    to);
  } else if constexpr (what.how == algorithm::affine) {
    constexpr nest::loop row = g.innermost();
    static_assert(row.out == 1 && row.a == 1 && row.b <= 1);
    const float* shift = weights + in.channels;
    const auto p = take<is_cut>(g, at);
    if constexpr (s.layer().attr.kind == op::prelu)
      prelu_elements<what.act, row.b == 0, numbers>(p.layer, from, weights, to);
    else
      affine_elements<what.act, row.b == 0, numbers>(p.layer, from, weights, shift, to);
  } else if constexpr (what.how == algorithm::soft_max) {
    constexpr bool log = s.layer().attr.kind == op::log_softmax;
    if constexpr (s.layer().axis == 0) {
      each_pixel(in, out, at.along(out.rows), [&](index a, index b) HWY_ATTR {
        softmax_row<log, numbers>(in.channels, from + in.origin() + a, to + out.origin() + b);
      });
    } else {
      softmax_axis<log, numbers>(g, from, to);
    }
  } else if constexpr (what.how == algorithm::normalise) {
    if constexpr (s.layer().attr.per_position) {
      constexpr norm_layer pixel{1, g.count, g.piece, true, g.weights, g.epsilon};
      each_pixel(in, out, at.along(out.rows), [&](index a, index b) HWY_ATTR {
        normalise<numbers>(pixel, from + in.origin() + a, weights, to + out.origin() + b);
      });
    } else {
      const auto p = take<is_cut>(g, at);
      normalise<numbers>(p.layer, from + p.in, weights + p.weights, to + p.out);
    }
  } else if constexpr (what.how == algorithm::response_norm) {
    each_pixel(in, out, at.along(out.rows), [&](index a, index b) HWY_ATTR {
      response_row<numbers>(g, in.channels, from + in.origin() + a, to + out.origin() + b);
    });
  } else if constexpr (what.how == algorithm::resize) {
    const unit_range channels = at.blocks(in.channels, isa.lanes);
    resize<numbers>(g, channels.count(), from + in.origin() + channels.first,
                    to + out.origin() + channels.first);
  } else {
    static_assert(what.how == algorithm::copy || what.how == algorithm::pad);
    copy_map(take<is_cut>(g, at).layer, from, to);
    if constexpr (what.how == algorithm::pad)
      fill_edges(out, on_memory(s.layer()), s.layer().attr.beyond, s.layer().attr.alpha, to + out.origin());
  }
}

/// The chain that begins with step First, or a part of its rows.
template <class M, int First, int Count>
HWY_INLINE void run_chain(const memory& mem, const slice& at) {
  constexpr plan_view plan = view_of(kept_plan<M::schedule>);
  constexpr const step &first = plan.steps[First], &last = plan.steps[First + Count - 1];
  constexpr const buffer &in = plan.buffers[first.in], &out = plan.buffers[last.out];
  clear_around<M, First + Count - 1>(mem, at);
  float* own = mem.own(at.worker);
  const auto part_of = [&]<int Number>(std::integral_constant<int, Number>) -> chain_part {
    static constexpr step_view s = step_of<M, Number>::view;
    static constexpr chain_link link = chain_link_of(s, isa);
    static constexpr direct_tiles tiles = make_direct_tiles<step_of<M, Number>>();
    float* to = mem.write(s.out()) + (s.out().held > 0 ? 0 : s.out().origin());
    if (own && s.out().held > 0) to = own, own += own_elements(s.out());
    const float* residual = to;
    if constexpr (s.has_residual()) residual = mem.read(s.residual()) + s.residual().origin();
    return {link, tiles, mem.packed + packed_offsets<M>[Number], residual, to};
  };
  [&]<int... k>(std::integer_sequence<int, k...>) HWY_ATTR {
    const chain_part parts[] = {part_of(std::integral_constant<int, First + k>{})...};
    chain_run<Count>(parts, mem.read(in) + in.origin())(at.along(out.rows), first.band);
  }
  (std::make_integer_sequence<int, Count>{});
}

/// A step, or what a slice takes of it. A chain runs with its first step.
template <class M, int Number>
HWY_INLINE void run_step(const memory& mem, [[maybe_unused]] const slice& at = {}) {
  if constexpr (M::schedule.steps[Number].chain > 1)
    run_chain<M, Number, M::schedule.steps[Number].chain>(mem, at);
  else if constexpr (!is_later_link(M::schedule.steps[Number]))
    run_alone<M, Number>(mem, at);
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#include "tenon/units-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {
namespace {

template <class... Models>
detail::program program_among(boost::mp11::mp_list<Models...>, int which) {
  const detail::program all[] = {{&run_model<Models>, &share_model<Models>, &run_batch_of_model<Models>,
                                  TENON_STEPS_OF(Models), isa, hwy::TargetName(HWY_TARGET)}...};
  return all[which];
}

detail::program program_of_model(int which) { return program_among(tenon_models{}, which); }

}  // namespace
}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
