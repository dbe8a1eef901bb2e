// The expression as text, in lines that a person would have made.
#include <algorithm>

#include "expression.hpp"

namespace tenon::importer {
namespace {

constexpr std::size_t width = 108;

class printer {
 public:
  explicit printer(const network& network_) : n(network_) {}

  /// A chain that may stand where an operand of | stands.
  std::string chain(const term& t, std::size_t indent) const {
    if (t.what != term::form::chain) return part(t, indent);
    if (t.parts.empty()) return "identity";
    std::string line, out;
    const std::string margin(indent, ' ');
    for (std::size_t i = 0; i < t.parts.size(); ++i) {
      const term& p = t.parts[i];
      std::string text = part(p, indent);
      const bool long_ = text.find('\n') != std::string::npos;
      const bool begins =
          i > 0 && (starts_line(p) || long_ || line.size() + 3 + text.size() + indent > width);
      if (begins) {
        out += line + '\n' + margin.substr(std::min<std::size_t>(margin.size(), 2)) + "| ";
        line = text;
      } else {
        line += (i > 0 ? " | " : "") + text;
      }
      if (long_) {
        const std::size_t end = line.rfind('\n');
        out += line.substr(0, end + 1);
        line = line.substr(end + 1);
      }
    }
    return out + line;
  }

  /// The same in one line.
  std::string flat(const term& t) const {
    if (t.what != term::form::chain) return flat_part(t);
    if (t.parts.empty()) return "identity";
    std::string out;
    for (const term& p : t.parts) out += (out.empty() ? "" : " | ") + flat_part(p);
    return out;
  }

 private:
  const network& n;

  bool starts_line(const term& t) const {
    if (t.what == term::form::layer) {
      const vertex& v = n.vertices[at(t.vertex)];
      return (!v.parameters.empty() && v.what.kind != op::batch_norm && v.what.kind != op::scale &&
              v.what.kind != op::shift && v.what.kind != op::prelu) ||
             (v.what.kind >= op::max_pool && v.what.kind <= op::avg_pool) ||
             v.what.kind == op::global_avg_pool;
    }
    return t.what != term::form::tag && t.what != term::form::from;
  }

  std::string layer(const term& t) const {
    const vertex& v = n.vertices[at(t.vertex)];
    std::size_t i = 0;
    std::string text = spell_layer(v, [&](const char*, index value) {
      const std::string s = i < t.numbers.size() ? t.numbers[i] : std::to_string(value);
      ++i;
      return s;
    });
    return v.name.empty() ? text : "name<\"" + v.name + "\">(" + text + ")";
  }

  std::string reference(const term& t) const {
    std::string arguments;
    for (std::size_t i = 0; i < t.arguments.size(); ++i) {
      arguments +=
          (i > 0 ? ", " : "") + (i < t.numbers.size() ? t.numbers[i] : std::to_string(t.arguments[i]));
    }
    return arguments.empty() ? t.name : t.name + "<" + arguments + ">";
  }

  static bool binary(op kind) { return kind != op::maximum && kind != op::concat; }
  std::string opening(const term& t) const {
    switch (t.what) {
      case term::form::join: {
        const attributes& a = n.vertices[at(t.vertex)].what;
        if (binary(a.kind)) return "(";
        if (a.kind == op::maximum) return "maximum(";
        return a.axis == 0 ? "concat(" : "concat_along<" + std::to_string(a.axis) + ">(";
      }
      case term::form::results:
        return "outputs(";
      case term::form::scope:
        return t.name.find_first_not_of("0123456789") == std::string::npos ? "block("
                                                                           : "name<\"" + t.name + "\">(";
      case term::form::repeat:
        return "repeat<" + std::to_string(t.parts.size()) +
               (t.name.empty()
                    ? ""
                    : ", \"" + t.name + "\"" + (t.first == 0 ? "" : ", " + std::to_string(t.first))) +
               ">(";
      default:
        return "(";
    }
  }
  std::string between(const term& t) const {
    const bool sign = t.what == term::form::join && binary(n.vertices[at(t.vertex)].what.kind);
    return sign ? " " + std::string(spelling(n.vertices[at(t.vertex)].what.kind)) + " " : ", ";
  }
  /// A chain as an operand of + or * stands in brackets.
  bool needs_brackets(const term& of, const term& operand) const {
    const bool sign = of.what == term::form::join && binary(n.vertices[at(of.vertex)].what.kind);
    if (!sign || operand.what != term::form::chain || operand.parts.size() < 2) return false;
    return true;
  }

  std::string flat_part(const term& t) const {
    switch (t.what) {
      case term::form::layer:
        return layer(t);
      case term::form::tag:
        return "tag<\"" + t.name + "\">";
      case term::form::from:
        return "from<\"" + t.name + "\">";
      case term::form::reference:
        return reference(t);
      case term::form::chain:
        return t.parts.size() == 1 ? flat_part(t.parts[0]) : flat(t);
      default:
        break;
    }
    std::string out = opening(t);
    const std::size_t operands = t.what == term::form::repeat ? 1 : t.parts.size();
    for (std::size_t i = 0; i < operands; ++i) {
      if (i > 0) out += between(t);
      const bool brackets = needs_brackets(t, t.parts[i]);
      out += (brackets ? "(" : "") + flat(t.parts[i]) + (brackets ? ")" : "");
    }
    return out + ")";
  }

  std::string part(const term& t, std::size_t indent) const {
    std::string one = flat_part(t);
    const bool splits = t.what == term::form::join || t.what == term::form::results ||
                        t.what == term::form::scope || t.what == term::form::repeat;
    if (!splits || one.size() + indent <= width) return one;
    // The first operand stands behind the bracket, the others begin lines of their own below it.
    std::string out = opening(t);
    const std::size_t operands = t.what == term::form::repeat ? 1 : t.parts.size();
    const bool named =
        t.what == term::form::scope || t.what == term::form::repeat || t.what == term::form::results;
    const std::size_t inner = indent + (named ? 2 : 1);
    const std::string margin(inner, ' ');
    if (named) out += "\n" + margin;
    for (std::size_t i = 0; i < operands; ++i) {
      const bool brackets = needs_brackets(t, t.parts[i]);
      const std::string sign = between(t);
      if (i > 0) out += sign == ", " ? ",\n" + margin : "\n" + margin + sign.substr(1);
      const std::size_t lead = (sign != ", " && i > 0 ? 2u : 0u) + (brackets ? 1u : 0u);
      out += (brackets ? "(" : "") + chain(t.parts[i], inner + lead + 2) + (brackets ? ")" : "");
    }
    return out + ")";
  }
};

}  // namespace

std::string text_of(const expression& e, const network& n, const std::string& model) {
  const printer p(n);
  std::string out = "// clang-format off\n";
  for (const block& b : e.blocks) {
    std::string parameters;
    for (const std::string& name : b.parameters)
      parameters += (parameters.empty() ? "index " : ", index ") + name;
    if (!parameters.empty()) out += "template <" + parameters + ">\n";
    out += "inline constexpr auto " + b.name + " =\n    " + p.chain(b.body, 4) + ";\n\n";
  }
  return out + "struct " + model + " : tenon::model<\n    " + p.chain(e.whole, 4) +
         "> {};\n// clang-format on\n";
}

}  // namespace tenon::importer
