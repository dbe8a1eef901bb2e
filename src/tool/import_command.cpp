// tenon import: an ONNX file becomes a type, its weights and a program.
#include <openssl/evp.h>

#include <cmath>
#include <fstream>
#include <memory>
#include <set>

#include "../import/write.hpp"
#include "commands.hpp"
#include "tenon/load.hpp"

namespace {

using namespace tenon::importer;
using tenon::self_test;

std::string sha256(const std::string& bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha256(), nullptr) != 1) return "unknown";
  std::string text;
  for (unsigned i = 0; i < length; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

/// lenet-5 becomes Lenet5.
std::string identifier(const std::string& name) {
  std::string text;
  bool start = true;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'), digit = c >= '0' && c <= '9';
    if (letter || (digit && !text.empty())) text += start && c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
    start = !letter;
  }
  return text.empty() ? "Model" : text;
}

struct options {
  std::string file, directory, name;
  std::vector<std::string> pins, outputs;
  bool no_self_test = false;
};

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary | std::ios::ate);
  const auto size = static_cast<std::streamoff>(stream.tellg());
  if (!stream || size < 0) throw refusal("it cannot be read");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  stream.seekg(0);
  if (!stream.read(bytes.data(), size)) throw refusal("it cannot be read");
  return bytes;
}

reading reading_of(const options& o) {
  reading how;
  how.outputs = o.outputs;
  for (const std::string& pin : o.pins) {
    const auto equals = pin.rfind('=');
    const std::string digits = equals == std::string::npos ? "" : pin.substr(equals + 1);
    if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos) {
      throw refusal("--dim " + pin + ": must be NAME=N");
    }
    how.pinned[pin.substr(0, equals)] = std::stoll(digits);
  }
  return how;
}

/// Outputs that jump where a computed number crosses another: they are not part of the self-test.
std::set<std::string> jumping(const graph& g) {
  std::set<std::string> values;
  for (const node& n : g.nodes) {
    bool jumps = n.op == "Equal" || n.op == "Greater" || n.op == "Less" || n.op == "Floor" || n.op == "Ceil";
    for (const std::string& i : n.inputs) jumps = jumps || values.contains(i);
    if (jumps) values.insert(n.outputs.begin(), n.outputs.end());
  }
  return values;
}

/// One input and what the graph gives for it in double. How far float may be off is measured: by how much the
/// outputs move if what each layer gives is rounded to float. Sums of many terms round more often than that.
self_test test_of(const graph& g, const values& v, const std::vector<std::string>& input_order) {
  constexpr double sums = 50, too_long = 2e10, most_tolerance = 0.1;
  tenon::index total = 0;
  for (const feature& x : g.inputs) total += element_count(x.shape);
  const std::vector<float> numbers = tenon::detail::test_numbers(at(total));
  std::vector<array> inputs;
  auto next = numbers.begin();
  for (const feature& x : g.inputs) {
    const auto first = next;
    next += element_count(x.shape);
    inputs.push_back({x.shape, {first, next}});
  }
  const std::vector<array> outputs = run(g, v, inputs, false);
  self_test test;
  for (const std::string& name : input_order) {
    for (std::size_t i = 0; i < g.inputs.size(); ++i) {
      if (g.inputs[i].name == name)
        test.input.insert(test.input.end(), inputs[i].data.begin(), inputs[i].data.end());
    }
  }
  const std::set<std::string> jumps = jumping(g);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (const double y : outputs[i].data)
      test.output.push_back(jumps.contains(g.outputs[i]) ? NAN : static_cast<float>(y));
  }
  if (v.work > too_long) return test;
  const std::vector<array> moved = run(g, v, inputs, true);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (jumps.contains(g.outputs[i])) continue;
    double most = 0, difference = 0;
    for (std::size_t k = 0; k < outputs[i].data.size(); ++k) {
      most = std::max(most, std::abs(outputs[i].data[k]));
      difference = std::max(difference, std::abs(outputs[i].data[k] - moved[i].data[k]));
    }
    if (most > 0)
      test.tolerance = std::max(test.tolerance, std::min(sums * difference / most, most_tolerance));
  }
  return test;
}

void import_model(const options& o) {
  const std::filesystem::path file = o.file;
  const reading how = reading_of(o);
  origin from{file.filename().string(), "", identifier(o.name.empty() ? file.stem().string() : o.name)};
  graph g = [&] {
    const std::string bytes = read_file(o.file);
    from.sha256 = sha256(bytes);
    return read_graph(bytes, how);
  }();
  const values v = infer(g);
  network n = translate(g, v);
  name_vertices(n, g);
  simplify(n);
  expression e = decompose(n);
  const expression plain = e;
  find_blocks(e, n);
  typed_network type = type_of(e, n);
  if (!type.as_said) {  // never text that says another network
    e = plain;
    type = type_of(e, n);
  }
  write_model(o.directory, from, g, n, e, type, o.no_self_test ? self_test{} : test_of(g, v, e.input_names));
}

}  // namespace

void tenon::tool::add_import(CLI::App& app) {
  const auto o = std::make_shared<options>();
  CLI::App* command =
      app.add_subcommand("import", "write an ONNX model as a tenon type, its weights and a program");
  command->add_option("model", o->file, "the ONNX file")->required();
  command->add_option("-o,--output", o->directory, "the directory to write")->required();
  command->add_option("--dim", o->pins, "an extent for a symbolic dimension: NAME=N")
      ->allow_extra_args(false);
  command
      ->add_option("--value", o->outputs,
                   "a value that is an output, instead of the model's own; may be given several times")
      ->allow_extra_args(false);
  command->add_option("--name", o->name, "the type's name");
  command->add_flag("--no-self-test", o->no_self_test, "write no self-test: saves the time of a slow run");
  command->callback([o] {
    try {
      import_model(*o);
    } catch (const refusal& r) {
      std::string text;
      for (const std::string& sentence : r.sentences)
        text += (text.empty() ? "" : "\n") + o->file + ": " + sentence;
      throw std::runtime_error(text);
    } catch (const std::bad_alloc&) {
      throw std::runtime_error(o->file + ": it takes more memory than there is");
    } catch (const std::exception& e) {
      throw std::runtime_error(o->file + ": " + e.what());
    }
  });
}
