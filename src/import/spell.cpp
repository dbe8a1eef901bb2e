// One layer as C++, with something in the place of each of its numbers.
#include <charconv>

#include "expression.hpp"

namespace tenon::importer {
namespace {

/// A float as a literal that gives it back bit by bit.
std::string literal(float x) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, x).ptr;
  std::string s(text, end);
  if (s.find_first_of(".e") == std::string::npos) s += ".0";
  return s + "f";
}

/// Calls `number(kind, value)` for each number that may be a parameter of a block, and puts together the text
/// of what it gives.
template <class F>
std::string spelled(const vertex& v, F number) {
  using detail::bit;
  const attributes& a = v.what;
  std::string out(spelling(a.kind));
  bool open = false;
  const auto next = [&](const std::string& s) {
    out += (open ? ", " : "<") + s;
    open = true;
  };
  const auto given = [&](option o) { return (a.seen & bit(o)) != 0; };
  const auto list = [](const extents& e) {
    std::string s;
    for (int i = 0; i < e.count; ++i) s += (i > 0 ? ", " : "") + std::to_string(e.values[i]);
    return s;
  };
  const auto option_list = [&](option o, const extents& e, const char* kind) {
    if (!given(o)) return;
    std::string numbers;
    for (int i = 0; i < e.count; ++i)
      numbers += (i > 0 ? ", " : "") + (e.values[i] == 0 ? "0" : number(kind, e.values[i]));
    next(std::string(spelling(o)) + '{' + numbers + '}');
  };
  const auto value = [&](option o, float x) {
    if (given(o)) next(std::string(spelling(o)) + '{' + literal(x) + '}');
  };
  const auto word = [&](option o) {
    if (given(o)) next(std::string(detail::spell(a, o)));
  };

  if (a.splits) out = "split";
  if (a.seen != 0 && detail::has_plain_name(a.kind)) out += "_with";
  switch (a.kind) {
    case op::user:
      next(v.function);
      break;
    case op::input:
    case op::reshape:
    case op::expand:
      for (int i = 0; i < a.input.rank; ++i) next(number("N", a.input.extents[i]));
      break;
    case op::conv:
    case op::conv_transpose:
    case op::local:
    case op::linear:
      next(number("C", a.channels));
      break;
    case op::lp_pool:
    case op::global_lp_pool:
      next(a.norm == 0 ? "infinity" : std::to_string(a.norm > 0 ? a.norm : a.norm + 1));
      break;
    case op::group_norm:
    case op::local_response_norm:
    case op::pixel_shuffle:
    case op::pixel_unshuffle:
    case op::channel_shuffle:
      next(number("Groups", a.groups));
      break;
    case op::permute:
    case op::squeeze:
      if (a.axes.given()) next(list(a.axes));
      break;
    case op::slice:
      if (a.splits) {
        next(std::to_string(a.part) + ", " + std::to_string(a.parts));
      } else {
        next(number("Begin", a.begin));
        next(number("End", a.end));
        if (a.step != 1) next(std::to_string(a.step));
      }
      break;
    case op::clip:
      next(literal(a.alpha) + ", " + literal(a.beta));
      break;
    case op::thresholded_relu:
    case op::multiply_by:
    case op::add_constant:
      next(literal(a.alpha));
      break;
    default:
      break;
  }
  if (a.kernel.count == 1) next(number(a.kind == op::upsample ? "Scale" : "Kernel", a.kernel.values[0]));
  if (a.kernel.count > 1) next("extent{" + list(a.kernel) + '}');
  const bool windowed = is_convolution(a.kind);
  if (windowed && !given(option::stride)) {  // a number like any other, but not said where it is 1
    const std::string one = number("Stride", 1);
    if (one != "1") next("stride{" + one + '}');
  }
  option_list(option::stride, a.stride, "Stride");
  if (windowed && !given(option::dilation)) {
    const std::string one = number("Dilation", 1);
    if (one != "1") next("dilation{" + one + '}');
  }
  option_list(option::dilation, a.dilation, "Dilation");
  if (a.padding.mode == padding_mode::given) {
    option_list(option::padding, a.padding, "Padding");
  } else {
    word(option::padding);
  }
  option_list(option::output_padding, a.output_padding, "Padding");
  word(option::edge);
  if (given(option::groups)) next("groups{" + number("Groups", a.groups) + '}');
  if (given(option::axis)) next("axis{" + std::to_string(a.axis) + '}');
  for (const option o : {option::depthwise, option::no_bias, option::ceil_mode, option::exclude_padding,
                         option::flipped, option::untied_bias, option::no_affine, option::per_position,
                         option::interpolation, option::align_corners}) {
    word(o);
  }
  value(option::epsilon, a.epsilon);
  value(option::slope, a.alpha);
  value(option::alpha, a.alpha);
  value(option::beta, a.beta);
  value(option::bias, a.bias);
  value(option::fill, a.alpha);
  if (open) return out + ">";
  return detail::is_template(a.kind) ? out + "<>" : out;
}

}  // namespace

std::string spell_layer(const vertex& v, const std::function<std::string(const char*, index)>& number) {
  return spelled(v, number);
}

}  // namespace tenon::importer
