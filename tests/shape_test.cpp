// Output extents: every row of the table of vdumoulin/conv_arithmetic, ceil mode as PyTorch has it, padding
// by name.
#include "tenon/shape.hpp"

#include "catch.hpp"
#include "tenon/model.hpp"

using namespace tenon::layers;
using tenon::out_extent;
using tenon::out_extent_ceil;
using tenon::shape;

namespace {

template <auto Expression>
constexpr shape out = [] {
  constexpr auto g = tenon::infer(tenon::make_graph<std::remove_const_t<decltype(Expression)>>());
  static_assert(!g.error);
  return g.view().nodes.back().out;
}();

}  // namespace

// in, kernel, stride, pad_lo, pad_hi, dilation
static_assert(out_extent(4, 3, 1, 0, 0, 1) == 2);  // no padding, no strides
static_assert(out_extent(5, 4, 1, 2, 2, 1) == 6);  // arbitrary padding
static_assert(out_extent(5, 3, 1, 1, 1, 1) == 5);  // half (same) padding
static_assert(out_extent(5, 3, 1, 2, 2, 1) == 7);  // full padding
static_assert(out_extent(5, 3, 2, 0, 0, 1) == 2);  // no padding, strides
static_assert(out_extent(5, 3, 2, 1, 1, 1) == 3);  // padding, strides
static_assert(out_extent(6, 3, 2, 1, 1, 1) == 3);  // padding, strides (odd)
static_assert(out_extent(7, 3, 1, 0, 0, 2) == 3);  // dilation

// The same through the language.
static_assert(out<input<1, 4, 4> | conv<1, 3>> == shape{1, 2, 2});
static_assert(out<input<1, 5, 5> | conv<1, 4, padding{2}>> == shape{1, 6, 6});
static_assert(out<input<1, 5, 5> | conv<1, 3, padding{1}>> == shape{1, 5, 5});
static_assert(out<input<1, 5, 5> | conv<1, 3, same>> == shape{1, 5, 5});
static_assert(out<input<1, 5, 5> | conv<1, 3, full>> == shape{1, 7, 7});
static_assert(out<input<1, 5, 5> | conv<1, 3, stride{2}, valid>> == shape{1, 2, 2});
static_assert(out<input<1, 5, 5> | conv<1, 3, padding{1}, stride{2}>> == shape{1, 3, 3});
static_assert(out<input<1, 6, 6> | conv<1, 3, stride{2}, padding{1}>> == shape{1, 3, 3});
static_assert(out<input<1, 7, 7> | conv<1, 3, dilation{2}>> == shape{1, 3, 3});

// Kernels that are not square, options per axis and per side.
static_assert(out<input<3, 10, 20> | conv<8, extent{1, 7}>> == shape{8, 10, 14});
static_assert(out<input<3, 10, 20> | conv<8, extent{7, 1}, stride{2, 3}>> == shape{8, 2, 7});
static_assert(out<input<3, 10, 20> | conv<8, 3, dilation{1, 4}>> == shape{8, 8, 12});
static_assert(out<input<3, 10, 20> | conv<8, 3, padding{0, 2}>> == shape{8, 8, 22});
static_assert(out<input<3, 10, 20> | conv<8, 3, padding{1, 2, 3, 4}>> == shape{8, 12, 24});
static_assert(out<input<3, 10, 20> | max_pool<extent{2, 5}>> == shape{3, 5, 4});
static_assert(out<input<3, 10, 20> | avg_pool<3, stride{1}>> == shape{3, 8, 18});
static_assert(out<input<3, 10, 20> | max_pool<3, stride{2}, padding{1}>> == shape{3, 5, 10});
static_assert(out<input<3, 10, 20> | global_avg_pool> == shape{3, 1, 1});
static_assert(out<input<3, 10, 20> | flatten> == shape{600});
static_assert(out<input<3, 10, 20> | conv<12, 3, groups{3}>> == shape{12, 8, 18});
static_assert(out<input<3, 10, 20> | conv<6, 3, depthwise>> == shape{6, 8, 18});

// Layers that change no extents.
static_assert(out<input<3, 10, 20> | batch_norm | relu | relu6 | leaky_relu<> | sigmoid | tanh | hard_swish |
                  softmax | dropout | identity> == shape{3, 10, 20});

// `same` gives ceil(in / stride) outputs whatever the kernel; the odd element of padding goes to the end,
// with `same_lower` to the beginning.
static_assert(out<input<1, 28, 28> | conv<1, 4, same>> == shape{1, 28, 28});
static_assert(out<input<1, 28, 29> | conv<1, 5, same, stride{3}>> == shape{1, 10, 10});
static_assert(out<input<1, 28, 29> | conv<1, 5, same_lower, stride{3}, dilation{2}>> == shape{1, 10, 10});
static_assert(out<input<1, 4, 4> | conv<1, 1, same, stride{3}>> == shape{1, 2, 2});
static_assert(out<input<1, 7, 7> | max_pool<2, same>> == shape{1, 4, 4});

template <auto Expression>
constexpr tenon::window last_window =
    tenon::infer(tenon::make_graph<std::remove_const_t<decltype(Expression)>>()).view().nodes.back().win;

constexpr tenon::window upper = last_window<input<1, 28, 28> | conv<1, 4, same>>;
static_assert(upper.pad_lo[0] == 1 && upper.pad_hi[0] == 2 && upper.pad_lo[1] == 1 && upper.pad_hi[1] == 2);
constexpr tenon::window lower_side = last_window<input<1, 28, 28> | conv<1, 4, same_lower>>;
static_assert(lower_side.pad_lo[0] == 2 && lower_side.pad_hi[0] == 1);
constexpr tenon::window per_side = last_window<input<1, 28, 28> | conv<1, 4, padding{1, 2, 3, 0}>>;
static_assert(per_side.pad_lo[0] == 1 && per_side.pad_lo[1] == 2 && per_side.pad_hi[0] == 3 &&
              per_side.pad_hi[1] == 0);

// The largest sizes stay within 64 bits.
static_assert(
    !shape(tenon::max_elements, tenon::max_elements, tenon::max_elements, tenon::max_elements).fits());
static_assert(shape(tenon::max_elements, 1, 1).fits() && !shape(tenon::max_elements, 2).fits() &&
              !shape(0, 1, 1).fits());

TEST_CASE("ceil mode drops a window that would start in the padding at the end, as in PyTorch") {
  for (tenon::index in = 1; in <= 12; ++in)
    for (tenon::index kernel = 1; kernel <= 5; ++kernel)
      for (tenon::index stride = 1; stride <= 5; ++stride)
        for (tenon::index pad = 0; pad < kernel; ++pad) {
          if (in + 2 * pad < kernel) continue;
          // Counted, not computed: windows start every `stride` elements, and one counts as long as it starts
          // within the map or the padding before it, and the one before it did not reach the end of the
          // padding.
          tenon::index windows = 1;
          for (tenon::index start = -pad + stride; start < in && start - stride + kernel < in + pad;
               start += stride)
            ++windows;
          CHECK(out_extent_ceil(in, kernel, stride, pad, pad, 1) == windows);

          tenon::index whole = 0;
          for (tenon::index start = -pad; start + kernel <= in + pad; start += stride) ++whole;
          CHECK(out_extent(in, kernel, stride, pad, pad, 1) == whole);
        }
}

TEST_CASE("same padding gives ceil(in / stride) outputs") {
  for (tenon::index in = 1; in <= 16; ++in)
    for (tenon::index kernel = 1; kernel <= 7; ++kernel)
      for (tenon::index stride = 1; stride <= 4; ++stride)
        for (tenon::index dilation = 1; dilation <= 3; ++dilation) {
          const tenon::index total = tenon::same_padding(in, kernel, stride, dilation);
          CHECK(out_extent(in, kernel, stride, total / 2, total - total / 2, dilation) ==
                (in + stride - 1) / stride);
        }
}
