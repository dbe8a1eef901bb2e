// What lies beyond the edge, how much of it is taken, and what a stride leaves out. The input is the digits 1
// to 6 and the filter 100, 10, 1: an output then reads like the three digits under its window.
#include "board.hpp"
#include "lecture.hpp"

using namespace lecture;
using namespace tenon::layers;

constexpr tensor<shape{1, 6}> x = {{1, 2, 3, 4, 5, 6}};
constexpr float filter[] = {100, 10, 1};

template <auto... Options>
constexpr auto windows = apply<conv<1, 3, no_bias, Options...>>(x, filter);

// How many outputs: (in + padding - kernel) / stride + 1, rounded down. `full` has every place where the
// window meets the input, `causal` sees nothing after its own place.
static_assert(windows<valid> == tensor<shape{1, 4}>{{123, 234, 345, 456}});
static_assert(windows<same> == tensor<shape{1, 6}>{{12, 123, 234, 345, 456, 560}});
static_assert(windows<full> == tensor<shape{1, 8}>{{1, 12, 123, 234, 345, 456, 560, 600}});
static_assert(windows<causal> == tensor<shape{1, 6}>{{1, 12, 123, 234, 345, 456}});
static_assert(windows<padding{3, 0}> == tensor<shape{1, 7}>{{0, 1, 12, 123, 234, 345, 456}});

// What lies beyond the edge.
static_assert(windows<same, cyclic> == tensor<shape{1, 6}>{{612, 123, 234, 345, 456, 561}});
static_assert(windows<same, reflect> == tensor<shape{1, 6}>{{212, 123, 234, 345, 456, 565}});
static_assert(windows<same, replicate> == tensor<shape{1, 6}>{{112, 123, 234, 345, 456, 566}});

// A dilation pulls the taps apart.
static_assert(windows<valid, dilation{2}> == tensor<shape{1, 2}>{{135, 246}});

// A stride: the convolution, then every second or third element of it.
static_assert(windows<padding{2, 1}, stride{3}> == tensor<shape{1, 3}>{{1, 234, 560}});
// out_extent(in, kernel, stride, padding before, padding behind, dilation)
static_assert(tenon::out_extent(6, 3, 3, 2, 1, 1) == (6 + 2 + 1 - 3) / 3 + 1);

/// Every Step-th element of the last axis.
template <index Step>
constexpr auto every = slice<0, tenon::max_elements, Step, axis{-1}>;

template <index Step, auto... Options>
constexpr bool convolves_then_leaves_out = windows<stride{Step}, Options...> ==
                                           apply<every<Step>>(windows<Options...>);

static_assert(convolves_then_leaves_out<2, valid> && convolves_then_leaves_out<3, valid>);
static_assert(convolves_then_leaves_out<2, full> && convolves_then_leaves_out<3, padding{2, 1}>);
static_assert(convolves_then_leaves_out<2, padding{1}, cyclic> && convolves_then_leaves_out<2, causal>);

// Not with `same`: it asks for ceil(in / stride) outputs, so its padding depends on the stride.
static_assert(windows<stride{2}, same> == tensor<shape{1, 3}>{{123, 345, 560}});
static_assert(apply<every<2>>(windows<same>) == tensor<shape{1, 3}>{{12, 234, 456}});

// In two dimensions: a stride for each axis.
constexpr tensor<shape{1, 5, 6}> image = {{3, 1, 4, 1, 5, 9,  //
                                           2, 6, 5, 3, 5, 8,  //
                                           9, 7, 9, 3, 2, 3,  //
                                           8, 4, 6, 2, 6, 4,  //
                                           3, 3, 8, 3, 2, 7}};
constexpr float corners[] = {1, 0, 1, 0, 0, 0, 1, 0, 1};
constexpr auto dense = apply<conv<1, 3, full, no_bias>>(image, corners);
constexpr auto strided = apply<conv<1, 3, full, stride{2, 3}, no_bias>>(image, corners);
constexpr auto left_out = apply<slice<0, 7, 2, axis{1}> | slice<0, 8, 3, axis{2}>>(dense);
static_assert(strided == left_out && strided.extents == shape{1, 4, 3});

/// A row of the table: the outputs as three digits each.
template <class Outputs>
std::vector<std::string> row(std::string options, const Outputs& y) {
  std::string digits;
  for (const float window : y) digits += (digits.empty() ? "" : " ") + fixed(window / 1000, 3).substr(2);
  return {std::move(options), digits, std::to_string(y.size())};
}

int main() {
  heading("conv<1, 3> on 1 2 3 4 5 6; an output is written as the digits under its window.");
  table({{"options", "windows", "outputs"},
         row("valid (the default)", windows<valid>),
         row("same", windows<same>),
         row("full", windows<full>),
         row("causal", windows<causal>),
         row("padding{3, 0}", windows<padding{3, 0}>),
         row("same, cyclic", windows<same, cyclic>),
         row("same, reflect", windows<same, reflect>),
         row("same, replicate", windows<same, replicate>),
         row("dilation{2}", windows<valid, dilation{2}>),
         row("stride{2}", windows<valid, stride{2}>),
         row("full, stride{2}", windows<full, stride{2}>),
         row("padding{2, 1}, stride{3}", windows<padding{2, 1}, stride{3}>),
         row("same, stride{2}", windows<same, stride{2}>)},
        2);

  heading("A stride of 2 rows and 3 columns is the convolution, of which only those are kept.");
  draw({grid("conv<1, 3, full>", dense), grid("stride{2, 3}", strided)});
}
