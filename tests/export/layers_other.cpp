#include "layers.hpp"

namespace exported {
namespace {

inline constexpr auto every_operation = [](auto x) {
  return where(x < 0.25, exp(x) * tanh(x) - sigmoid(-x), log(max(x, 0.5)) + sqrt(abs(x)) / min(x + 2, 3));
};
inline constexpr auto erf_of_half = [](auto x) { return where(x >= 0, erf(x / 2), x); };
inline constexpr auto nothing = [](auto x) { return x; };
inline constexpr auto seven = [](auto x) { return where(x < 1, 7, 7) * 0 + sqrt(decltype(x)(49)); };
inline constexpr auto always = [](auto x) { return exp(decltype(x)(0)) + 1; };

}  // namespace

// clang-format off
const std::vector<entry> norms = {
    {"batch_norm", &save_net<input<5, 6, 7> | batch_norm>},
    {"batch_norm_vector", &save_net<input<5> | batch_norm_with<epsilon{1e-3}>>},
    {"batch_norm_3d", &save_net<input<5, 2, 3, 4> | batch_norm>},
    {"instance_norm", &save_net<input<5, 6, 7> | instance_norm>},
    {"instance_norm_1d", &save_net<input<5, 9> | instance_norm_with<epsilon{0.1}, no_affine>>},
    {"layer_norm", &save_net<input<5, 6, 7> | layer_norm>},
    {"layer_norm_vector", &save_net<input<50> | layer_norm>},
    {"layer_norm_axis", &save_net<input<5, 6, 7> | layer_norm_with<axis{-1}, epsilon{0.1}>>},
    {"layer_norm_no_affine", &save_net<input<5, 6, 7> | layer_norm_with<axis{1}, no_affine>>},
    {"layer_norm_per_position", &save_net<input<5, 6, 7> | layer_norm_with<per_position>>},
    {"layer_norm_per_position_1d", &save_net<input<5, 6> | layer_norm_with<per_position, no_affine>>},
    {"layer_norm_per_position_vector", &save_net<input<5> | layer_norm_with<per_position>>},
    {"group_norm", &save_net<input<6, 6, 7> | group_norm<3>>},
    {"group_norm_no_affine", &save_net<input<6, 7> | group_norm<2, no_affine, epsilon{0.1}>>},
    {"group_norm_vector", &save_net<input<6> | group_norm<2>>},
    {"local_response_norm", &save_net<input<9, 4, 5> | local_response_norm<5, alpha{0.5}, beta{0.75}, bias{2}>>},
    {"local_response_norm_even", &save_net<input<9, 4, 5> | local_response_norm<4, alpha{0.5}>>},
    {"local_response_norm_1d", &save_net<input<9, 4> | local_response_norm<3, alpha{0.5}>>},
    {"scale_and_shift", &save_net<input<5, 6, 7> | scale | shift>},
    {"scale_and_shift_vector", &save_net<input<5> | scale | shift>},
    {"prelu", &save_net<input<5, 6, 7> | prelu>},
    {"prelu_vector", &save_net<input<5> | prelu>},
    {"softmax", &save_net<input<5, 6, 7> | softmax>},
    {"softmax_axis", &save_net<input<5, 6, 7> | softmax_with<axis{-1}>>},
    {"log_softmax", &save_net<input<5> | log_softmax>},
    {"log_softmax_axis", &save_net<input<5, 6, 7> | log_softmax_with<axis{1}>>},
};

inline constexpr auto x = input<3, 5, 7> | multiply_by<6.5>;
const std::vector<entry> activations = {
    {"relu", &save_net<x | relu>},
    {"relu6", &save_net<x | relu6>},
    {"leaky_relu", &save_net<x | leaky_relu<slope{0.1}>>},
    {"sigmoid", &save_net<x | sigmoid>},
    {"tanh", &save_net<x | tenon::layers::tanh>},
    {"hard_swish", &save_net<x | hard_swish>},
    {"elu", &save_net<x | elu_with<alpha{0.7}>>},
    {"selu", &save_net<x | selu>},
    {"celu", &save_net<x | celu_with<alpha{0.7}>>},
    {"gelu", &save_net<x | gelu>},
    {"gelu_tanh", &save_net<x | gelu_tanh>},
    {"silu", &save_net<x | silu>},
    {"mish", &save_net<x | mish>},
    {"hard_sigmoid", &save_net<x | hard_sigmoid>},
    {"hard_sigmoid_with", &save_net<x | hard_sigmoid_with<alpha{0.2}, beta{0.4}>>},
    {"softplus", &save_net<x | softplus>},
    {"softsign", &save_net<x | softsign>},
    {"thresholded_relu", &save_net<x | thresholded_relu<1.5>>},
    {"clip", &save_net<x | clip<-1.5, 2>>},
    {"exp", &save_net<x | tenon::layers::exp>},
    {"log", &save_net<x | softplus | tenon::layers::log>},
    {"add_constant", &save_net<x | add_constant<-2.5>>},
    {"formula", &save_net<x | activation<every_operation>>},
    {"formula_erf", &save_net<x | activation<erf_of_half>>},
    {"formula_identity", &save_net<x | activation<nothing>>},
    {"formula_seven", &save_net<x | activation<seven>>},
    {"formula_constant", &save_net<x | activation<always>>},
};

const std::vector<entry> moves = {
    {"flatten", &save_net<input<3, 4, 5> | flatten>},
    {"reshape", &save_net<input<6, 4, 5> | reshape<-1, 2, 10>>},
    {"expand", &save_net<input<3, 1, 5> | expand<3, 4, 5>>},
    {"permute", &save_net<input<3, 4, 5> | permute<1, 2, 0>>},
    {"squeeze", &save_net<input<3, 1, 5, 1> | squeeze<>>},
    {"squeeze_axes", &save_net<input<3, 1, 5, 1> | squeeze<-1>>},
    {"squeeze_nothing", &save_net<input<3, 5> | squeeze<>>},
    {"squeeze_all", &save_net<input<1, 1, 1> | squeeze<>>},
    {"slice", &save_net<input<9, 4> | slice<1, -1, 3>>},
    {"slice_axis", &save_net<input<9, 4, 6> | slice<-4, 1000000, 1, axis{2}>>},
    {"slice_backwards", &save_net<input<9, 4> | slice<-1, -1000, -2>>},
    {"slice_backwards_part", &save_net<input<9, 4> | slice<7, 1, -2>>},
    {"split", &save_net<input<6, 4> | concat(split<1, 3> | relu, split<0, 3>)>},
    {"split_axis", &save_net<input<6, 4> | outputs(split<1, 2, axis{1}>, split<0, 2, axis{1}>)>},
    {"pad", &save_net<input<3, 4, 5> | pad<padding{1, 2, 0, 3}>>},
    {"pad_fill", &save_net<input<3, 5> | pad<padding{1}, fill{3.5}>>},
    {"pad_reflect", &save_net<input<3, 4, 5> | pad<padding{1, 2}, reflect>>},
    {"pad_replicate", &save_net<input<3, 4, 5, 3> | pad<padding{1}, replicate>>},
    {"pad_cyclic", &save_net<input<3, 4, 5> | pad<padding{1, 0, 0, 5}, cyclic>>},
    {"pad_nothing", &save_net<input<3, 4, 5> | pad<padding{0}, cyclic>>},
    {"crop", &save_net<input<3, 6, 7> | crop<extent{1, 0, 2, 3}>>},
    {"upsample_1d", &save_net<input<3, 6> | upsample<3>>},
    {"upsample_2d", &save_net<input<3, 6, 4> | upsample<extent{3, 2}>>},
    {"upsample_3d", &save_net<input<3, 2, 3, 4> | upsample<2>>},
    {"bilinear_1d", &save_net<input<3, 6> | upsample<3, bilinear>>},
    {"bilinear_2d", &save_net<input<3, 6, 4> | upsample<extent{3, 2}, bilinear>>},
    {"bilinear_3d", &save_net<input<3, 2, 3, 4> | upsample<2, bilinear>>},
    {"bilinear_corners", &save_net<input<3, 6, 4> | upsample<extent{3, 2}, bilinear, align_corners>>},
    {"bilinear_corners_one", &save_net<input<3, 1, 4> | upsample<extent{1, 2}, bilinear, align_corners>>},
    {"pixel_shuffle", &save_net<input<18, 3, 4> | pixel_shuffle<3>>},
    {"pixel_unshuffle", &save_net<input<2, 6, 9> | pixel_unshuffle<3>>},
    {"channel_shuffle", &save_net<input<6, 3, 4> | channel_shuffle<3>>},
    {"channel_shuffle_vector", &save_net<input<6> | channel_shuffle<2>>},
    {"nothing", &save_net<input<6, 2> | dropout | identity>},
    {"joins", &save_net<input<6, 4> | (identity + relu) | (identity - tenon::layers::tanh) | tenon::layers::maximum(identity, sigmoid) | (identity * global_avg_pool)>},
    {"concat", &save_net<input<6, 4> | concat(identity, relu, concat_along<1>(identity, sigmoid) | slice<0, 4, 1, axis{1}>)>},
    {"concat_axis", &save_net<input<6, 4> | concat_along<1>(identity, relu, sigmoid, identity)>},
    {"concat_nested", &save_net<input<6, 4> | concat(concat(relu, sigmoid), concat(identity, relu))>},
    {"tags", &save_net<input<6, 4> | relu | tag<"z"> | conv<6, 1> | (identity + from<"z">) | concat(from<"z">, identity)>},
    {"names", &save_net<input<6, 4> | name<"output">(relu) | name<"input">(conv<3, 1>) | name<"a">(name<"weight">(relu) | block(relu)) | name<"weight">(conv<2, 1> | relu)>},
    {"several", &save_net<input<6, 4> | tag<"a"> | input<6, 4> | tag<"b"> | (from<"a"> * from<"b">) | outputs(relu, from<"a">, sigmoid | conv<2, 1>)>},
    {"twice", &save_net<input<6, 4> | relu | tag<"a"> | sigmoid | outputs(identity, from<"a">, from<"a">)>},
};
// clang-format on

}  // namespace exported
