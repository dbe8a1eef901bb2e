// What is written out in several layers becomes the one that it means.
#include <algorithm>
#include <cmath>

#include "network.hpp"

namespace tenon::importer {
namespace {

class simplifier {
 public:
  explicit simplifier(network& network_) : n(network_) {
    count_uses();
    for (bool again = true; again;) {
      again = false;
      for (int i = 0; i < static_cast<int>(n.vertices.size()); ++i) {
        if (uses[at(i)] == 0) continue;
        for (const auto rule :
             {&simplifier::hard_sigmoid, &simplifier::gate, &simplifier::gelu, &simplifier::bias,
              &simplifier::padding, &simplifier::shuffle, &simplifier::group_norm,
              &simplifier::norm_of_positions, &simplifier::permutation, &simplifier::same_shape,
              &simplifier::longer_concatenation, &simplifier::identity}) {
          if (!(this->*rule)(i)) continue;
          again = true;
          count_uses();
          break;
        }
      }
    }
    put_layer();
  }

 private:
  network& n;
  std::vector<int> uses;

  vertex& v(int i) { return n.vertices[at(i)]; }
  op kind(int i) { return v(i).what.kind; }
  int in(int i, std::size_t k = 0) { return v(i).inputs[k]; }
  bool is(int i, op k) { return kind(i) == k; }
  /// Used by one vertex only, so that it may go.
  bool alone(int i) { return uses[at(i)] == 1; }

  void count_uses() {
    uses.assign(n.vertices.size(), 0);
    for (const int o : n.outputs) ++uses[at(o)];
    for (std::size_t i = n.vertices.size(); i-- > 0;) {
      if (uses[i] == 0) continue;
      for (const int from : n.vertices[i].inputs) ++uses[at(from)];
    }
  }
  /// A network has at least one layer: where no other is left, one that does nothing.
  void put_layer() {
    for (std::size_t i = 0; i < n.vertices.size(); ++i) {
      if (uses[i] > 0 && n.vertices[i].what.kind != op::input) return;
    }
    n.vertices.push_back({attributes(op::identity), {n.outputs[0]}, v(n.outputs[0]).shape});
    n.outputs[0] = static_cast<int>(n.vertices.size()) - 1;
  }
  /// i becomes a layer on x.
  bool becomes(int i, attributes a, int x) {
    v(i).what = a;
    v(i).inputs = {x};
    v(i).parameters.clear();
    v(i).function.clear();
    return true;
  }
  bool gone(int i, int by) {
    for (vertex& other : n.vertices) {
      for (int& from : other.inputs) {
        if (from == i) from = by;
      }
    }
    for (int& o : n.outputs) {
      if (o == i) o = by;
    }
    return true;
  }
  static bool near(double x, double y) { return std::abs(x - y) <= 2e-7 * std::abs(y); }

  /// clip<0, 6>(x + 3) / 6, as a product or a division.
  bool hard_sigmoid(int i) {
    if (is(i, op::multiply_by) && near(v(i).what.alpha, 1.0 / 6) && is(in(i), op::relu6) && alone(in(i))) {
      const int shifted = in(in(i));
      if (is(shifted, op::add_constant) && v(shifted).what.alpha == 3 && alone(shifted))
        return becomes(i, detail::valued_by_default(op::hard_sigmoid), in(shifted));
    }
    return false;
  }

  /// x * f(x): hard_swish, silu, mish; and x * clip<0, 6>(x + 3) before its division by 6.
  bool gate(int i) {
    if (is(i, op::multiply_by) && near(v(i).what.alpha, 1.0 / 6) && is(in(i), op::multiply) && alone(in(i)) &&
        v(in(i)).inputs.size() == 2) {
      for (std::size_t k = 0; k < 2; ++k) {
        const int x = in(in(i), 1 - k), clipped = in(in(i), k);
        if (!is(clipped, op::relu6) || !alone(clipped)) continue;
        const int shifted = in(clipped);
        if (is(shifted, op::add_constant) && v(shifted).what.alpha == 3 && in(shifted) == x)
          return becomes(i, attributes(op::hard_swish), x);
      }
    }
    if (!is(i, op::multiply) || v(i).inputs.size() != 2) return false;
    for (std::size_t k = 0; k < 2; ++k) {
      const int x = in(i, 1 - k), f = in(i, k);
      if (f == x || v(f).inputs.size() != 1 || !alone(f)) continue;
      if (in(f) == x) {
        if (is(f, op::sigmoid)) return becomes(i, attributes(op::silu), x);
        if (is(f, op::hard_sigmoid) && v(f).what.seen == 0) return becomes(i, attributes(op::hard_swish), x);
      }
      if (is(f, op::tanh) && is(in(f), op::softplus) && in(in(f)) == x && alone(in(f)))
        return becomes(i, attributes(op::mish), x);
      if (is(f, op::multiply_by) && near(v(f).what.alpha, 1.0 / 6) && is(in(f), op::relu6) &&
          is(in(in(f)), op::add_constant) && v(in(in(f))).what.alpha == 3 && in(in(in(f))) == x) {
        return becomes(i, attributes(op::hard_swish), x);
      }
    }
    return false;
  }

  /// x / 2 * (1 + erf(x / sqrt 2)), the half at any place.
  bool gelu(int i) {
    const auto one_plus_erf = [&](int f, int x) {
      if (!is(f, op::add_constant) || v(f).what.alpha != 1 || !alone(f)) return false;
      const int e = in(f);
      if (!is(e, op::user) || v(e).function != "[](auto x) { return erf(x); }" || !alone(e)) return false;
      const int scaled = in(e);
      return is(scaled, op::multiply_by) && near(v(scaled).what.alpha, 1 / std::sqrt(2.0)) && in(scaled) == x;
    };
    const auto half = [&](int j) { return is(j, op::multiply_by) && v(j).what.alpha == 0.5f; };
    const int product = half(i) ? in(i) : i;
    if (!is(product, op::multiply) || v(product).inputs.size() != 2 || (half(i) && !alone(product)))
      return false;
    for (std::size_t k = 0; k < 2; ++k) {
      int x = in(product, 1 - k), f = in(product, k);
      if (half(i)) {
        if (one_plus_erf(f, x)) return becomes(i, attributes(op::gelu), x);
      } else {
        if (half(x) && alone(x) && one_plus_erf(f, in(x))) return becomes(i, attributes(op::gelu), in(x));
        if (half(f) && alone(f) && one_plus_erf(in(f), x)) return becomes(i, attributes(op::gelu), x);
      }
    }
    return false;
  }

  /// A convolution or linear layer without a bias, and one added to each channel.
  bool bias(int i) {
    if (!is(i, op::shift)) return false;
    const int x = in(i);
    const bool fits = (is(x, op::conv) || is(x, op::conv_transpose) || is(x, op::linear)) &&
                      !v(x).what.has_bias && alone(x);
    if (!fits || v(i).parameters[0].value->shape != dims{v(x).what.channels}) return false;
    v(x).what.has_bias = true;
    v(x).what.seen &= ~detail::bit(option::no_bias);
    v(x).parameters.push_back({"bias", v(i).parameters[0].value});
    return gone(i, x);
  }

  /// Zeros around the input of a convolution are its padding.
  bool padding(int i) {
    if (!is(i, op::conv) || !is(in(i), op::pad) || !alone(in(i))) return false;
    const attributes &p = v(in(i)).what, &a = v(i).what;
    if (p.alpha != 0 || p.beyond == edge::cyclic || (a.seen & detail::bit(option::padding)) != 0 ||
        p.padding.mode != padding_mode::given)
      return false;
    attributes joined = a;
    joined.padding = p.padding;
    joined.seen |= detail::bit(option::padding);
    if (p.beyond != edge::zeros) {
      joined.beyond = p.beyond;
      joined.seen |= detail::bit(option::edge);
    }
    v(i).what = joined;
    v(i).inputs = {in(in(i))};
    return true;
  }

  /// C x H x W -> g x C/g x H x W, its first axes exchanged, and back.
  bool shuffle(int i) {
    if (!is(i, op::reshape) || !is(in(i), op::permute) || !alone(in(i))) return false;
    const int p = in(i), view = in(p);
    if (!is(view, op::reshape) || !alone(view)) return false;
    const dims &x = v(in(view)).shape, &parts = v(view).shape;
    if (v(i).shape != x || parts.size() < 2) return false;
    const extents& axes = v(p).what.axes;
    if (axes.count != static_cast<int>(parts.size()) || axes.values[0] != 1 || axes.values[1] != 0 ||
        parts[0] * parts[1] != x[0])
      return false;
    for (int a = 2; a < axes.count; ++a) {
      if (axes.values[a] != a) return false;
    }
    // Behind the channels the elements are as they were, in one axis or several.
    if (!std::equal(parts.begin() + 2, parts.end(), x.begin() + 1, x.end()) && parts.size() != 3)
      return false;
    attributes a(op::channel_shuffle);
    a.groups = parts[0];
    return becomes(i, a, in(view));
  }

  /// Reshaped to groups, normalised each for itself, reshaped back, and an affine map of each channel.
  bool group_norm(int i) {
    if (!is(i, op::shift) || !is(in(i), op::scale) || !alone(in(i))) return false;
    const int s = in(i), back = in(s);
    if (!is(back, op::reshape) || !alone(back) || !is(in(back), op::instance_norm) || !alone(in(back)))
      return false;
    const int norm = in(back), view = in(norm);
    if (!is(view, op::reshape) || !alone(view) || v(in(view)).shape != v(i).shape ||
        v(i).shape[0] % v(norm).shape[0] != 0)
      return false;
    for (const parameter& p : v(norm).parameters) {
      const double neutral = p.name == "weight" ? 1 : 0;
      if (!std::all_of(p.value->data.begin(), p.value->data.end(), [&](double x) { return x == neutral; }))
        return false;
    }
    attributes a(op::group_norm);
    a.groups = v(norm).shape[0];
    a.epsilon = v(norm).what.epsilon;
    a.seen = v(norm).what.seen & detail::bit(option::epsilon);
    const std::vector<parameter> parameters{{"weight", v(s).parameters[0].value},
                                            {"bias", v(i).parameters[0].value}};
    becomes(i, a, in(view));
    v(i).parameters = parameters;
    return true;
  }

  /// Channels last, a layer_norm of the last axis, and channels first again.
  bool norm_of_positions(int i) {
    if (!is(i, op::permute) || !is(in(i), op::layer_norm) || !alone(in(i)) || !is(in(in(i)), op::permute) ||
        !alone(in(in(i))))
      return false;
    const int norm = in(i), last = in(norm);
    const auto rank = static_cast<int>(v(norm).shape.size());
    if (v(norm).what.axis != rank - 1 || v(norm).what.per_position) return false;
    for (int a = 0; a < rank; ++a) {
      if (v(last).what.axes.values[a] != (a + 1) % rank || v(i).what.axes.values[a] != (a + rank - 1) % rank)
        return false;
    }
    attributes a = v(norm).what;
    a.axis = 0;
    a.seen &= ~detail::bit(option::axis);
    set_option(a, layers::per_position);
    const std::vector<parameter> parameters = v(norm).parameters;
    becomes(i, a, in(last));
    v(i).parameters = parameters;
    return true;
  }

  static bool element_by_element(op k) { return is_activation(k) || k == op::dropout || k == op::identity; }

  /// Two permutations are one, or none; one moves behind what works element by element to meet another.
  bool permutation(int i) {
    if (is(i, op::permute) && is(in(i), op::permute)) {
      const extents first = v(in(i)).what.axes, second = v(i).what.axes;
      extents both = second;
      bool none = true;
      for (int a = 0; a < both.count; ++a) {
        both.values[a] = first.values[second.values[a]];
        none = none && both.values[a] == a;
      }
      if (none) return gone(i, in(in(i)));
      attributes a(op::permute);
      a.axes = both;
      v(i).inputs = {in(in(i))};
      v(i).what = a;
      return true;
    }
    const bool passes = element_by_element(kind(i)) || (kind(i) >= op::add && kind(i) <= op::maximum);
    if (!passes || v(i).inputs.empty()) return false;
    bool meets = false;  // only where it leads to another permutation
    for (std::size_t j = at(i) + 1; j < n.vertices.size(); ++j) {
      const std::vector<int>& inputs = n.vertices[j].inputs;
      if (uses[j] > 0 && std::count(inputs.begin(), inputs.end(), i))
        meets = meets || n.vertices[j].what.kind == op::permute;
    }
    for (const int from : v(i).inputs) {
      if (!is(from, op::permute) || !alone(from) || v(from).what.axes != v(v(i).inputs[0]).what.axes)
        return false;
      if (v(in(from)).shape != v(in(v(i).inputs[0])).shape) return false;
    }
    if (!meets || uses[at(i)] != 1) return false;
    // The operands lose their permutation; i becomes it, after a copy of what it was. The first operand's
    // vertex, which has one user only, takes the layer.
    const int first = v(i).inputs[0];
    const attributes order = v(first).what;
    vertex moved = v(i);
    for (int& from : moved.inputs) from = in(from);
    const dims permuted_shape = v(i).shape;
    moved.shape = v(moved.inputs[0]).shape;
    int place = -1;  // the last of the operands' permutations stands after all of their inputs
    for (const int from : v(i).inputs) place = std::max(place, from);
    v(place) = moved;
    v(i).what = order;
    v(i).inputs = {place};
    v(i).parameters.clear();
    v(i).function.clear();
    v(i).shape = permuted_shape;
    return true;
  }

  /// One change of shape after another; what gives the shape that it has.
  bool same_shape(int i) {
    const auto reshapes = [&](int j) { return is(j, op::reshape) || is(j, op::flatten); };
    if (!reshapes(i)) return false;
    const int x = in(i);
    if (v(x).shape == v(i).shape) return gone(i, x);
    if ((reshapes(x) || is(x, op::squeeze)) && alone(x)) {
      v(i).inputs = {in(x)};
      return true;
    }
    return false;
  }

  /// concat(a, b, c) where concat(a, b) is there already: a dense block is a chain of joins.
  bool longer_concatenation(int i) {
    if (!is(i, op::concat) || v(i).inputs.size() < 3) return false;
    int best = -1;
    for (int j = 0; j < i; ++j) {
      if (!is(j, op::concat) || uses[at(j)] == 0 || v(j).what.axis != v(i).what.axis) continue;
      const std::vector<int>&shorter = v(j).inputs, &longer = v(i).inputs;
      if (shorter.size() >= longer.size() || shorter.size() < 2 ||
          !std::equal(shorter.begin(), shorter.end(), longer.begin()))
        continue;
      if (best < 0 || v(best).inputs.size() < shorter.size()) best = j;
    }
    if (best < 0) return false;
    std::vector<int> inputs{best};
    inputs.insert(inputs.end(), v(i).inputs.begin() + std::ptrdiff_t(v(best).inputs.size()),
                  v(i).inputs.end());
    v(i).inputs = std::move(inputs);
    return true;
  }

  /// (Those of tenon's own files have their number among the layers.)
  bool identity(int i) {
    if (!is(i, op::identity) || (v(i).from && v(i).from->op == "Identity")) return false;
    return gone(i, in(i));
  }
};

}  // namespace

void simplify(network& n) { simplifier{n}; }

}  // namespace tenon::importer
