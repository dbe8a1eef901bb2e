// Activations, and the user's formulas.
#include "writer.hpp"

namespace tenon::exporter {
namespace {

/// x * (1 + erf(x / sqrt 2)) / 2
void write_gelu(layer& l) {
  const std::string part = l.call("Div", {l.x[0], l.constant("sqrt_2", 1.4142135623730951f)});
  const std::string one_more = l.call("Add", {l.call("Erf", {part}), l.constant("one", 1.0f)});
  const std::string product = l.call("Mul", {l.x[0], one_more});
  l.last("Mul", {product, l.constant("half", 0.5f)});
}

/// x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))
void write_gelu_tanh(layer& l) {
  const std::string square = l.call("Mul", {l.x[0], l.x[0]});
  const std::string cube = l.call("Mul", {l.x[0], square});
  const std::string small = l.call("Mul", {cube, l.constant("cubic", 0.044715f)});
  const std::string sum = l.call("Add", {l.x[0], small});
  const std::string scaled = l.call("Mul", {sum, l.constant("sqrt_2_over_pi", 0.7978845608028654f)});
  const std::string one_more = l.call("Add", {l.call("Tanh", {scaled}), l.constant("one", 1.0f)});
  const std::string half = l.call("Mul", {l.x[0], l.constant("half", 0.5f)});
  l.last("Mul", {half, one_more});
}

const char* operator_of(instruction what) {
  switch (what) {
    case instruction::add:
      return "Add";
    case instruction::subtract:
      return "Sub";
    case instruction::multiply:
      return "Mul";
    case instruction::divide:
      return "Div";
    case instruction::negate:
      return "Neg";
    case instruction::abs:
      return "Abs";
    case instruction::maximum:
      return "Max";
    case instruction::minimum:
      return "Min";
    case instruction::exp:
      return "Exp";
    case instruction::log:
      return "Log";
    case instruction::sqrt:
      return "Sqrt";
    case instruction::tanh:
      return "Tanh";
    case instruction::sigmoid:
      return "Sigmoid";
    case instruction::erf:
      return "Erf";
    default:
      return nullptr;
  }
}

/// What a formula computes, instruction by instruction. A value is a name, and whether it depends on x:
/// what does not is one number.
void write_formula(layer& l) {
  struct operand {
    std::string value;
    bool depends;
  };
  std::vector<operand> stack;
  const formula& f = l.n.attr.user;
  for (int i = 0; i < f.length; ++i) {
    const formula::item& now = f.code[i];
    if (now.what == instruction::argument) {
      stack.push_back({l.x[0], true});
      continue;
    }
    if (now.what == instruction::constant) {
      stack.push_back({l.constant("constant", now.value), false});
      continue;
    }
    const auto first = stack.end() - operand_count(now.what);
    names in;
    bool depends = false;
    for (auto at = first; at != stack.end(); ++at) in.push_back(at->value), depends |= at->depends;
    stack.erase(first, stack.end());
    const bool ends = i + 1 == f.length && depends;
    const auto give = [&](const std::string& op, const names& inputs) {
      ends ? l.last(op, inputs) : stack.push_back({l.call(op, inputs), depends});
    };
    if (const char* op = operator_of(now.what)) {
      give(op, in);
    } else {
      const std::string less = now.what == instruction::where_less ? "Less" : "LessOrEqual";
      give("Where", {l.call(less, {in[0], in[1]}), in[2], in[3]});
    }
    if (ends) return;
  }
  const operand& result = stack.back();
  if (result.depends) return l.last("Identity", {result.value});
  l.last("Expand", {result.value, l.constant("shape", batched(l.n.out))});
}

}  // namespace

void write_activation(layer& l) {
  const attributes& a = l.n.attr;
  const std::string& x = l.x[0];
  switch (a.kind) {
    case op::relu:
      return l.last("Relu", {x});
    case op::relu6: {
      const std::string zero = l.constant("min", 0.0f);
      return l.last("Clip", {x, zero, l.constant("max", 6.0f)});
    }
    case op::leaky_relu:
      return l.last("LeakyRelu", {x}, {{"alpha", a.alpha}});
    case op::sigmoid:
      return l.last("Sigmoid", {x});
    case op::tanh:
      return l.last("Tanh", {x});
    case op::hard_swish:
      return l.last("HardSwish", {x});
    case op::elu:
      return l.last("Elu", {x}, {{"alpha", a.alpha}});
    case op::selu:
      return l.last("Selu", {x});
    case op::celu:
      return l.last("Celu", {x}, {{"alpha", a.alpha}});
    case op::gelu:
      return write_gelu(l);
    case op::gelu_tanh:
      return write_gelu_tanh(l);
    case op::silu:
      return l.last("Mul", {x, l.call("Sigmoid", {x})});
    case op::mish:
      return l.last("Mul", {x, l.call("Tanh", {l.call("Softplus", {x})})});
    case op::hard_sigmoid:
      return l.last("HardSigmoid", {x}, {{"alpha", a.alpha}, {"beta", a.beta}});
    case op::softplus:
      return l.last("Softplus", {x});
    case op::softsign:
      return l.last("Softsign", {x});
    case op::thresholded_relu:
      return l.last("ThresholdedRelu", {x}, {{"alpha", a.alpha}});
    case op::clip: {
      const std::string least = l.constant("min", a.alpha);
      return l.last("Clip", {x, least, l.constant("max", a.beta)});
    }
    case op::exp:
      return l.last("Exp", {x});
    case op::log:
      return l.last("Log", {x});
    case op::multiply_by:
      return l.last("Mul", {x, l.constant("factor", a.alpha)});
    case op::add_constant:
      return l.last("Add", {x, l.constant("term", a.alpha)});
    default:
      return write_formula(l);
  }
}

}  // namespace tenon::exporter
