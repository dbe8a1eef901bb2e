// Weights from natural order (PyTorch's) into the order in which the micro-kernels read them.
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "tenon/executable.hpp"
#include "tenon/geometry.hpp"
#include "tenon/kernel/strassen.hpp"

namespace tenon::detail {
namespace {

/// weight and bias of a convolution or linear layer, a following batch norm folded in:
///   scale = norm.weight / sqrt(norm.running_var + epsilon)
///   weight'[o] = weight[o] * scale[o],  bias'[o] = (bias[o] - running_mean[o]) * scale[o] + norm.bias[o]
/// Computed in double, rounded once.
class folded {
 public:
  using element_order = std::function<index(index output, index element)>;

  /// `order` says where a filter's elements lie, `biases` where the biases begin.
  folded(const step_view& s, const float* natural, index outputs, element_order order, index biases)
      : weight_(natural + s.layer().tensor_offset),
        order_(std::move(order)),
        scale_(outputs, 1.0),
        bias_(outputs, 0.0) {
    const bool untied = s.layer().attr.untied_bias;
    if (s.layer().attr.has_bias && !untied) std::copy_n(weight_ + biases, outputs, bias_.begin());
    if (s.what.norm < 0) return;
    const affine_form norm(s.graph.nodes[s.what.norm], natural);
    for (index o = 0; o < outputs; ++o) {
      scale_[o] = norm.scale(o);
      bias_[o] = bias_[o] * norm.scale(o) + norm.shift(o);
    }
  }
  /// Filters one behind the other, then the biases.
  folded(const step_view& s, const float* natural, index outputs, index filter)
      : folded(
            s, natural, outputs, [filter](index o, index i) { return o * filter + i; }, outputs * filter) {}
  /// Weights and biases as they are.
  folded(const float* weights, index outputs, element_order order, const std::function<float(index)>& bias)
      : weight_(weights), order_(std::move(order)), scale_(outputs, 1.0), bias_(outputs, 0.0) {
    for (index o = 0; o < outputs; ++o) bias_[o] = bias(o);
  }

  /// A batch norm, scale or shift as scale * x + shift.
  class affine_form {
   public:
    affine_form(const node& n, const float* natural)
        : kind_(n.attr.kind),
          tensors_(natural + n.tensor_offset),
          channels_(n.out.channels()),
          epsilon_(n.attr.epsilon) {}
    double scale(index c) const {
      if (kind_ == op::shift) return 1;
      if (kind_ != op::batch_norm) return tensors_[c];
      return tensors_[c] / std::sqrt(double(tensors_[3 * channels_ + c]) + epsilon_);
    }
    double shift(index c) const {
      if (kind_ == op::shift) return tensors_[c];
      if (kind_ != op::batch_norm) return 0;
      return tensors_[channels_ + c] - tensors_[2 * channels_ + c] * scale(c);
    }

   private:
    op kind_;
    const float* tensors_;  // batch norm: weight, bias, running_mean, running_var
    index channels_;
    double epsilon_;
  };

  double weight(index output, index element) const {
    return weight_[order_(output, element)] * scale_[output];
  }
  float bias(index output) const { return static_cast<float>(bias_[output]); }

 private:
  const float* weight_;
  element_order order_;
  std::vector<double> scale_, bias_;
};

/// One of equal parts of a step's outputs, each packed by a thread.
struct share {
  index part = 0, parts = 1;

  index begin(index count) const { return count * part / parts; }
  index end(index count) const { return count * (part + 1) / parts; }
};

/// Panel of `channels` outputs from `first` on, padded with zeros to `width`: biases, then for each tap, or
/// for so many taps `together`, its weights, `weight(output, tap)`. Returns the end of the panel.
template <class Weight>
float* pack_panel(const folded& f, index first, index channels, index width, index taps, Weight weight,
                  float* to, index together = 1) {
  for (index c = 0; c < channels; ++c) to[c] = f.bias(first + c);
  to += width;
  for (index t = 0; t < taps; ++t)
    for (index c = 0; c < channels; ++c)
      to[(t / together * width + c) * together + t % together] = static_cast<float>(weight(first + c, t));
  return to + taps * width;
}

/// Taps of a convolution are packed by plane, row, column, channel; a filter in PyTorch's order is channel,
/// plane, row, column.
struct filter_order {
  window win;
  index channels;
  bool flipped;

  index positions() const { return win.kernel[0] * win.kernel[1] * win.kernel[2]; }
  index taps() const { return positions() * channels; }
  index operator()(index tap) const {
    const index position = tap / channels;
    return tap % channels * positions() + (flipped ? positions() - 1 - position : position);
  }
};

filter_order filter_of(const step_view& s) {
  const node& n = s.layer();
  return {on_memory(n), s.in().channels / n.groups, n.attr.flipped};
}

/// All blocks of all groups of a convolution with vectors along output channels.
template <class Weight>
void pack_blocks(const direct_geometry& g, const folded& f, index taps, Weight weight, float* to) {
  const direct_layer& l = g.layer;
  const tile& t = g.shape;
  index first = 0;
  for (index group = 0; group < l.groups; ++group) {
    for (index block = 0; block < l.blocks; ++block, first += l.block_channels)
      to = pack_panel(f, first, l.block_channels, l.block_channels, taps, weight, to, t.lanes_per_channel);
    const index rest = l.group_channels - l.blocks * l.block_channels;
    if (rest > 0)
      to = pack_panel(f, first, rest, index(g.rest_vectors) * t.vector_channels(), taps, weight, to,
                      t.lanes_per_channel);
    first += rest;
  }
}

void pack_direct(const step_view& s, simd isa, const float* natural, float* to) {
  const filter_order filter = filter_of(s);
  const folded f(s, natural, s.out().channels, filter.taps());
  const auto weight = [&](index output, index tap) { return f.weight(output, filter(tap)); };
  const direct_geometry g = direct_of(s, isa);
  pack_blocks(g, f, filter.taps(), weight, to);
  if (!s.layer().attr.untied_bias) return;
  const index channels = s.out().channels, positions = s.out().positions();
  const float* biases = natural + s.layer().tensor_offset + channels * filter.taps();
  for (index i = 0; i < channels * positions; ++i)
    to[g.packed + i] = biases[i % channels * positions + i / channels];
}

/// Every position has panels of its own.
void pack_local(const step_view& s, simd isa, const float* natural, float* to) {
  const filter_order filter = filter_of(s);
  const index positions = s.out().positions(), channels = s.out().channels, taps = filter.taps();
  const float* tensors = natural + s.layer().tensor_offset;
  const direct_geometry g = direct_of(s, isa);
  for (index p = 0; p < positions; ++p, to += g.packed) {
    const folded f(
        tensors, channels, [&](index o, index i) { return (o * positions + p) * taps + i; },
        [&](index o) {
          return s.layer().attr.has_bias ? tensors[channels * positions * taps + o * positions + p] : 0;
        });
    pack_blocks(
        g, f, taps, [&](index output, index tap) { return f.weight(output, filter(tap)); }, to);
  }
}

/// Phases one behind the other, each with the taps that it has.
void pack_transposed(const step_view& s, simd isa, const float* natural, float* to) {
  const node& n = s.layer();
  const window w = on_memory(n);
  const index group = s.out().channels / n.groups, inputs = s.in().channels / n.groups;
  const index positions = w.kernel[0] * w.kernel[1] * w.kernel[2], outputs = s.out().channels;
  // Element ic * positions + position of output o's filter, ic counted within its group.
  const folded f(
      s, natural, outputs,
      [&](index o, index i) {
        return ((o / group * inputs + i / positions) * group + o % group) * positions + i % positions;
      },
      s.in().channels * group * positions);
  for (index phase = 0; phase < phases_of(s); ++phase) {
    const phase_geometry g = phase_of(s, isa, phase);
    const index taps = g.axes[0].taps * g.axes[1].taps * g.axes[2].taps * inputs;
    const auto weight = [&](index output, index tap) {
      index position = tap / inputs, k[max_spatial_rank];
      for (int axis = max_spatial_rank - 1; axis >= 0; --axis) {
        k[axis] = g.axes[axis].tap + position % g.axes[axis].taps * g.axes[axis].tap_step;
        position /= g.axes[axis].taps;
      }
      return f.weight(output, tap % inputs * positions + (k[0] * w.kernel[1] + k[1]) * w.kernel[2] + k[2]);
    };
    pack_blocks(g, f, taps, weight, to);
    to += g.packed;
  }
}

/// Filters transformed along their rows, u = G g; points take the place of rows. In double, rounded once.
void pack_winograd(const step_view& s, simd isa, const float* natural, float* to) {
  const winograd_geometry g = winograd_of(s, isa);
  const winograd_matrices m(g.axis);
  const filter_order filter = filter_of(s);
  const folded f(s, natural, s.out().channels, filter.taps());
  const index row = filter.win.kernel[2] * filter.channels;
  const auto weight = [&](index output, index tap) {
    double sum = 0;
    for (int k = 0; k < g.axis.taps; ++k)
      sum += m.g[tap / row][k] * f.weight(output, filter(k * row + tap % row));
    return sum;
  };
  pack_blocks(g, f, g.axis.points() * row, weight, to);
}

/// Biases, then filters transformed along both axes, u = G g G^T, in the order of
/// kernel/winograd_tiles-inl.hpp; or, for kernel/winograd_plain-inl.hpp, taps times powers of a_1.
void pack_winograd_tiles(const step_view& s, simd isa, const float* natural, float* to, share own) {
  const winograd_tiles_geometry g = winograd_tiles_of(s, isa);
  const winograd_axis &rows = g.shape.rows, &columns = g.shape.columns;
  const winograd_matrices by_rows(rows), by_columns(columns);
  const filter_order filter = filter_of(s);
  const folded f(s, natural, s.out().channels, filter.taps());
  const direct_layer& m = g.layer.multiply;
  const index first = own.begin(s.out().channels), last = own.end(s.out().channels);
  for (index o = first; o < last; ++o) to[o] = f.bias(o);
  // Of tiles of one column the columns of the filter stand in for its planes.
  const index line = filter.win.kernel[2] * filter.channels;
  const index plane = s.what.one_column() ? filter.channels : filter.win.kernel[1] * line;
  const index width = g.layer.vectors * index(g.layer.lanes);
  for (index o = first; o < last; ++o) {
    const index b = o / m.block_channels;
    const index step = b == m.blocks ? g.layer.rest_vectors * index(g.layer.lanes) : width;
    for (index t = 0; t < m.tap_planes * m.tap_channels; ++t) {
      double w[max_winograd_taps][max_winograd_taps], half[max_winograd_points][max_winograd_taps];
      for (int r = 0; r < rows.taps; ++r)
        for (int c = 0; c < columns.taps; ++c)
          w[r][c] = f.weight(
              o, filter(t / filter.channels * plane + r * line + c * filter.channels + t % filter.channels));
      if (g.layer.plain) {
        float* at =
            to + g.layer.weights_at(0, b) + t * rows.taps * columns.taps * step + o % m.block_channels;
        for (int r = 0; r < rows.taps; ++r)
          for (int c = 0; c < columns.taps; ++c)
            at[(r * columns.taps + c) * step] =
                static_cast<float>(by_rows.g[1][r] * by_columns.g[1][c] * w[r][c]);
        continue;
      }
      for (int p = 0; p < rows.points(); ++p) {
        for (int c = 0; c < columns.taps; ++c) {
          half[p][c] = 0;
          for (int r = 0; r < rows.taps; ++r) half[p][c] += by_rows.g[p][r] * w[r][c];
        }
        for (int q = 0; q < columns.points(); ++q) {
          double sum = 0;
          for (int c = 0; c < columns.taps; ++c) sum += by_columns.g[q][c] * half[p][c];
          to[g.layer.weights_at(p * columns.points() + q, b) + t * step + o % m.block_channels] =
              static_cast<float>(sum);
        }
      }
    }
  }
}

/// Biases, then the sums of parts of the weights that Strassen's products take.
void pack_strassen(const step_view& s, simd isa, const float* natural, float* to, share own) {
  const winograd_tiles_geometry g = winograd_tiles_of(s, isa);
  const direct_layer& m = g.layer.multiply;
  const folded f(s, natural, s.out().channels, filter_of(s).taps());
  const index parts = g.shape.parts(), width = g.layer.vectors * index(g.layer.lanes);
  const index all = s.out().channels, inputs = m.tap_channels, outputs = m.group_channels;
  for (index o = own.begin(all); o < own.end(all); ++o) to[o] = f.bias(o);
  for (index o = own.begin(outputs); o < own.end(outputs); ++o) {
    const index b = o / m.block_channels;
    const index step = b == m.blocks ? g.layer.rest_vectors * index(g.layer.lanes) : width;
    for (index t = 0; t < inputs; ++t) {
      double w[4][4];
      for (index i = 0; i < parts; ++i)
        for (index h = 0; h < parts; ++h) w[i][h] = f.weight(i * outputs + o, h * inputs + t);
      for (index p = 0; p < g.layer.points; ++p) {
        double sum = 0;
        for (index i = 0; i < parts; ++i)
          for (index h = 0; h < parts; ++h) sum += strassen::of_weights(g.shape.halvings, p, i, h) * w[i][h];
        to[g.layer.weights_at(p, b) + t * step + o % m.block_channels] = static_cast<float>(sum);
      }
    }
  }
}

/// A tap of a filter that is read backwards, channel by channel.
index flipped_tap(index tap, index positions) {
  return tap / positions * positions + positions - 1 - tap % positions;
}

/// The width kernel runs channel, row, column: PyTorch's order.
void pack_width(const step_view& s, simd isa, const float* natural, float* to) {
  const width_geometry g = width_of(s, isa);
  const index taps = filter_of(s).taps();
  const folded f(s, natural, g.layer.channels, taps);
  const auto weight = [&](index output, index tap) {
    return f.weight(output, s.layer().attr.flipped ? flipped_tap(tap, filter_of(s).positions()) : tap);
  };
  for (index first = 0; first < g.layer.channels; first += g.layer.tile_channels) {
    const index channels = std::min(g.layer.tile_channels, g.layer.channels - first);
    to = pack_panel(f, first, channels, channels, taps, weight, to);
  }
}

/// Inputs are taken in the order in which the feature map lies in memory, so that a flatten in between costs
/// nothing.
void pack_linear(const step_view& s, simd isa, const float* natural, float* to, share own) {
  const linear_geometry g = linear_of(s, isa);
  const folded f(s, natural, g.outputs, g.inputs);
  const buffer& in = s.in();
  const auto weight = [&](index output, index i) {
    if (in.order == layout::interleaved) i = i % in.channels * in.positions() + i / in.channels;
    return f.weight(output, i);
  };
  const index block = index(g.vectors) * g.lanes;
  for (index b = own.begin(g.blocks); b < own.end(g.blocks); ++b) {
    const index width = b + 1 < g.blocks ? block : index(g.rest_vectors) * g.lanes, first = b * block;
    pack_panel(f, first, std::min(width, g.outputs - first), width, g.inputs, weight,
               to + first * (g.inputs + 1));
  }
}

void pack_affine(const step_view& s, const float* natural, float* to) {
  const folded::affine_form norm(s.layer(), natural);
  const index channels = s.layer().out.channels();
  for (index c = 0; c < channels; ++c) {
    to[c] = static_cast<float>(norm.scale(c));
    to[channels + c] = static_cast<float>(norm.shift(c));
  }
}

}  // namespace

namespace {

/// Memory for `count` floats. Weights of more than a few pages of 2 MiB are put on such pages where
/// there are any: a core then reads 256 MB of them from memory at 18 GB/s instead of 14, and 32 MB from the
/// last-level cache at 58 GB/s instead of 45 (AMD EPYC, one core).
packed_weights memory_for(std::size_t count) {
  constexpr std::size_t page = std::size_t{1} << 21;
  const std::size_t bytes = count * sizeof(float);
  const std::align_val_t alignment{bytes >= 2 * page ? page : 64};
  packed_weights memory(static_cast<float*>(::operator new(bytes, alignment)), free_aligned{alignment});
#if defined(__linux__)
  if (bytes >= 2 * page) madvise(memory.get(), bytes / page * page, MADV_HUGEPAGE);  // it may refuse
#endif
  return memory;
}

}  // namespace

namespace {

/// Only steps of these algorithms are packed in parts; networks that have large ones have several of others.
bool is_shared(algorithm how) { return how == algorithm::matrix_vector || is_tiled(how); }

void pack_step(const step_view& s, simd isa, const float* natural, float* to, share own) {
  switch (s.what.how) {
    case algorithm::direct:
    case algorithm::depthwise:
      return pack_direct(s, isa, natural, to);
    case algorithm::local:
      return pack_local(s, isa, natural, to);
    case algorithm::transposed:
      return pack_transposed(s, isa, natural, to);
    case algorithm::normalise:
      std::copy_n(natural + s.layer().tensor_offset, s.layer().tensor_count, to);
      return;
    case algorithm::winograd_rows:
      return pack_winograd(s, isa, natural, to);
    case algorithm::winograd_tiles:
    case algorithm::winograd_plain:
      return pack_winograd_tiles(s, isa, natural, to, own);
    case algorithm::strassen:
      return pack_strassen(s, isa, natural, to, own);
    case algorithm::direct_width:
      return pack_width(s, isa, natural, to);
    case algorithm::matrix_vector:
      return pack_linear(s, isa, natural, to, own);
    case algorithm::affine:
      return pack_affine(s, natural, to);
    default:
      return;
  }
}

}  // namespace

namespace {

/// Calls task(0), task(1), ... task(count - 1) in any order on the calling thread and up to `others` more.
void in_parallel(std::size_t count, std::size_t others, const std::function<void(std::size_t)>& task) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex guard;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) task(i);
    } catch (...) {
      const std::lock_guard lock(guard);
      failure = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  try {
    while (threads.size() < others) threads.emplace_back(work);
  } catch (const std::system_error&) {  // the system has no more of them: so it takes longer
  }
  work();
  for (std::thread& t : threads) t.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

packed_weights pack_weights(graph_view network, plan_view schedule, simd isa, std::span<const float> natural,
                            double* seconds) {
  const auto start = std::chrono::steady_clock::now();
  // A thread packs some 200 million elements a second and takes 50 us to start.
  constexpr index piece = index{1} << 18;
  struct task {
    step_view step;
    index at;
    share own;
  };
  std::vector<task> tasks;
  index elements = 0;
  for (const step& what : schedule.steps) {
    const step_view s{network, schedule, what};
    const index count = packed_stride(s, isa), parts = is_shared(what.how) ? count / piece + 1 : 1;
    for (index part = 0; part < parts; ++part) tasks.push_back({s, elements, {part, parts}});
    elements += count;
  }
  packed_weights packed = memory_for(static_cast<std::size_t>(elements + 1));
  float* const to = packed.get();
  const auto cores = std::max(1u, std::thread::hardware_concurrency());
  const auto others = static_cast<std::size_t>(std::min(index(cores) - 1, elements / piece));
  in_parallel(static_cast<std::size_t>(elements / piece + 1), others, [&](std::size_t i) {
    const index begin = index(i) * piece;
    std::fill(to + begin, to + std::min(begin + piece, elements + 1), 0.0f);
  });
  in_parallel(tasks.size(), others, [&](std::size_t i) {
    pack_step(tasks[i].step, isa, natural.data(), to + tasks[i].at, tasks[i].own);
  });
  if (seconds != nullptr)
    *seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return packed;
}

}  // namespace tenon::detail
