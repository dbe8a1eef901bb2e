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
  rank_not_supported,
  window_after_flatten,
  linear_needs_vector,
  kernel_larger_than_input,
  window_larger_than_input,
  padding_reaches_window,
  input_channels_not_divisible,
  output_channels_not_divisible,
  not_positive,
  negative_padding,
  residual_shapes_differ,
  name_used_twice,
  extent_overflow,
  option_not_taken,
  option_given_twice,
  options_exclude,
  option_rank,
};

/// One entry of the catalogue. `{0}` to `{3}` in the sentence stand for what `diagnosis::args` says.
struct catalogue_entry {
  rule id;
  std::string_view name;
  std::string_view sentence;
  std::string_view remedy;
};

inline constexpr catalogue_entry catalogue[] = {
    {rule::missing_input, "missing_input",
     "the expression has no input: a model starts with input<channels, height, width>",
     "Write input<C, H, W> | ... ; a block without an input is a value to be used inside a model."},
    {rule::input_not_first, "input_not_first",
     "an input stands in the middle of the expression; it comes first and once",
     "Remove the second input<...>; a block that starts with an input cannot be joined to another."},
    {rule::no_layers, "no_layers", "the model has no layers: only {0}", "Join layers to the input with |."},
    {rule::too_many_layers, "too_many_layers", "the model has {0} layers and additions, more than {1}",
     "Such a network is several models, run one after the other."},
    {rule::rank_not_supported, "rank_not_supported",
     "it works on channels x height x width, but its input has {0} spatial axes ({1})",
     "Give the input as input<C, H, W>; an axis that is not there has extent 1."},
    {rule::window_after_flatten, "window_after_flatten",
     "it needs a feature map with spatial axes, but its input is the vector {0}",
     "Put the layer before flatten or linear."},
    {rule::linear_needs_vector, "linear_needs_vector",
     "it takes a vector, but its input is the feature map {0}",
     "Put flatten, or global_avg_pool | flatten, before linear."},
    {rule::kernel_larger_than_input, "kernel_larger_than_input",
     "the kernel spans {0} but the padded feature map is only {1} ({2})",
     "Use a smaller kernel or dilation, more padding, or pool less before this layer."},
    {rule::window_larger_than_input, "window_larger_than_input",
     "the window spans {0} but the padded feature map is only {1} ({2})",
     "Use a smaller window, or pool less before this layer; global_avg_pool takes any extent."},
    {rule::padding_reaches_window, "padding_reaches_window",
     "the padding {0} is not smaller than the window {1}, so a window would see no element of the feature "
     "map",
     "Use less padding; PyTorch allows at most half the window."},
    {rule::input_channels_not_divisible, "input_channels_not_divisible",
     "{0} input channels cannot be split into {1} groups ({2})",
     "Choose a number of groups that divides the input channels."},
    {rule::output_channels_not_divisible, "output_channels_not_divisible",
     "{0} output channels cannot be split into {1} groups",
     "Choose a multiple of the groups (of the input channels, for depthwise) as output channels."},
    {rule::not_positive, "not_positive", "its {0} is {1}, but must be at least 1",
     "Extents, channels, strides, dilations, groups and repetitions count from 1."},
    {rule::negative_padding, "negative_padding", "its padding is {0}, but must not be negative",
     "Crop with a layer of its own; padding only adds."},
    {rule::residual_shapes_differ, "residual_shapes_differ", "it adds {0} and {1}: the shapes must be equal",
     "Let the shortcut change channels and extents as the block does, for example by conv<OC, 1, "
     "stride{2}>."},
    {rule::name_used_twice, "name_used_twice", "the name \"{0}\" is used twice in the same scope",
     "Give each a name of its own, or put each into a block of its own."},
    {rule::extent_overflow, "extent_overflow", "{0} has more than 2147483647 elements ({1})",
     "One tensor of a network has at most 2^31 - 1 elements."},
    {rule::option_not_taken, "option_not_taken", "it takes no option {0}",
     "Options are named values such as stride{2}; see the layer's comment for those it takes."},
    {rule::option_given_twice, "option_given_twice", "the option {0} is given twice",
     "Give each option once."},
    {rule::options_exclude, "options_exclude", "it is given both {0} and {1}, which exclude each other",
     "Keep one of them."},
    {rule::option_rank, "option_rank", "its {0} names {1} extents, but its input has {2} spatial axes ({3})",
     "Give one number for all axes, or one for each; padding may have two for each."},
};

/// A broken rule: where, and with which words in the places of its sentence. `node` is -1 for the whole
/// model.
struct diagnosis {
  rule broken = rule::none;
  int node = -1;
  phrase args[4];

  constexpr explicit operator bool() const { return broken != rule::none; }
};

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
