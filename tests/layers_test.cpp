// Every layer in one, two and three dimensions: the shape it gives, what it has of parameters, and how it is
// spelled. Values are those of the PyTorch module and the ONNX operator that layers.hpp names.
#include "tenon/layers/layers.hpp"

#include "catch.hpp"
#include "tenon/model.hpp"

using namespace tenon::layers;
using tenon::shape;

namespace {

template <auto Expression>
struct net : tenon::model<Expression> {};
template <auto Expression>
constexpr shape out = net<Expression>::output_shape;
template <auto Expression>
constexpr tenon::index parameters = net<Expression>::parameter_count;
template <auto Expression>
constexpr tenon::index macs = net<Expression>::mac_count;
template <auto Expression>
constexpr tenon::index connections = net<Expression>::connection_count;

// A signal, an image, a volume; each with 4 channels.
constexpr auto signal = input<4, 20>;
constexpr auto image = input<4, 12, 10>;
constexpr auto volume = input<4, 6, 8, 10>;

// ---- the arithmetic of convolutions: the table of vdumoulin/conv_arithmetic
// ------------------------------------------

/// One row: variant | i | k | s | p | d | o | transposed (o -> i, with its output padding).
template <tenon::index I, tenon::index K, tenon::index S, tenon::index P, tenon::index D, tenon::index O>
constexpr bool convolves = [] {
  constexpr auto c = conv<1, K, stride{S}, padding{P}, dilation{D}>;
  return out<input<1, I> | c> == shape{1, O} && out<input<1, I, I> | c> == shape{1, O, O} &&
         out<input<1, I, I, I> | c> == shape{1, O, O, O};
}();
template <tenon::index I, tenon::index K, tenon::index S, tenon::index P, tenon::index O, tenon::index Extra>
constexpr bool transposes = [] {
  constexpr auto t = conv_transpose<1, K, stride{S}, padding{P}, output_padding{Extra}>;
  return out<input<1, O> | t> == shape{1, I} && out<input<1, O, O> | t> == shape{1, I, I} &&
         out<input<1, O, O, O> | t> == shape{1, I, I, I};
}();
static_assert(convolves<4, 3, 1, 0, 1, 2> && transposes<4, 3, 1, 0, 2, 0>);  // no padding, no strides
static_assert(convolves<5, 4, 1, 2, 1, 6> && transposes<5, 4, 1, 2, 6, 0>);  // arbitrary padding
static_assert(convolves<5, 3, 1, 1, 1, 5> && transposes<5, 3, 1, 1, 5, 0>);  // half (same) padding
static_assert(convolves<5, 3, 1, 2, 1, 7> && transposes<5, 3, 1, 2, 7, 0>);  // full padding
static_assert(convolves<5, 3, 2, 0, 1, 2> && transposes<5, 3, 2, 0, 2, 0>);  // no padding, strides
static_assert(convolves<5, 3, 2, 1, 1, 3> && transposes<5, 3, 2, 1, 3, 0>);  // padding, strides
static_assert(convolves<6, 3, 2, 1, 1, 3> && transposes<6, 3, 2, 1, 3, 1>);  // padding, strides (odd)
static_assert(convolves<7, 3, 1, 0, 2, 3>);                                  // dilation

// ---- conv
// ------------------------------------------------------------------------------------------------------------

static_assert(out<signal | conv<6, 5>> == shape{6, 16} && parameters<signal | conv<6, 5>> == 6 * 4 * 5 + 6);
static_assert(out<image | conv<6, 5>> == shape{6, 8, 6} && parameters<image | conv<6, 5>> == 6 * 4 * 25 + 6);
static_assert(out<volume | conv<6, 5>> == shape{6, 2, 4, 6} &&
              parameters<volume | conv<6, 5>> == 6 * 4 * 125 + 6);
static_assert(macs<signal | conv<6, 5>> == 6 * 16 * 4 * 5 && macs<image | conv<6, 5>> == 6 * 48 * 4 * 25 &&
              macs<volume | conv<6, 5>> == 6 * 48 * 4 * 125);
static_assert(connections<image | conv<6, 5>> == 6 * 48 * (4 * 25 + 1));
static_assert(connections<image | conv<6, 5, no_bias>> == macs<image | conv<6, 5, no_bias>>);
static_assert(out<volume | conv<2, extent{1, 3, 5}, stride{1, 2, 3}, padding{0, 1, 2}>> == shape{2, 6, 4, 4});
static_assert(out<signal | conv<2, 3, padding{4, 1}>> == shape{2, 23});  // per side
static_assert(out<volume | conv<2, 3, padding{1, 1, 1, 0, 0, 0}>> ==
              shape{2, 5, 7, 9});  // all beginnings first
static_assert(out<signal | conv<2, 3, dilation{4}>> == shape{2, 12});
static_assert(out<signal | conv<2, 4, same, stride{3}>> == shape{2, 7} &&
              out<volume | conv<2, 4, same_lower, stride{3}>> == shape{2, 2, 3, 4});
static_assert(out<image | conv<2, 4, same_torch>> == shape{2, 12, 10} &&
              out<image | conv<2, 4, full>> == shape{2, 15, 13} &&
              out<image | conv<2, 4, valid>> == shape{2, 9, 7});
static_assert(out<signal | conv<2, 3, causal, dilation{5}>> == shape{2, 20} &&
              out<signal | conv<2, 3, causal, stride{2}>> == shape{2, 10});
static_assert(parameters<volume | conv<8, 3, groups{2}>> == 8 * 2 * 27 + 8 &&
              parameters<volume | conv<8, 3, depthwise>> == 8 * 27 + 8 &&
              macs<volume | conv<8, 3, depthwise>> == 8 * (4 * 6 * 8) * 27);
static_assert(parameters<image | conv<6, 5, untied_bias>> == 6 * 4 * 25 + 6 * 48 &&
              connections<image | conv<6, 5, untied_bias>> == connections<image | conv<6, 5>>);
static_assert(out<image | conv<6, 5, flipped>> == out<image | conv<6, 5>>);
// An edge that is not zeros pads as much.
static_assert(out<image | conv<6, 5, same, cyclic>> == shape{6, 12, 10} &&
              out<signal | conv<6, 5, padding{2, 0}, reflect>> == shape{6, 18} &&
              out<volume | conv<6, 3, full, replicate, stride{2}>> == shape{6, 4, 5, 6});
static_assert(parameters<image | conv<6, 5, same, cyclic>> == parameters<image | conv<6, 5>> &&
              macs<image | conv<6, 5, same, cyclic>> == macs<image | conv<6, 5, same>>);
static_assert(out<input<1, 3, 3> | conv<1, 3, full, cyclic>> == shape{1, 5, 5});
// Parameters do not depend on the image: weights are shared over positions.
static_assert(parameters<input<3, 8, 8> | conv<4, 3>> == parameters<input<3, 800, 600> | conv<4, 3>>);

// ---- conv_transpose: the weight is IC x OC/G x K
// ---------------------------------------------------------------------

static_assert(out<signal | conv_transpose<6, 4, stride{2}, padding{1}>> == shape{6, 40} &&
              out<image | conv_transpose<6, 4, stride{2}, padding{1}>> == shape{6, 24, 20} &&
              out<volume | conv_transpose<6, 4, stride{2}, padding{1}>> == shape{6, 12, 16, 20});
static_assert(out<signal | conv_transpose<6, 3, dilation{2}>> == shape{6, 24});
static_assert(out<image | conv_transpose<6, 3, padding{1, 0, 0, 2}>> == shape{6, 13, 10});
static_assert(out<image | conv_transpose<6, 3, stride{2}, same>> == shape{6, 24, 20} &&
              out<image | conv_transpose<6, 1, stride{3}, same_lower>> == shape{6, 36, 30} &&
              out<image | conv_transpose<6, 3, full>> == shape{6, 10, 8});
static_assert(out<image | conv_transpose<6, 3, stride{3, 2}, dilation{1, 4}, output_padding{2, 3}>> ==
              shape{6, 38, 30});
static_assert(parameters<image | conv_transpose<6, extent{3, 5}>> == 4 * 6 * 15 + 6 &&
              parameters<image | conv_transpose<6, 3, groups{2}, no_bias>> == 4 * 3 * 9 &&
              macs<image | conv_transpose<6, 3, groups{2}>> == 4 * 120 * 3 * 9 &&
              connections<image | conv_transpose<6, 3>> == 4 * 120 * 6 * 9 + 6 * 14 * 12);

// ---- local: as conv, every output position has filters of its own
// ----------------------------------------------------

static_assert(out<signal | local<6, 5, stride{3}>> == shape{6, 6} &&
              parameters<signal | local<6, 5, stride{3}>> == 6 * 6 * (4 * 5 + 1));
static_assert(out<image | local<6, 5>> == shape{6, 8, 6} && parameters<image | local<6, 5>> == 6 * 48 * 101 &&
              connections<image | local<6, 5>> == parameters<image | local<6, 5>>);
static_assert(out<volume | local<2, 3, no_bias, same, cyclic>> == shape{2, 6, 8, 10} &&
              parameters<volume | local<2, 3, no_bias, same, cyclic>> == 2 * 480 * 4 * 27);

// ---- linear
// -----------------------------------------------------------------------------------------------------------

static_assert(out<image | flatten | linear<7>> == shape{7} &&
              parameters<image | flatten | linear<7>> == 3367 && macs<image | flatten | linear<7>> == 3360 &&
              connections<image | flatten | linear<7>> == 3367 &&
              parameters<image | flatten | linear<7, no_bias>> == 3360);

// ---- pools
// -------------------------------------------------------------------------------------------------------------

static_assert(out<signal | max_pool<3>> == shape{4, 6} && out<image | max_pool<3>> == shape{4, 4, 3} &&
              out<volume | max_pool<3>> == shape{4, 2, 2, 3});
static_assert(out<signal | max_pool<3, ceil_mode>> == shape{4, 7} &&
              out<image | avg_pool<3, ceil_mode>> == shape{4, 4, 4} &&
              out<volume | l2_pool<3, ceil_mode>> == shape{4, 2, 3, 4});
static_assert(out<image | max_pool<3, stride{1}, dilation{2}>> == shape{4, 8, 6} &&
              out<signal | avg_pool<3, dilation{3}, stride{2}, padding{2}>> == shape{4, 9} &&
              out<volume | lp_pool<3, 2, dilation{2}, stride{1}>> == shape{4, 4, 6, 8});
static_assert(out<image | max_pool<3, stride{2}, same>> == shape{4, 6, 5} &&
              out<image | max_pool<extent{12, 1}>> == shape{4, 1, 10} &&
              out<image | avg_pool<3, stride{1}, padding{1}, exclude_padding>> == shape{4, 12, 10});
static_assert(out<image | l1_pool<2>> == shape{4, 6, 5} && out<image | linf_pool<2>> == shape{4, 6, 5} &&
              out<signal | lp_pool<infinity, 4>> == shape{4, 5});
static_assert(out<signal | global_max_pool> == shape{4, 1} &&
              out<image | global_avg_pool> == shape{4, 1, 1} &&
              out<volume | global_lp_pool<2>> == shape{4, 1, 1, 1});
static_assert(out<signal | adaptive_avg_pool<7>> == shape{4, 7} &&
              out<image | adaptive_avg_pool<extent{5, 20}>> == shape{4, 5, 20} &&
              out<volume | adaptive_avg_pool<1>> == shape{4, 1, 1, 1});

// ---- normalisation: weight and bias, and for batch norms the running statistics in the file
// ---------------------------------

static_assert(parameters<signal | batch_norm> == 8 && parameters<volume | batch_norm> == 8 &&
              net<image | batch_norm>::weight_bytes == 4 * 16 && parameters<input<9> | batch_norm> == 18);
static_assert(parameters<signal | instance_norm> == 8 && parameters<volume | instance_norm> == 8 &&
              parameters<image | instance_norm_with<no_affine>> == 0);
static_assert(parameters<image | layer_norm> == 2 * 480 &&
              parameters<image | layer_norm_with<axis{1}>> == 2 * 120 &&
              parameters<image | layer_norm_with<axis{-1}>> == 2 * 10 &&
              parameters<image | layer_norm_with<per_position>> == 8 &&
              parameters<image | layer_norm_with<no_affine>> == 0 && parameters<input<9> | layer_norm> == 18);
static_assert(parameters<signal | group_norm<2>> == 8 && parameters<image | group_norm<4, no_affine>> == 0 &&
              parameters<input<9> | group_norm<3>> == 18);
static_assert(out<image | local_response_norm<5, alpha{1e-4}, beta{0.75}, bias{2}>> == shape{4, 12, 10});

// ---- element by element, and along an axis: nothing changes
// -----------------------------------------------------------------

constexpr auto activations = relu | relu6 | leaky_relu<> | leaky_relu<slope{0.2}> | sigmoid | hard_swish |
                             elu | elu_with<alpha{2}> | selu | celu | celu_with<alpha{2}> | gelu | gelu_tanh |
                             silu | mish | hard_sigmoid | hard_sigmoid_with<alpha{0.2}, beta{0.5}> |
                             softplus | softsign | thresholded_relu<1> | clip<-1, 1> | multiply_by<0.5> |
                             add_constant<3> | tanh | exp | log | softmax | log_softmax |
                             softmax_with<axis{-1}> | log_softmax_with<axis{-1}> | dropout | identity;
static_assert(out<signal | activations> == shape{4, 20} && parameters<signal | activations> == 0);
static_assert(out<image | activations> == shape{4, 12, 10} && macs<image | activations> == 0);
static_assert(out<volume | activations> == shape{4, 6, 8, 10} && connections<volume | activations> == 0);
static_assert(out<input<9> | activations> == shape{9});
static_assert(parameters<image | scale> == 4 && parameters<volume | shift> == 4 &&
              parameters<signal | prelu> == 4 && parameters<input<9> | prelu> == 9 &&
              out<volume | scale | shift | prelu> == shape{4, 6, 8, 10});

// ---- what moves elements
// ----------------------------------------------------------------------------------------------

static_assert(out<signal | flatten> == shape{80} && out<volume | flatten> == shape{1920});
static_assert(out<image | reshape<-1>> == shape{480} && out<image | reshape<8, -1, 5>> == shape{8, 12, 5} &&
              out<input<64> | reshape<4, 4, 4>> == shape{4, 4, 4} &&
              out<input<64> | reshape<2, 2, 2, 2, 2, 2>> == shape{2, 2, 2, 2, 2, 2});
static_assert(out<input<4, 1, 1> | expand<4, 12, 10>> == shape{4, 12, 10} &&
              out<input<1, 20> | expand<4, 20>> == shape{4, 20});
static_assert(out<image | permute<1, 2, 0>> == shape{12, 10, 4} &&
              out<signal | permute<1, 0>> == shape{20, 4} &&
              out<volume | permute<3, 0, 2, 1>> == shape{10, 4, 8, 6});
static_assert(out<input<4, 1, 10> | squeeze<>> == shape{4, 10} &&
              out<input<4, 1, 1> | squeeze<-1>> == shape{4, 1} &&
              out<input<1, 1, 1> | squeeze<>> == shape{1} && out<input<1, 1, 9> | squeeze<0, 1>> == shape{9});
// Begin, end and step as in ONNX: clamped, negative ones from the end.
static_assert(out<image | slice<1, 3>> == shape{2, 12, 10} &&
              out<image | slice<0, 4, 3>> == shape{2, 12, 10} &&
              out<image | slice<-3, 1'000'000, axis{1}>> == shape{4, 3, 10} &&
              out<image | slice<9, -11, -2, axis{2}>> == shape{4, 12, 5} &&
              out<image | slice<-100, -1, axis{-1}>> == shape{4, 12, 9} &&
              out<image | slice<-100, -1000, -1, axis{-1}>> == shape{4, 12, 1} &&
              out<signal | slice<0, 20, 20, axis{1}>> == shape{4, 1} &&
              out<volume | slice<2, 4, axis{3}>> == shape{4, 6, 8, 2});
static_assert(out<image | split<1, 2>> == shape{2, 12, 10} &&
              out<image | split<2, 3, axis{1}>> == shape{4, 4, 10});
static_assert(out<signal | pad<padding{1, 2}>> == shape{4, 23} &&
              out<image | pad<padding{1}>> == shape{4, 14, 12} &&
              out<image | pad<padding{12, 10}, cyclic>> == shape{4, 36, 30} &&
              out<image | pad<padding{11, 9}, reflect>> == shape{4, 34, 28} &&
              out<volume | pad<padding{9, 0, 0, 0, 0, 9}, replicate>> == shape{4, 15, 8, 19} &&
              out<image | pad<padding{1, 2, 3, 4}, fill{-1}>> == shape{4, 16, 16});
static_assert(out<signal | crop<extent{1, 2}>> == shape{4, 17} && out<image | crop<2>> == shape{4, 8, 6} &&
              out<image | crop<extent{1, 2}>> == shape{4, 10, 6} &&
              out<image | crop<extent{1, 2, 3, 4}>> == shape{4, 8, 4} &&
              out<volume | crop<extent{0, 0, 0, 5, 7, 9}>> == shape{4, 1, 1, 1});
static_assert(out<signal | upsample<3>> == shape{4, 60} &&
              out<image | upsample<extent{1, 2}>> == shape{4, 12, 20} &&
              out<image | upsample<2, bilinear>> == shape{4, 24, 20} &&
              out<volume | upsample<2, bilinear, align_corners>> == shape{4, 12, 16, 20});
static_assert(out<image | pixel_shuffle<2>> == shape{1, 24, 20} &&
              out<image | pixel_unshuffle<2>> == shape{16, 6, 5} &&
              out<image | channel_shuffle<2>> == shape{4, 12, 10} &&
              out<input<6> | channel_shuffle<3>> == shape{6});

// ---- joins
// ------------------------------------------------------------------------------------------------------------

static_assert(out<image | (identity + relu)> == shape{4, 12, 10});
static_assert(out<image | (identity * (global_avg_pool | conv<4, 1>))> == shape{4, 12, 10} &&
              out<image | (conv<1, 1> - identity)> == shape{4, 12, 10} &&
              out<volume | maximum(identity, max_pool<extent{6, 1, 1}>, conv<1, 1>)> == shape{4, 6, 8, 10} &&
              out<image | (max_pool<extent{12, 1}> * max_pool<extent{1, 10}>)> == shape{4, 12, 10});
static_assert(out<image | concat(identity, conv<3, 1>, relu)> == shape{11, 12, 10} &&
              out<signal | concat_along<1>(identity, max_pool<2>)> == shape{4, 30} &&
              out<volume | concat_along<3>(identity, crop<extent{0, 0, 4}>)> == shape{4, 6, 8, 12} &&
              out<image | concat_along<-1>(relu, relu)> == shape{4, 12, 20} &&
              out<input<9> | concat(linear<3>, identity)> == shape{12});
static_assert(out<image | concat(conv<3, 1>)> == shape{3, 12, 10});  // of one alone

// ---- extents beyond those of any machine: no arithmetic overflows, and what fits is right
// -------------------------------------

constexpr tenon::index huge = tenon::max_elements;
static_assert(out<input<1, huge> | conv<1, 1, stride{huge}>> == shape{1, 1} &&
              out<input<1, huge> | max_pool<huge>> == shape{1, 1} &&
              out<input<1, huge> | conv<1, 2, dilation{huge - 1}>> == shape{1, 1} &&
              macs<input<1, huge> | conv<1, huge, no_bias>> == huge);
static_assert(macs<input<1, 1 << 30> | conv<1, 1 << 30, same>> == tenon::index(1) << 60);
static_assert(out<input<4, 8> | slice<0, INT64_MAX, INT64_MAX>> == shape{1, 8} &&
              out<input<4, 8> | slice<INT64_MAX, INT64_MIN, INT64_MIN>> == shape{1, 8});
static_assert(out<input<1, 1> | conv_transpose<1, huge, no_bias>> == shape{1, huge} &&
              out<input<1, 1> | upsample<huge>> == shape{1, huge} &&
              out<input<1, 2> | conv_transpose<1, 1, stride{huge - 1}>> == shape{1, huge});
static_assert(out<input<1, huge> | adaptive_avg_pool<huge - 1>> == shape{1, huge - 1});
static_assert(out<input<huge> | reshape<1, -1>> == shape{1, huge});

// ---- five networks of LeCun, Generalization and network design strategies (1989)
// ----------------------------------------------
// Images of 16x16, ten outputs. 16 -> 8 with windows of 3 and 8 -> 4 with windows of 5, both with a stride of
// 2, take 1 and 3 elements of padding in all, which is what `same` gives. Where weights are shared, biases
// are not.

using Net1 = net<input<1, 16, 16> | flatten | linear<10>>;
using Net2 = net<input<1, 16, 16> | flatten | linear<12> | tanh | linear<10>>;
using Net3 = net<input<1, 16, 16> | local<1, 3, stride{2}, same> | tanh | local<1, 5, stride{2}, same> |
                 tanh | flatten | linear<10>>;
using Net4 = net<input<1, 16, 16> | conv<2, 3, stride{2}, same, untied_bias> | tanh |
                 local<1, 5, stride{2}, same> | tanh | flatten | linear<10>>;
using Net5 = net<input<1, 16, 16> | conv<2, 3, stride{2}, same, untied_bias> | tanh |
                 conv<4, 5, stride{2}, same, untied_bias> | tanh | flatten | linear<10>>;
static_assert(Net1::parameter_count == 2'570 && Net1::connection_count == 2'570);
static_assert(Net2::parameter_count == 3'214 && Net2::connection_count == 3'214);
static_assert(Net3::parameter_count == 1'226 && Net3::connection_count == 1'226);
static_assert(Net4::parameter_count == 1'132 && Net4::connection_count == 2'266);
static_assert(Net5::parameter_count == 1'060 && Net5::connection_count == 5'194);

// ---- spelling: a layer as it is written
// -------------------------------------------------------------------------------

template <class Layer>
constexpr bool is_spelled(Layer, std::string_view text) {
  return spell(Layer::attr).view() == text;
}
/// What the macro's argument is, written by the compiler and by tenon.
#define SPELLS(...) is_spelled(__VA_ARGS__, #__VA_ARGS__)

static_assert(SPELLS(input<1, 28, 28>) && SPELLS(input<10>));
static_assert(SPELLS(conv<16, 5>) &&
              SPELLS(conv<16, extent{1, 7}, stride{2}, dilation{1, 3}, padding{1, 2, 3, 4}>));
static_assert(SPELLS(conv<16, 5, same, cyclic, groups{4}, no_bias, flipped>) &&
              SPELLS(conv<16, 5, full, depthwise, untied_bias>) && SPELLS(conv<16, 3, causal, zeros>));
static_assert(SPELLS(conv_transpose<16, 4, stride{2}, padding{1}, output_padding{1}, groups{2}, no_bias>));
static_assert(SPELLS(local<2, 3, same_lower, replicate, no_bias>) && SPELLS(linear<10, no_bias>) &&
              SPELLS(linear<10>));
static_assert(SPELLS(max_pool<2>) && SPELLS(max_pool<3, stride{2}, dilation{2}, same, ceil_mode>) &&
              SPELLS(avg_pool<extent{2, 3}, valid, exclude_padding>));
static_assert(SPELLS(lp_pool<3, 2>) && SPELLS(lp_pool<infinity, 2, stride{1}>) &&
              is_spelled(l1_pool<2>, "lp_pool<1, 2>") && SPELLS(global_lp_pool<infinity>));
static_assert(SPELLS(global_max_pool) && SPELLS(global_avg_pool) && SPELLS(adaptive_avg_pool<extent{1, 7}>));
static_assert(SPELLS(batch_norm) && SPELLS(batch_norm_with<epsilon{0.001}>) && SPELLS(instance_norm) &&
              SPELLS(instance_norm_with<no_affine, epsilon{0.5}>) && SPELLS(layer_norm) &&
              SPELLS(layer_norm_with<axis{-1}, no_affine>) && SPELLS(layer_norm_with<per_position>) &&
              SPELLS(group_norm<4, no_affine>) &&
              SPELLS(local_response_norm<5, alpha{0.5}, beta{0.25}, bias{2}>));
static_assert(SPELLS(scale) && SPELLS(shift) && SPELLS(prelu) && SPELLS(relu) && SPELLS(relu6) &&
              SPELLS(leaky_relu<>) && SPELLS(leaky_relu<slope{0.2}>) && SPELLS(sigmoid) &&
              SPELLS(hard_swish) && SPELLS(elu) && SPELLS(elu_with<alpha{2}>) && SPELLS(selu) &&
              SPELLS(celu) && SPELLS(celu_with<alpha{0.5}>) && SPELLS(gelu) && SPELLS(gelu_tanh) &&
              SPELLS(silu) && SPELLS(mish) && SPELLS(hard_sigmoid) &&
              SPELLS(hard_sigmoid_with<alpha{0.2}, beta{0.5}>) && SPELLS(softplus) && SPELLS(softsign) &&
              SPELLS(thresholded_relu<1>) && SPELLS(clip<-1, 0.5>) && SPELLS(multiply_by<0.5>) &&
              SPELLS(add_constant<-3>));
static_assert(is_spelled(tanh_layer{}, "tanh") && is_spelled(exp_layer{}, "exp") &&
              is_spelled(log_layer{}, "log"));
static_assert(SPELLS(softmax) && SPELLS(softmax_with<axis{1}>) && SPELLS(log_softmax) &&
              SPELLS(log_softmax_with<axis{-1}>));
static_assert(SPELLS(flatten) && SPELLS(reshape<-1, 4, 4>) && SPELLS(expand<4, 8, 8>) &&
              SPELLS(permute<1, 2, 0>) && SPELLS(squeeze<>) && SPELLS(squeeze<1, 2>) && SPELLS(slice<0, 8>) &&
              SPELLS(slice<-1, -9, -2, axis{2}>) && SPELLS(split<1, 2>) && SPELLS(split<1, 2, axis{1}>));
static_assert(SPELLS(pad<padding{1, 2}, reflect>) && SPELLS(pad<padding{1}, fill{3.5}>) && SPELLS(crop<2>) &&
              SPELLS(crop<extent{1, 2, 3, 4}>) && SPELLS(upsample<2>) &&
              SPELLS(upsample<extent{1, 2}, nearest>) && SPELLS(upsample<2, bilinear, align_corners>) &&
              SPELLS(pixel_shuffle<2>) && SPELLS(pixel_unshuffle<2>) && SPELLS(channel_shuffle<4>) &&
              SPELLS(dropout) && SPELLS(identity));
// Options come in any order and are spelled in one.
static_assert(is_spelled(conv<6, 3, no_bias, padding{1}, stride{2}>,
                         "conv<6, 3, stride{2}, padding{1}, no_bias>"));
#undef SPELLS

TEST_CASE("every kind of layer has a name of its own") {
  for (int i = 0; i <= static_cast<int>(tenon::op::concat); ++i)
    for (int j = 0; j < i; ++j)
      CHECK(tenon::spelling(static_cast<tenon::op>(i)) != tenon::spelling(static_cast<tenon::op>(j)));
}

}  // namespace
