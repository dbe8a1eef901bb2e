// tenon weights: what a weight file holds. tenon check: how it differs from what a model expects.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <set>
#include <sstream>

#include "../table.hpp"
#include "../weights/compare.hpp"
#include "../weights/facts.hpp"
#include "commands.hpp"

namespace tenon::tool {
namespace {

using namespace weight_files;

std::string figure(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string number(std::uint64_t n) { return tenon::detail::grouped(static_cast<index>(n)); }

void list_file(const std::string& path) {
  const file_facts facts = facts_of(path, true);
  tenon::detail::table<7> table({"Tensor", "Type", "Shape", "<Elements", "<Least", "<Largest", "<Mean"});
  std::uint64_t elements = 0, bytes = 0, not_finite = 0;
  for (const tensor_facts& t : facts.tensors) {
    const auto in_range = [&](double value) { return t.has_range ? figure(value) : std::string(); };
    table.add({printable(t.name), printable(t.dtype), list(t.shape), number(t.elements), in_range(t.least),
               in_range(t.largest), in_range(t.mean)});
    elements += t.elements, bytes += t.bytes, not_finite += t.not_finite;
  }
  table.print(std::cout);
  std::cout << facts.format << ": " << facts.tensors.size()
            << (facts.tensors.size() == 1 ? " tensor, " : " tensors, ") << number(elements) << " elements, "
            << number(bytes) << " bytes\n";
  if (not_finite > 0) std::cout << number(not_finite) << " elements are infinite or not a number\n";
  for (const auto& [key, value] : facts.metadata)
    std::cout << printable(key) << ": " << printable(value, 1000) << '\n';
}

/// What a model expects: its tensors, and its architecture if it is known.
struct expectation {
  std::vector<name_and_shape> tensors;
  std::string architecture;
  std::map<std::string, std::string> no_floats;  // types of the tensors that no model can read
};

/// Without what is not a weight: self-tests, and PyTorch's counters.
expectation expectation_of(const file_facts& facts) {
  expectation e;
  for (const tensor_facts& t : facts.tensors) {
    const bool counter = t.shape.empty() && t.dtype == "I64" && t.name.ends_with("num_batches_tracked");
    if (counter || t.name.starts_with(test_prefix)) continue;
    e.tensors.push_back({t.name, t.shape});
    const bool is_float = t.dtype == "F32" || t.dtype == "F16" ||
                          (facts.format == "safetensors" ? t.dtype == "BF16" : t.dtype == "F64");
    if (!is_float) e.no_floats[t.name] = t.dtype;
  }
  if (const auto said = facts.metadata.find("tenon.architecture"); said != facts.metadata.end())
    e.architecture = said->second;
  return e;
}

[[noreturn]] void bad_line(const std::string& path, int line, const std::string& why) {
  throw std::runtime_error(say(path, ": line ", line, ": ", why));
}

/// "6x1x5x5"
std::vector<std::uint64_t> shape_of(const std::string& text, const std::string& path, int line) {
  std::vector<std::uint64_t> shape;
  std::uint64_t extent = 0;
  std::size_t digits = 0;
  for (const char c : text + 'x') {
    if (c == 'x' && digits > 0) {
      shape.push_back(extent);
      extent = digits = 0;
    } else if (c >= '0' && c <= '9' && digits < 18) {
      extent = 10 * extent + static_cast<std::uint64_t>(c - '0');
      ++digits;
    } else {
      bad_line(path, line, "expected a shape like 6x1x5x5, found " + in_quotes(text));
    }
  }
  return shape;
}

/// The list that tenon::print_specs prints.
expectation read_list(const std::string& path, std::istream& file) {
  expectation e;
  std::set<std::string> names;
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    std::istringstream words(text);
    std::string name, shape, more;
    words >> name >> shape >> more;
    if (name == "#" && shape == "architecture") e.architecture = more;
    if (name.empty() || name[0] == '#') continue;
    if (!more.empty()) bad_line(path, line, "expected a name and a shape, found more: " + in_quotes(text));
    if (!names.insert(name).second) bad_line(path, line, in_quotes(name) + " is there twice");
    e.tensors.push_back({name, shape.empty() ? std::vector<std::uint64_t>{} : shape_of(shape, path, line)});
  }
  return e;
}

/// A list is text: neither the first bytes of a zip file, nor those of a safetensors header's length, are.
expectation read_model(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char first[9]{};
  file.read(first, 9);
  const bool list = file.gcount() == 0 || std::all_of(first, first + file.gcount(), [](char c) {
                      return c == '\n' || c == '\r' || c == '\t' || static_cast<unsigned char>(c) >= ' ';
                    });
  if (!list || std::string_view(first, 2) == "PK") return expectation_of(facts_of(path, false));
  file.clear();
  file.seekg(0);
  expectation e = read_list(path, file);
  if (e.tensors.empty())
    throw std::runtime_error(path + ": expected a weight file, or lines of name and shape");
  return e;
}

void check_file(const std::string& path, const std::string& model_path) {
  const expectation model = read_model(model_path), file = expectation_of(facts_of(path, false));
  const difference c = compare(model.tensors, file.tensors);
  const auto line = [](char sign, const name_and_shape& t) {
    std::cout << sign << ' ' << printable(t.name) << ' ' << list(t.shape) << '\n';
  };
  for (const auto& [expected, found] : c.other) {
    line('-', expected);
    line('+', found);
  }
  for (const name_and_shape& t : c.missing) line('-', t);
  for (const name_and_shape& t : c.unexpected) line('+', t);
  if (!c.renames.empty()) {
    std::cout << "These renames find " << c.found_by_renames << " of " << c.missing.size()
              << " missing tensors, by their shapes:\n  {.rename = {";
    for (std::size_t i = 0; i < c.renames.size(); ++i)
      std::cout << (i > 0 ? ",\n              " : "") << '{' << in_quotes(c.renames[i].from) << ", "
                << in_quotes(c.renames[i].to) << '}';
    std::cout << "}}\n";
  }
  std::size_t no_floats = 0;
  for (const name_and_shape& t : model.tensors) {
    const auto found = file.no_floats.find(t.name);
    if (found == file.no_floats.end()) continue;
    ++no_floats;
    std::cout << "! " << printable(t.name) << " is " << printable(found->second) << ", which is not read\n";
  }
  std::cout.flush();
  if (!c.fits() || no_floats > 0) {
    throw std::runtime_error(say(path, " does not fit ", model_path, ": ", c.missing.size(), " missing (-), ",
                                 c.unexpected.size(), " unexpected (+), ", c.other.size(),
                                 " of another shape",
                                 no_floats > 0 ? say(", ", no_floats, " of another type (!)") : ""));
  }
  if (!model.architecture.empty() && !file.architecture.empty() && model.architecture != file.architecture) {
    throw std::runtime_error(say(path, " was written for another network than ", model_path,
                                 ": its tensors fit, but expected the architecture ",
                                 printable(model.architecture), ", found ", printable(file.architecture)));
  }
  std::cout << path << " fits " << model_path << ": " << model.tensors.size() << " tensors\n";
}

}  // namespace

void add_weights(CLI::App& app) {
  const auto file = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("weights", "list a weight file: its tensors and what it says of itself");
  command->add_option("file", *file, "a safetensors, .npz or .npy file")->required();
  command->callback([file] { list_file(*file); });
}

void add_check(CLI::App& app) {
  const auto file = std::make_shared<std::string>(), model = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("check", "say how a weight file differs from what a model expects");
  command->add_option("file", *file, "a safetensors or .npz file")->required();
  command->add_option("--model", *model, "another weight file, or what tenon::print_specs<M>() prints")
      ->required();
  command->callback([file, model] { check_file(*file, *model); });
}

}  // namespace tenon::tool
