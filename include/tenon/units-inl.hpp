// F5. The end of instantiate-inl.hpp: steps by themselves or in stretches, one after the other, in parts on
// several threads, or each for many inputs.
#if defined(TENON_UNITS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_UNITS_INL_HPP
#undef TENON_UNITS_INL_HPP
#else
#define TENON_UNITS_INL_HPP
#endif

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// What runs by itself: a step that is cut for several threads, or a stretch of steps that are not.
struct unit {
  void (*run)(const memory&, const slice&);
  const step_split& split;
  bool has_scratch;
  /// A linear layer for some images of a batch, a part of its blocks; or null.
  void (*multiply)(const memory* images, index count, int parts, int part);
  int panels;  // pieces of its output channels whose weights stay in the L2 cache from image to image
};

/// Is a step of M a linear layer that takes the vectors of a batch together?
template <class M>
constexpr bool multiplies_batch(int step) {
  return step >= M::batch.first && M::schedule.steps[step].how == algorithm::matrix_vector;
}

template <class M, int Number>
void multiply_images(const memory* images, index count, int parts, int part) {
  constexpr step_view s = step_of<M, Number>::view;
  constexpr const linear_geometry& g = step_of<M, Number>::geometry;
  constexpr int most = M::batch.images;
  constexpr index block = g.vectors * g.lanes;
  const float *in[most], *residual[most];
  float* out[most];
  for (index i = 0; i < count; ++i) {
    clear_around<M, Number>(images[i], {{cut_axis::rows, parts, 1}, part});
    // A vector that is read as a map of one position may have a halo.
    in[i] = images[i].read(s.in());
    out[i] = images[i].write(s.out()) + s.out().origin();
    residual[i] = s.has_residual() ? images[i].read(s.residual()) + s.residual().origin() : out[i];
  }
  const float* weights = images->packed + packed_offsets<M>[Number];
  const unit_range blocks = range_of(g.blocks, parts, part);
  for (index b = blocks.first; b < blocks.end && b + 1 < g.blocks; ++b)
    linear_images<linear_key_of(s, g, false), most>(g.inputs, count, in, weights + b * block * (1 + g.inputs),
                                                    residual, out, b * block, 0);
  constexpr index last = (g.blocks - 1) * block;
  if (blocks.end == g.blocks)
    linear_images<linear_key_of(s, g, true), most>(g.inputs, count, in, weights + last * (1 + g.inputs),
                                                   residual, out, last, g.last_lanes);
}

/// For each unit that begins with step `Number`: what it does with a batch.
template <class M, int Number>
constexpr auto multiply_of() -> void (*)(const memory*, index, int, int) {
  if constexpr (multiplies_batch<M>(Number))
    return &multiply_images<M, Number>;
  else
    return nullptr;
}
template <class M, int Number>
constexpr int panels_of() {
  if constexpr (Number >= M::batch.first && splits<M>[Number].shared() &&
                M::schedule.steps[Number].how == algorithm::direct) {
    const auto& g = step_of<M, Number>::geometry;
    const index wanted = pieces(g.packed * index(sizeof(float)), 400'000), most = blocks_of(g.layer);
    return static_cast<int>(wanted < most ? wanted : most);
  }
  return 1;
}

/// Which steps of M begin a unit, then the number of steps.
template <class M>
inline constexpr auto unit_begins = [] {
  constexpr int steps = M::schedule.step_count;
  struct {
    int count = 0;
    std::array<int, steps + 1> first{};
  } units;
  for (int step = 0; step < steps; ++step)
    if (step == 0 || splits<M>[step].shared() || splits<M>[step - 1].shared() || step == M::batch.first ||
        multiplies_batch<M>(step) || multiplies_batch<M>(step - 1))
      units.first[units.count++] = step;
  units.first[units.count] = steps;
  return units;
}();

template <class M, int First, int Count>
HWY_NOINLINE void run_unit(const memory& mem, const slice& at) {
  if constexpr (Count == 1) {
    run_step<M, First>(mem, at);
  } else {
    [&]<int... step>(std::integer_sequence<int, step...>) HWY_ATTR {
      (run_step<M, First + step>(mem, at), ...);
    }
    (std::make_integer_sequence<int, Count>{});
  }
}

constexpr bool has_scratch(const step& s) { return s.scratch >= 0 || s.chain > 1; }

template <class M>
inline constexpr auto units = []<int... u>(std::integer_sequence<int, u...>) {
  constexpr const auto& first = unit_begins<M>.first;
  return std::array<unit, sizeof...(u)>{unit{&run_unit<M, first[u], first[u + 1] - first[u]>,
                                             splits<M>[first[u]], has_scratch(M::schedule.steps[first[u]]),
                                             multiply_of<M, first[u]>(), panels_of<M, first[u]>()}...};
}
(std::make_integer_sequence<int, unit_begins<M>.count>{});

/// All units on the calling thread.
inline void run_units(std::span<const unit> all, const memory& mem) {
  for (const unit& u : all) u.run(mem, {});
}

/// A unit as it is cut for so many workers, `room` of whom have scratch memory.
struct unit_cut {
  cut how;
  int workers;  // that take part: 1 for what is not cut

  unit_cut(const unit& u, int all, int room) : how(u.split.how) {
    const int most = u.has_scratch && all > room ? room : all;
    int& parts = how.along > 1 ? how.along : how.blocks;
    if (u.split.one_each && parts > most) parts = most;
    // As many for each: of 7 parts two workers would take 4 and 3, and end together if what is cut into 7 can
    // be cut into 6.
    if (how.parts() == parts && parts > most) parts -= parts % most;
    workers = how.parts() == 1 ? 1 : most;
  }
};

/// All units, by a member of a team.
inline void walk_units(std::span<const unit> all, const memory& mem, int room, teammate self) {
  for (const unit& u : all) {
    if (&u != &all.front()) self.meet();
    const unit_cut c(u, self.count(), room);
    if (c.workers > 1)
      self.share(c.how.parts(), c.workers, [&](int part, int count) {
        for (const int end = part + count; part < end;) {
          // Parts of other channels are not the next rows.
          const int now = std::min(end - part, c.how.neighbours() - part % c.how.neighbours());
          u.run(mem, {c.how, part, self.worker(), now});
          part += now;
        }
      });
    else if (self.worker() == 0)
      u.run(mem, {});
  }
}

/// All units, with the parts of those that are cut on the workers of an executor.
inline void share_units(std::span<const unit> all, const memory& mem, int room,
                        const detail::any_executor& executor) {
  const auto is_shared = [](const unit& u) { return u.split.shared(); };
  if (std::none_of(all.begin(), all.end(), is_shared)) return run_units(all, mem);
  if (executor.is_team() && executor.workers() <= team::most) {
    team members;
    const auto walk = [&](int worker, int count) {
      walk_units(all, mem, room, teammate(members, worker, count));
    };
    return executor.together(team_task(walk));
  }
  for (const unit& u : all) {
    const unit_cut c(u, executor.workers(), room);
    const int parts = c.how.parts();
    if (c.workers == 1) {
      u.run(mem, {});
    } else if (c.workers < executor.workers()) {
      // As many bundles of parts as there is memory; each takes that of its number.
      const int bundles = parts < c.workers ? parts : c.workers;
      const auto bundle = [&](int number, int) {
        for (int part = number; part < parts; part += bundles) u.run(mem, {c.how, part, number});
      };
      executor.run(bundles, part_task(bundle));
    } else {
      const auto part = [&](int number, int worker) { u.run(mem, {c.how, number, worker}); };
      executor.run(parts, part_task(part));
    }
  }
}

template <class M>
void run_model(const float* packed, const float* const* in, float* const* out, float* arena) noexcept {
  const memory mem{packed, in, out, arena};
  if constexpr (unit_begins<M>.count > 1)
    run_units(units<M>, mem);
  else  // no call that is not needed
    [&]<int... step>(std::integer_sequence<int, step...>) HWY_ATTR { (run_step<M, step>(mem), ...); }
  (std::make_integer_sequence<int, M::schedule.step_count>{});
}

template <class M>
void share_model(const float* packed, const float* const* in, float* const* out, float* arena, float* others,
                 int room, const detail::any_executor& executor) noexcept {
  if constexpr (unit_begins<M>.count > 1) {
    if (executor.workers() > 1)
      return share_units(units<M>, {packed, in, out, arena, others, M::worker_elements}, room, executor);
  }
  run_model<M>(packed, in, out, arena);
}

/// What lives on into the steps that a batch runs together.
template <class M>
void keep_for_batch(const float* arena, float* image) {
  for (const buffer& b : view_of(kept_plan<M::schedule>).buffers)
    if (b.where == place::arena && b.host < 0 && b.first_step < M::batch.first &&
        b.last_step >= M::batch.first)
      std::memcpy(image + b.offset, arena + b.offset, static_cast<size_t>(b.elements()) * sizeof(float));
}

/// One unit for all images of a block.
inline void run_for_all(const unit& u, const memory* images, index count,
                        const detail::any_executor* executor) {
  if (executor && executor->workers() > 1 && u.split.shared()) {
    const int parts = u.multiply ? u.split.how.along : static_cast<int>(count);
    const auto part = [&](int number, int) {
      if (u.multiply) return u.multiply(images, count, parts, number);
      u.run(images[number], {});
    };
    executor->run(parts, part_task(part));
  } else if (u.multiply) {
    u.multiply(images, count, 1, 0);
  } else {
    for (int panel = 0; panel < u.panels; ++panel)
      for (index i = 0; i < count; ++i) u.run(images[i], {{cut_axis::rows, 1, u.panels}, panel});
  }
}

template <class M>
void run_batch_of_model(const float* packed, const float* const* in, float* const* out, index n, float* arena,
                        float* kept, float* others, int room, const detail::any_executor* executor) noexcept {
  constexpr batch_plan plan = M::batch;
  constexpr bool together = plan.first < M::schedule.step_count;
  const float* inputs[plan.images][M::input_count];
  float* outputs[plan.images][M::output_count];
  for (index first = 0; first < n; first += plan.images) {
    const index count = n - first < plan.images ? n - first : plan.images;
    memory images[plan.images];
    for (index i = 0; i < count; ++i) {
      for (int k = 0; k < M::input_count; ++k)
        inputs[i][k] = in[k] + (first + i) * M::input_shapes[k].count();
      for (int k = 0; k < M::output_count; ++k)
        outputs[i][k] = out[k] + (first + i) * M::output_shapes[k].count();
      const memory alone{packed, inputs[i], outputs[i], arena, others, M::worker_elements};
      images[i] = {packed, inputs[i], outputs[i], kept + i * plan.stride, nullptr, 0};
      std::span<const unit> before = units<M>;
      if constexpr (together) {
        if (count > 1) {
          while (!before.empty() && unit_begins<M>.first[before.size() - 1] >= plan.first)
            before = before.first(before.size() - 1);
        }
      }
      if (executor && executor->workers() > 1)
        share_units(before, alone, room, *executor);
      else
        run_units(before, alone);
      if (together && count > 1) keep_for_batch<M>(arena, kept + i * plan.stride);
    }
    if (!together || count == 1) continue;
    for (std::size_t u = 0; u < units<M>.size(); ++u)
      if (unit_begins<M>.first[u] >= plan.first) run_for_all(units<M>[u], images, count, executor);
  }
}

/// Steps that can be called one by one are more code: for those who ask for them.
#undef TENON_STEPS_OF
#ifdef TENON_PROFILE
#define TENON_STEPS_OF(M) &run_step_of_model<M>

/// The functions of single steps; units of one step are among them.
template <class M>
inline constexpr auto single_steps = []<int... step>(std::integer_sequence<int, step...>) {
  return std::array{&run_unit<M, step, 1>...};
}
(std::make_integer_sequence<int, M::schedule.step_count>{});

template <class M>
void run_step_of_model(int step, const float* packed, const float* const* in, float* const* out,
                       float* arena) noexcept {
  const auto which = static_cast<std::size_t>(step);
  const memory mem{packed, in, out, arena};
  single_steps<M>[which](mem, {});
}
#else
#define TENON_STEPS_OF(M) nullptr
#endif

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
