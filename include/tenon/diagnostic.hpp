// F1. The catalogue of user-facing compile errors: one rule, one sentence, one must-not-compile test each.
#pragma once

#include <type_traits>
#include <utility>

#include "tenon/text.hpp"

namespace tenon {

/// What a wrong model breaks.
enum class rule : unsigned char {
  none,
  missing_input,
  input_not_first,
  no_layers,
  too_many_layers,
  not_a_layer,
  layer_called,
  written_without_brackets,
  wrongly_joined,
  nothing_repeated,
  rank_not_supported,
  window_after_flatten,
  linear_needs_vector,
  kernel_larger_than_input,
  window_larger_than_input,
  padding_reaches_window,
  input_channels_not_divisible,
  output_channels_not_divisible,
  not_given,
  not_a_number,
  not_positive,
  negative_padding,
  number_not_allowed,
  residual_shapes_differ,
  name_used_twice,
  extent_overflow,
  option_not_taken,
  option_given_twice,
  options_exclude,
  method_not_for_it,
  option_rank,
  tag_used_twice,
  unknown_tag,
  tag_recalled_before,
  tag_takes_no_layer,
  unused_branch,
  outputs_not_last,
  shapes_do_not_broadcast,
  shapes_do_not_concatenate,
  shape_rank,
  axis_not_there,
  counts_differ,
  cannot_expand,
  not_a_permutation,
  extent_not_one,
  empty_slice,
  not_divisible,
  crop_takes_all,
  edge_reaches_too_far,
  padding_needs_stride_one,
  causal_is_one_dimensional,
  output_padding_too_large,
  transposed_to_nothing,
  norm_not_supported,
  function_without_formula,
  formula_too_long,
};

/// One entry of the catalogue. `{0}` to `{3}` in the sentence stand for what `diagnosis::args` says.
struct catalogue_entry {
  rule id;                    ///< the rule
  std::string_view name;      ///< its name
  std::string_view sentence;  ///< what is wrong
  std::string_view remedy;    ///< what to do
};

/// Every rule, in the order of `rule`.
inline constexpr catalogue_entry catalogue[] = {
    {rule::missing_input, "missing_input",
     "the expression has no input: a model starts with input<channels, height, width>",
     "Write input<C, H, W> | ... ; a block without an input is a value to be used inside a model."},
    {rule::input_not_first, "input_not_first", "it stands after {0}, whose output would be lost",
     "Put an input first, or first in a branch: concat(identity, name<\"other\">(input<...>)). What came "
     "before it can be kept with a tag."},
    {rule::no_layers, "no_layers", "the model has no layers: only {0}", "Join layers to the input with |."},
    {rule::too_many_layers, "too_many_layers", "the model has {0} {1}, more than {2}",
     "Such a network is several models, run one after the other."},
    {rule::not_a_layer, "not_a_layer", "an operand of {0} is {1}, not a layer ({2})",
     "Options stand inside a layer, as in conv<16, 3, padding{1}>; numbers are layers too: multiply_by<2>, "
     "add_constant<1>. tanh, exp and log as arguments of a function are written identity | tanh."},
    {rule::layer_called, "layer_called", "a layer stands without brackets: relu, not relu() ({0})",
     "What a layer works on is what stands before it; its options are in <...>."},
    {rule::written_without_brackets, "written_without_brackets", "{0} is written without <...>{1}",
     "Channels come from the input; the layer's comment says whether it has options."},
    {rule::wrongly_joined, "wrongly_joined", "layers are joined with |, not with {0} ({1})",
     "Write tenon::model<input<1, 28, 28> | conv<6, 5> | relu>."},
    {rule::nothing_repeated, "nothing_repeated", "repeat<{0}> repeats nothing: its number must be at least 1",
     "Take the block out, or repeat it once or more."},
    {rule::rank_not_supported, "rank_not_supported",
     "it works along {0} spatial axes, but its input has {1} ({2})",
     "Join axes with reshape, or remove those of extent 1 with squeeze."},
    {rule::window_after_flatten, "window_after_flatten",
     "it needs a feature map with spatial axes, but its input is the vector {0}",
     "Put the layer before flatten or linear."},
    {rule::linear_needs_vector, "linear_needs_vector",
     "it takes a vector, but its input is the feature map {0}: flatten is missing",
     "Put flatten, or global_avg_pool | flatten, before linear."},
    {rule::kernel_larger_than_input, "kernel_larger_than_input",
     "the kernel spans {0} but the padded feature map is only {1} ({2})",
     "Use a smaller kernel or dilation, more padding, or pool less before this layer."},
    {rule::window_larger_than_input, "window_larger_than_input",
     "the window spans {0} but the padded feature map is only {1} ({2})",
     "Use a smaller window, or pool less before this layer; global_avg_pool takes any extent."},
    {rule::padding_reaches_window, "padding_reaches_window",
     "with padding {0} a window that spans {1} would see no element of the feature map ({2})",
     "Use less padding; PyTorch allows at most half the window."},
    {rule::input_channels_not_divisible, "input_channels_not_divisible",
     "{0} input channels cannot be split into {1} groups ({2})",
     "Choose a number of groups that divides the input channels."},
    {rule::output_channels_not_divisible, "output_channels_not_divisible",
     "{0} output channels cannot be split into {1} groups{2}",
     "Choose a multiple of the groups (of the input channels, for depthwise) as output channels."},
    {rule::not_given, "not_given", "its {0} is missing{1}",
     "Numbers come first: conv<16, 3>, max_pool<2>, upsample<2>, linear<10>, pad<padding{1}>."},
    {rule::not_a_number, "not_a_number", "its {0} must be {1}, but something else stands in its place",
     "Channels come first, then the kernel, then options, each with its name: conv<16, extent{1, 7}, "
     "stride{2}>."},
    {rule::not_positive, "not_positive", "its {0} is {1}, but must be at least 1",
     "Extents, channels, strides, dilations and groups count from 1."},
    {rule::negative_padding, "negative_padding", "its {0} is {1}, but must not be negative",
     "Padding only adds, crop only takes away."},
    {rule::number_not_allowed, "number_not_allowed", "its {0} is {1}, but must be {2}",
     "See the formula in the layer's comment."},
    {rule::residual_shapes_differ, "residual_shapes_differ", "it adds {0} and {1}: the shapes must be equal",
     "Let the shortcut change channels and extents as the block does, for example by conv<OC, 1, stride{2}>. "
     "A map is repeated by expand<C, H, W>."},
    {rule::name_used_twice, "name_used_twice", "the name \"{0}\" is used twice in the same scope",
     "Give each a name of its own, or put each into a block of its own."},
    {rule::extent_overflow, "extent_overflow", "{0} has more than 2147483647 elements ({1})",
     "One tensor of a network has at most 2^31 - 1 elements."},
    {rule::option_not_taken, "option_not_taken", "it takes no option {0}, only {1}",
     "Options are named values such as stride{2}; the layer's comment says what each means."},
    {rule::option_given_twice, "option_given_twice", "the option {0} is given twice",
     "Give each option once."},
    {rule::options_exclude, "options_exclude", "it is given both {0} and {1}, which exclude each other",
     "Keep one of them."},
    {rule::method_not_for_it, "method_not_for_it", "it cannot be computed by {0}, which is for {1}",
     "Leave algorithm<...> out, and the best method is chosen."},
    {rule::option_rank, "option_rank", "its {0} names {1} extents, but its input has {2} ({3})",
     "Give one number for all axes, or one for each; padding and crop may have two for each."},
    {rule::tag_used_twice, "tag_used_twice", "tag<\"{0}\"> is used twice in the same scope: {1} and {2}",
     "Give each tag a name of its own, or put each into a block of its own."},
    {rule::unknown_tag, "unknown_tag", "from<\"{0}\"> recalls a tag that is nowhere set{1} (tags: {2})",
     "Write tag<\"...\"> after the layer whose output is to be recalled."},
    {rule::tag_recalled_before, "tag_recalled_before",
     "from<\"{0}\"> stands before tag<\"{0}\">: a feature map is recalled after it was made",
     "Put the tag before the place where it is recalled; a network has no cycles."},
    {rule::tag_takes_no_layer, "tag_takes_no_layer",
     "tag<\"{0}\">(...) takes no layer: it stands after one, f | tag<\"{0}\">",
     "Write f | tag<\"...\">; what gives parameters a name is name<\"...\">(f)."},
    {rule::unused_branch, "unused_branch", "its output{0} is never used{1}",
     "Remove the layer, make its output one of outputs(...), or recall it with tag and from; from<\"...\"> "
     "does not look at what stands before it."},
    {rule::outputs_not_last, "outputs_not_last", "outputs(...) must end the model, but {0}",
     "Write outputs(f, g, ...) once and last; to use a feature map again, give it a tag."},
    {rule::shapes_do_not_broadcast, "shapes_do_not_broadcast",
     "{0} and {1} do not meet: along each axis the extents must be equal or one of them 1",
     "Bring both to the same rank and extents; a vector of C is a C x 1 x 1 map after reshape<C, 1, 1>."},
    {rule::shapes_do_not_concatenate, "shapes_do_not_concatenate",
     "{0} and {1} cannot be joined along {2}: their other extents must be equal",
     "Give both branches the same padding and stride, or crop the larger one."},
    {rule::shape_rank, "shape_rank", "its shape has {0} extents, but a shape has 1 to {1}",
     "Write input<C, H, W>, input<C, L>, input<C, D, H, W> or input<features>."},
    {rule::axis_not_there, "axis_not_there", "there is no axis {0}: its input has axes 0 to {1} ({2})",
     "Axes are counted from 0, the channels, without the batch; -1 is the last one."},
    {rule::counts_differ, "counts_differ", "it cannot make {0} of {1} elements ({2})",
     "The product of the extents must stay the same; one extent may be -1."},
    {rule::cannot_expand, "cannot_expand",
     "it cannot make {0} of {1}: only axes of extent 1 are repeated, and none is added",
     "Add axes of extent 1 with reshape first."},
    {rule::not_a_permutation, "not_a_permutation", "its axes {0} are not 0 to {1} in some order ({2})",
     "Name every axis once: permute<1, 2, 0>."},
    {rule::extent_not_one, "extent_not_one",
     "axis {0} has extent {1}, and only an axis of extent 1 can be removed ({2})",
     "Use reshape<...> or flatten to join axes."},
    {rule::empty_slice, "empty_slice", "the slice of axis {0} from {1} to {2} has no elements ({3})",
     "Begin before the end, or behind it where the step is negative."},
    {rule::not_divisible, "not_divisible", "{0} cannot be split into {1} equal parts ({2})",
     "Choose a number that divides the extent."},
    {rule::crop_takes_all, "crop_takes_all", "it takes away {0} of an extent of {1} ({2})",
     "Crop less; at least one element must stay."},
    {rule::edge_reaches_too_far, "edge_reaches_too_far",
     "its padding is {0}, but {1} can give at most {2} ({3})",
     "cyclic gives at most the extent, reflect one less, replicate and zeros any number."},
    {rule::padding_needs_stride_one, "padding_needs_stride_one",
     "same_torch needs a stride of 1, but it is {0}", "Use same, or give the padding in numbers."},
    {rule::causal_is_one_dimensional, "causal_is_one_dimensional",
     "causal padding has one spatial axis, time, but its input has {0} ({1})",
     "Give the padding per side: padding{before, ..., after, ...}."},
    {rule::output_padding_too_large, "output_padding_too_large",
     "its output padding is {0}, but must be smaller than the stride {1} or the dilation {2}",
     "Output padding chooses among the extents that a strided convolution maps to this one."},
    {rule::transposed_to_nothing, "transposed_to_nothing",
     "its padding of {0} leaves nothing of an output of {1} ({2})",
     "Padding is taken away from the output of a transposed convolution; use less."},
    {rule::norm_not_supported, "norm_not_supported",
     "an L{0} norm is not supported: P is 1, 2, 3 or infinity",
     "Choose one of lp_pool<1, W>, lp_pool<2, W>, lp_pool<3, W>, lp_pool<infinity, W>."},
    {rule::function_without_formula, "function_without_formula",
     "its function does not turn a tenon::symbol x into another one",
     "Write [](auto x) { return ...; } with + - * /, numbers, abs, max, min, exp, log, sqrt, tanh, sigmoid, "
     "erf (without std::) and where(x < a, b, c)."},
    {rule::formula_too_long, "formula_too_long",
     "its function has {0} operations and operands, more than {1}",
     "Split it: activation<f> | activation<g>."},
};

/// A broken rule: where, and with which words in the places of its sentence. `node` is -1 for the whole
/// model.
struct diagnosis {
  rule broken = rule::none;  ///< which rule
  int node = -1;             ///< by which layer
  phrase args[4];            ///< the words of its sentence

  /// Is a rule broken?
  constexpr explicit operator bool() const { return broken != rule::none; }

  /// The first report counts.
  template <class... Words>
  constexpr void report(rule id, int at, const Words&... words) {
    static_assert(sizeof...(words) <= 4);
    if (*this) return;
    broken = id;
    node = at;
    int i = 0;
    ((args[i++] << words), ...);
  }
};

/// The entry of a rule.
constexpr const catalogue_entry& entry_of(rule id) {
  for (const catalogue_entry& e : catalogue)
    if (e.id == id) return e;
  return catalogue[0];
}

/// The entry's sentence with its places filled.
constexpr sentence fill(const catalogue_entry& entry, const phrase (&args)[4]) {
  sentence out;
  for (std::size_t i = 0; i < entry.sentence.size(); ++i) {
    if (entry.sentence[i] == '{') {
      out << args[entry.sentence[i + 1] - '0'];
      i += 2;
    } else {
      out << entry.sentence[i];
    }
  }
  return out;
}

/// Left undefined on purpose: its template arguments are the sentence that the compiler prints.
template <text... Sentence>
struct shape_error;

/// The verdict on a model: nothing for a right one, the single error with its sentence for a wrong one. It is
/// raised in the body of a function, where it does not make the model's class invalid, so that nothing
/// follows it.
template <text Sentence>
auto verdict() {
  constexpr bool right = sizeof(Sentence.chars) == 1;
#if defined(__cpp_static_assert) && __cpp_static_assert >= 202306L
  static_assert(right, Sentence.view());
#elif defined(__clang__)
  // Before C++26 Clang shows no more than some 30 characters of one template argument, so it is given pieces.
  constexpr std::size_t piece = 30, length = sizeof(Sentence.chars) - 1;
  constexpr auto cut = []<std::size_t At>(std::integral_constant<std::size_t, At>) {
    text<(length - At < piece ? length - At : piece) + 1> out;
    for (std::size_t i = 0; i + 1 < sizeof(out.chars); ++i) out.chars[i] = Sentence.chars[At + i];
    out.chars[sizeof(out.chars) - 1] = '\0';  // written, or Clang prints numbers
    return out;
  };
  [&]<std::size_t... At>(std::index_sequence<At...>) {
    if constexpr (!right)
      (void)sizeof(shape_error<cut(std::integral_constant<std::size_t, At * piece>())...>);
  }
  (std::make_index_sequence<(length + piece - 1) / piece>());
#else
  if constexpr (!right) (void)sizeof(shape_error<Sentence>);
#endif
  return std::bool_constant<right>{};
}

}  // namespace tenon
