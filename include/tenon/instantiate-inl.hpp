// The only place where WHAT meets HOW: runs the plan of a model, step by step, with kernels of one
// instruction set. Included once per instruction set by instantiate.hpp.
#if defined(TENON_INSTANTIATE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_INSTANTIATE_INL_HPP
#undef TENON_INSTANTIATE_INL_HPP
#else
#define TENON_INSTANTIATE_INL_HPP
#endif

#include <array>
#include <cstring>

#include "tenon/executable.hpp"
#include "tenon/geometry.hpp"
#include "tenon/kernel/direct-inl.hpp"
#include "tenon/kernel/linear-inl.hpp"
#include "tenon/kernel/pool-inl.hpp"
#include "tenon/kernel/rows-inl.hpp"
#include "tenon/kernel/width-inl.hpp"
#include "tenon/kernel/winograd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// Step number I of a model's plan, with the numbers of its micro-kernels.
template <class M, int I>
struct step_of {
  static constexpr step_view view{M::network.view(), view_of(M::schedule), M::schedule.steps[I]};
  static constexpr auto geometry = [] {
    constexpr algorithm how = view.what.how;
    if constexpr (how == algorithm::direct || how == algorithm::depthwise)
      return direct_of(view, isa);
    else if constexpr (how == algorithm::winograd)
      return winograd_of(view, isa);
    else if constexpr (how == algorithm::direct_width)
      return width_of(view, isa);
    else if constexpr (how == algorithm::matrix_vector)
      return linear_of(view, isa);
    else if constexpr (how == algorithm::window_pool || how == algorithm::global_pool)
      return pool_of(view);
    else
      return 0;
  }();
};

/// Where the packed weights of each step of M start, in elements.
template <class M>
inline constexpr auto packed_offsets = []<int... step>(std::integer_sequence<int, step...>) {
  std::array<index, sizeof...(step) + 1> at{};
  ((at[step + 1] = at[step] + packed_stride(step_of<M, step>::view, isa)), ...);
  return at;
}
(std::make_integer_sequence<int, M::schedule.step_count>{});

/// The micro-kernels of a step, one for each way in which tiles end. Those that never run are not compiled.
template <class Step>
constexpr direct_tiles make_direct_tiles() {
  constexpr const direct_geometry& g = Step::geometry;
  direct_tiles tiles{};
  [&]<int... which>(std::integer_sequence<int, which...>) {
    const auto put = [&](auto w) {
      constexpr bool block = w & 4, rows = w & 2, columns = w & 1;
      constexpr bool runs =
          (block ? g.layer.rest_block > 0 : g.layer.blocks > 0) &&
          (rows ? g.layer.rows % g.layer.tile_rows > 0 : g.layer.rows >= g.layer.tile_rows) &&
          (columns ? g.layer.columns % g.layer.tile_columns > 0 : g.layer.columns >= g.layer.tile_columns);
      if constexpr (runs) {
        constexpr direct_key key = direct_key_of(Step::view, g, block, rows, columns);
        if constexpr (Step::view.what.how == algorithm::winograd)
          tiles.run[block][rows][columns] =
              &winograd_tile<key, int(Step::view.layer().win.kernel[0]), Step::geometry.slide>;
        else
          tiles.run[block][rows][columns] = &direct_tile<key>;
      }
    };
    (put(std::integral_constant<int, which>{}), ...);
  }
  (std::make_integer_sequence<int, 8>{});
  return tiles;
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

/// Writes the zeros around a feature map.
inline void clear_halo(const buffer& b, float* first) {
  const auto zero = [](float* from, index count) {
    std::memset(from, 0, static_cast<size_t>(count) * sizeof(float));
  };
  const index planes = b.order == layout::planar ? b.channels : 1, row = b.row_step(),
              pixel = b.column_step();
  for (index plane = 0; plane < planes; ++plane, first += b.full_rows() * row) {
    zero(first, b.halo_top * row);
    zero(first + (b.halo_top + b.rows) * row, b.halo_bottom * row);
    for (index r = b.halo_top; r < b.halo_top + b.rows; ++r) {
      zero(first + r * row, b.halo_left * pixel);
      zero(first + (r + 1) * row - b.halo_right * pixel, b.halo_right * pixel);
    }
  }
}

/// Copies a feature map into a buffer of another layout or with another halo. `from` and `to` are at element
/// (0, 0, 0) of the maps.
inline void copy_map(const buffer& a, const float* from, const buffer& b, float* to) {
  const bool rows_alike = (a.order == b.order) || a.channels == 1;
  const index planes = a.order == layout::planar ? a.channels : 1, width = a.columns * a.column_step();
  for (index r = 0; r < a.rows; ++r) {
    if (rows_alike) {
      for (index plane = 0; plane < planes; ++plane)
        std::memcpy(to + plane * b.channel_step() + r * b.row_step(),
                    from + plane * a.channel_step() + r * a.row_step(),
                    static_cast<size_t>(width) * sizeof(float));
    } else {
      for (index c = 0; c < a.columns; ++c)
        for (index channel = 0; channel < a.channels; ++channel)
          to[r * b.row_step() + c * b.column_step() + channel * b.channel_step()] =
              from[r * a.row_step() + c * a.column_step() + channel * a.channel_step()];
    }
  }
}

/// f(element of `a`, element of `b`) for each stretch of elements that are neighbours in both maps of equal
/// layout.
template <class F>
HWY_INLINE void each_row(const buffer& a, const buffer& b, F&& f) {
  const index planes = a.order == layout::planar ? a.channels : 1;
  for (index plane = 0; plane < planes; ++plane)
    for (index r = 0; r < a.rows; ++r)
      f(plane * a.channel_step() + r * a.row_step(), plane * b.channel_step() + r * b.row_step());
}

/// Memory of one run.
struct memory {
  const float* packed;
  const float* in;
  float* out;
  float* arena;

  float* write(const buffer& b) const { return (b.where == place::output ? out : arena + b.offset); }
  const float* read(const buffer& b) const { return b.where == place::input ? in : write(b); }
};

template <class M, int I>
HWY_INLINE void run_step(const memory& mem) {
  using this_step = step_of<M, I>;
  constexpr step_view s = this_step::view;
  constexpr const step& what = s.what;
  constexpr const buffer &in = s.in(), &out = s.out();
  const float* weights = mem.packed + packed_offsets<M>[I];
  [[maybe_unused]] constexpr const auto& g = this_step::geometry;
  const float* from = mem.read(in);
  float* to = mem.write(out);
  if constexpr (out.has_halo()) clear_halo(out, to);
  to += out.origin();
  const float* residual = to;  // where there is none it is not read
  if constexpr (s.has_residual()) residual = mem.read(s.residual()) + s.residual().origin();

  if constexpr (what.how == algorithm::direct || what.how == algorithm::depthwise) {
    static constexpr direct_tiles tiles = make_direct_tiles<this_step>();
    direct(g.layer, tiles, from + first_tap(s), weights, residual, to);
  } else if constexpr (what.how == algorithm::winograd) {
    static constexpr direct_tiles tiles = make_direct_tiles<this_step>();
    constexpr const window& w = s.layer().win;
    float* points = mem.arena + s.plan.buffers[what.scratch].offset;
    winograd<int(w.kernel[0])>(g.layer, g.rows, tiles, from + (in.halo_top - w.pad_lo[0]) * in.row_step(),
                               weights, residual, to, points);
  } else if constexpr (what.how == algorithm::direct_width) {
    static constexpr width_tiles tiles = make_width_tiles<this_step>();
    width(g.layer, tiles, from + first_tap(s), weights, to);
  } else if constexpr (what.how == algorithm::matrix_vector) {
    constexpr index block = g.vectors * g.lanes;
    for (index b = 0; b + 1 < g.blocks; ++b)
      linear_block<linear_key_of(s, g, false)>(g.inputs, from, weights + b * block * (1 + g.inputs),
                                               residual + b * block, to + b * block, 0);
    constexpr index last = (g.blocks - 1) * block;
    linear_block<linear_key_of(s, g, true)>(g.inputs, from, weights + last * (1 + g.inputs), residual + last,
                                            to + last, g.last_lanes);
  } else if constexpr (what.how == algorithm::window_pool || what.how == algorithm::global_pool) {
    constexpr pooling kind = s.layer().attr.kind == op::max_pool ? pooling::max : pooling::average;
    from += in.origin();
    if constexpr (in.order == layout::interleaved) {
      pool<kind, isa.lanes>(g, in.channels, from, to);
    } else {
      constexpr int lanes = pooled_lanes(g, isa.lanes), stride = static_cast<int>(g.stride_columns);
      for (index c = 0; c < in.channels; ++c) {
        const float* plane = from + c * in.channel_step();
        if constexpr (lanes > 1)
          pool_plane<kind, lanes, stride>(g, plane, to + c * out.channel_step());
        else
          pool<kind, 1>(g, 1, plane, to + c * out.channel_step());
      }
    }
  } else if constexpr (what.how == algorithm::map) {
    each_row(in, out, [&](index a, index b) HWY_ATTR {
      map_row<what.act>(in.columns * in.column_step(), from + in.origin() + a, to + b);
    });
  } else if constexpr (what.how == algorithm::addition) {
    // Both operands are interleaved, but may have different halos.
    constexpr const buffer& other = s.plan.buffers[s.what.residual];
    for (index r = 0; r < in.rows; ++r)
      add_row<what.act>(in.columns * in.column_step(), from + in.origin() + r * in.row_step(),
                        residual + r * other.row_step(), to + r * out.row_step());
  } else if constexpr (what.how == algorithm::affine) {
    const float* shift = weights + in.channels;
    each_row(in, out, [&](index a, index b) HWY_ATTR {
      const float* row = from + in.origin() + a;
      if constexpr (in.order == layout::planar) {
        const index channel = a / in.channel_step();
        affine_row<what.act, true>(in.columns, row, weights + channel, shift + channel, to + b);
      } else {
        for (index c = 0; c < in.columns; ++c)
          affine_row<what.act, false>(in.channels, row + c * in.channels, weights, shift,
                                      to + b + c * in.channels);
      }
    });
  } else if constexpr (what.how == algorithm::soft_max) {
    for (index r = 0; r < in.rows; ++r)
      for (index c = 0; c < in.columns; ++c)
        softmax_row(in.channels, from + in.origin() + r * in.row_step() + c * in.column_step(),
                    to + r * out.row_step() + c * out.column_step());
  } else {
    static_assert(what.how == algorithm::copy);
    // A flatten is a copy into planar order that is read as a vector.
    constexpr buffer map{
        .channels = in.channels, .rows = in.rows, .columns = in.columns, .order = layout::planar};
    copy_map(in, from + in.origin(), in.channels == out.channels ? out : map, to);
  }
}

template <class M>
void run_model(const float* packed, const float* in, float* out, float* arena) noexcept {
  const memory mem{packed, in, out, arena};
  [&]<int... step>(std::integer_sequence<int, step...>) HWY_ATTR { (run_step<M, step>(mem), ...); }
  (std::make_integer_sequence<int, M::schedule.step_count>{});
}

namespace {

template <class... Models>
detail::program program_among(boost::mp11::mp_list<Models...>, int which) {
  const detail::program all[] = {{&run_model<Models>, isa, hwy::TargetName(HWY_TARGET)}...};
  return all[which];
}

detail::program program_of_model(int which) { return program_among(tenon_models{}, which); }

}  // namespace
}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
