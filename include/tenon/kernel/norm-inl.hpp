// Normalisations over parts of a feature map, softmax, and linear interpolation.
#if defined(TENON_KERNEL_NORM_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TENON_KERNEL_NORM_INL_HPP
#undef TENON_KERNEL_NORM_INL_HPP
#else
#define TENON_KERNEL_NORM_INL_HPP
#endif

#include "tenon/kernel/norm.hpp"
#include "tenon/kernel/rows-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tenon::HWY_NAMESPACE {

/// The sum over i of f(d, i, load); lanes that are not there are 0 in `load`. It has 16 parts on every
/// instruction set, of every 16th element each, which are added in pairs: number i and i + 8, then 4, 2, 1.
template <numerics How, class F>
HWY_INLINE float sum_of(index count, F&& f) {
  constexpr int parts = 16, lanes = isa.lanes < parts ? isa.lanes : parts, vectors = parts / lanes;
  const tag<lanes, How> d;
  vec<lanes> sums[vectors];
  TENON_UNROLL
  for (int v = 0; v < vectors; ++v) sums[v] = hn::Zero(d);
  index i = 0;
  for (; i + parts <= count; i += parts) {
    TENON_UNROLL
    for (int v = 0; v < vectors; ++v)
      sums[v] = hn::Add(sums[v],
                        f(d, [&](const float* from) HWY_ATTR { return hn::LoadU(d, from + i + v * lanes); }));
  }
  TENON_UNROLL
  for (int v = 0; v < vectors; ++v, i += lanes) {
    if (i >= count) break;
    const auto left = static_cast<size_t>(count - i < lanes ? count - i : lanes);
    const auto rest = f(d, [&](const float* from) HWY_ATTR { return load_first(d, from + i, left); });
    sums[v] = hn::Add(sums[v], hn::IfThenElseZero(hn::FirstN(d, left), rest));
  }
  HWY_ALIGN float sum[parts];
  TENON_UNROLL
  for (int v = 0; v < vectors; ++v) hn::Store(sums[v], d, sum + v * lanes);
  for (int half = parts / 2; half > 0; half /= 2)
    for (int k = 0; k < half; ++k) sum[k] += sum[k + half];
  return sum[0];
}

/// out = (in - mean) / sqrt(variance + epsilon) * weight + bias, set by set.
template <numerics How>
HWY_NOINLINE void normalise(const norm_layer& l, const float* in, const float* weights, float* out) {
  const index pieces_of_set = l.count / l.piece;
  for (index set = 0; set < l.sets; ++set) {
    const float* x = in + set * l.count;
    float* y = out + set * l.count;
    const float mean =
        sum_of<How>(l.count, [&](auto, auto load) HWY_ATTR { return load(x); }) / static_cast<float>(l.count);
    const float variance = sum_of<How>(l.count,
                                       [&](auto d, auto load) HWY_ATTR {
                                         const auto apart = hn::Sub(load(x), hn::Set(d, mean));
                                         return mul(d, apart, apart);
                                       }) /
                           static_cast<float>(l.count);
    const tag<1, How> one;
    const float factor = 1.0f / hn::GetLane(hn::Sqrt(hn::Set(one, variance + l.epsilon)));
    if (l.own_weights || l.weights == 0) {
      each_vector<How>(l.count, y, [&](auto d, index, auto load) HWY_ATTR {
        const auto v = mul(d, hn::Sub(load(x), hn::Set(d, mean)), hn::Set(d, factor));
        return l.weights > 0 ? mul_add(d, v, load(weights), load(weights + l.weights)) : v;
      });
      continue;
    }
    for (index piece = 0; piece < pieces_of_set; ++piece) {
      const index begin = piece * l.piece;
      const float* weight = weights + set * pieces_of_set + piece;
      each_vector<How>(l.piece, y + begin, [&](auto d, index, auto load) HWY_ATTR {
        const auto v = mul(d, hn::Sub(load(x + begin), hn::Set(d, mean)), hn::Set(d, factor));
        return mul_add(d, v, hn::Set(d, *weight), hn::Set(d, weight[l.weights]));
      });
    }
  }
}

/// out[i] = exp(in[i] - m) / sum of exp(in[j] - m), m the largest in[j]; or its logarithm. `out` is not `in`.
template <bool Log, numerics How>
HWY_NOINLINE void softmax_row(index count, const float* in, float* out) {
  float largest = in[0];
  for (index i = 1; i < count; ++i) largest = in[i] > largest ? in[i] : largest;
  each_vector<How>(count, out, [&](auto d, index, auto load) HWY_ATTR {
    return exp_down_to_zero(d, hn::Sub(load(in), hn::Set(d, largest)));
  });
  float total = 0;
  for (index i = 0; i < count; ++i) total += out[i];
  if constexpr (Log) {
    const tag<1, How> one;
    const float log_total = hn::GetLane(log(one, hn::Set(one, total)));
    each_vector<How>(count, out, [&](auto d, index, auto load) HWY_ATTR {
      return hn::Sub(hn::Sub(load(in), hn::Set(d, largest)), hn::Set(d, log_total));
    });
  } else {
    each_vector<How>(
        count, out, [&](auto d, index, auto load) HWY_ATTR { return hn::Div(load(out), hn::Set(d, total)); });
  }
}

/// The same along an axis whose elements are `inner` apart: a vector holds neighbouring rows of it.
template <bool Log, numerics How>
HWY_NOINLINE void softmax_axis(const softmax_layer& l, const float* in, float* out) {
  for (index outer = 0; outer < l.outer; ++outer, in += l.extent * l.inner, out += l.extent * l.inner) {
    if (l.inner == 1) {
      softmax_row<Log, How>(l.extent, in, out);
      continue;
    }
    const tag<isa.lanes, How> d;
    const auto columns = [&](index at, auto load, auto store) HWY_ATTR {
      auto largest = load(in + at), total = hn::Zero(d);
      for (index i = 1; i < l.extent; ++i) largest = larger(d, largest, load(in + at + i * l.inner));
      for (index i = 0; i < l.extent; ++i) {
        const auto e = exp_down_to_zero(d, hn::Sub(load(in + at + i * l.inner), largest));
        total = hn::Add(total, e);
        if constexpr (!Log) store(e, out + at + i * l.inner);
      }
      const auto log_total = Log ? log(d, total) : total;
      for (index i = 0; i < l.extent; ++i) {
        float* to = out + at + i * l.inner;
        if constexpr (Log)
          store(hn::Sub(hn::Sub(load(in + at + i * l.inner), largest), log_total), to);
        else
          store(hn::Div(load(to), total), to);
      }
    };
    index at = 0;
    for (; at + isa.lanes <= l.inner; at += isa.lanes)
      columns(
          at, [&](const float* from) HWY_ATTR { return hn::LoadU(d, from); },
          [&](auto v, float* to) HWY_ATTR { hn::StoreU(v, d, to); });
    if (const auto left = static_cast<size_t>(l.inner - at); left > 0)
      columns(
          at, [&](const float* from) HWY_ATTR { return load_first(d, from, left); },
          [&](auto v, float* to) HWY_ATTR { store_first(v, d, to, left); });
  }
}

/// Local response normalisation of the channels of one pixel.
template <numerics How>
HWY_NOINLINE void response_row(const response_layer& l, index channels, const float* in, float* out) {
  const auto element = [&](auto d, index c, index lo, index hi, auto load) HWY_ATTR {
    auto squares = hn::Zero(d);
    for (index j = lo; j <= hi; ++j) {
      const auto x = load(in + c + j);
      squares = mul_add(d, x, x, squares);
    }
    const auto base = mul_add(d, squares, hn::Set(d, l.scale), hn::Set(d, l.bias));
    return mul(d, load(in + c), exp(d, mul(d, log(d, base), hn::Set(d, -l.beta))));
  };
  const tag<isa.lanes, How> d;
  const tag<1, How> one;
  for (index c = 0; c < channels;) {
    if (c >= l.before && c + isa.lanes + l.behind <= channels) {
      hn::StoreU(
          element(d, c, -l.before, l.behind, [&](const float* from) HWY_ATTR { return hn::LoadU(d, from); }),
          d, out + c);
      c += isa.lanes;
    } else {
      const index lo = HWY_MAX(-l.before, -c), hi = HWY_MIN(l.behind, channels - 1 - c);
      hn::StoreU(element(one, c, lo, hi, [&](const float* from) HWY_ATTR { return hn::LoadU(one, from); }),
                 one, out + c);
      ++c;
    }
  }
}

/// The two inputs between which an output lies, as elements, and how near it is to the second one.
struct between_two {
  index lo, hi;
  float part;
};
inline between_two source_of(const resize_axis& a, bool align_corners, index o) {
  double at =
      align_corners
          ? (a.out == 1
                 ? 0.0
                 : static_cast<double>(o) * static_cast<double>(a.in - 1) / static_cast<double>(a.out - 1))
          : (static_cast<double>(o) + 0.5) * static_cast<double>(a.in) / static_cast<double>(a.out) - 0.5;
  at = HWY_MAX(at, 0.0);
  const index lo = static_cast<index>(at);
  if (lo >= a.in - 1) return {(a.in - 1) * a.in_step, (a.in - 1) * a.in_step, 0.0f};
  return {lo * a.in_step, (lo + 1) * a.in_step, static_cast<float>(at - static_cast<double>(lo))};
}

/// Linear interpolation of an interleaved map.
template <numerics How>
HWY_NOINLINE void resize(const resize_layer& l, index channels, const float* in, float* out) {
  const auto& [planes, rows, columns] = l.axes;
  for (index z = 0; z < planes.out; ++z) {
    const between_two p = source_of(planes, l.align_corners, z);
    for (index v = 0; v < rows.out; ++v) {
      const between_two r = source_of(rows, l.align_corners, v);
      for (index h = 0; h < columns.out; ++h) {
        const between_two c = source_of(columns, l.align_corners, h);
        float* to = out + z * planes.out_step + v * rows.out_step + h * columns.out_step;
        each_vector<How>(channels, to, [&](auto d, index, auto load) HWY_ATTR {
          const auto along = [&](auto lo, auto hi, float part) HWY_ATTR {
            return mul_add(d, hi, hn::Set(d, part), mul(d, lo, hn::Set(d, 1.0f - part)));
          };
          const auto row = [&](const float* from) HWY_ATTR {
            return c.part == 0 ? load(from + c.lo) : along(load(from + c.lo), load(from + c.hi), c.part);
          };
          const auto plane = [&](const float* from) HWY_ATTR {
            return r.part == 0 ? row(from + r.lo) : along(row(from + r.lo), row(from + r.hi), r.part);
          };
          return p.part == 0 ? plane(in + p.lo) : along(plane(in + p.lo), plane(in + p.hi), p.part);
        });
      }
    }
  }
}

}  // namespace tenon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
