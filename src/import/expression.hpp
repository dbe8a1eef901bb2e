// The network as an expression of the language: chains, joins, names, blocks.
#pragma once

#include <functional>
#include <span>

#include "network.hpp"

namespace tenon::importer {

/// A part of an expression.
struct term {
  enum class form {
    layer,      ///< vertex
    chain,      ///< parts one after the other; none: identity
    join,       ///< parts side by side, joined as `vertex` says
    results,    ///< outputs(parts)
    scope,      ///< name<"name">(the one part), or block(the one part)
    tag,        ///< tag<"name">
    from,       ///< from<"name">
    repeat,     ///< equal parts one after the other; those of a `name` are name1, name2, ... from `first` on
    reference,  ///< the template `name` with `arguments`; its parts are what it stands for here
  };
  form what = form::chain;
  int vertex = -1;
  std::vector<term> parts{};
  std::string name{};
  std::vector<index> arguments{};  ///< of a reference
  /// What stands in the text for each number of this very term: "64", or "C / 4"; nothing: the number itself.
  std::vector<std::string> numbers{};
  std::vector<std::string> kinds{};  ///< of a reference's arguments
  index first = 0;

  /// The parts that stand in the text: one of a repeat, none of a reference.
  std::span<term> said() { return std::span(parts).first(count_said()); }
  std::span<const term> said() const { return std::span(parts).first(count_said()); }

 private:
  std::size_t count_said() const {
    return what == form::reference ? 0 : what == form::repeat ? 1 : parts.size();
  }
};

/// A block that is there more than once, by name; its numbers are parameters.
struct block {
  std::string name;
  term body;
  std::vector<std::string> parameters;  ///< names
};

struct expression {
  term whole;
  std::vector<block> blocks;             ///< each after those that it uses
  std::vector<std::string> input_names;  ///< in the order in which they stand in the expression
};

/// Series and parallel parts; what is neither becomes a tag that is recalled. Throws refusal where the
/// network is larger than a type can be. Names that would be there twice in a scope are taken from `n`.
expression decompose(network& n);

/// Names parts that are there more than once.
void find_blocks(expression& e, const network& n);

/// A number that a layer says, a reference or a repeat.
struct number_said {
  std::string kind;  ///< for the name of a parameter: "C", "Stride", ...
  index value;
  std::string text;
};
/// The numbers of a term itself, without those of its parts, in the order of the text.
std::vector<number_said> own_numbers(const term& t, const network& n);

/// One layer as C++, with what `number(kind, value)` gives in the place of each number.
std::string spell_layer(const vertex& v, const std::function<std::string(const char*, index)>& number);

/// The expression as C++: the blocks, and the struct.
std::string text_of(const expression& e, const network& n, const std::string& model);

/// The type as the library has it: names of parameters, counts, and its hash.
struct typed_network {
  struct tensor {
    std::string name;
    const array* value;
  };
  std::vector<tensor> tensors;
  std::vector<dims> input_shapes, output_shapes;
  index parameters = 0, macs = 0;
  std::uint64_t hash = 0;
  bool as_said = true;  ///< do the blocks with their arguments say each layer's own numbers?
};
typed_network type_of(const expression& e, const network& n);

}  // namespace tenon::importer
